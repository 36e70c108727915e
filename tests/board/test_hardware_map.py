"""twister's hardware map is read and drafted; its boards are flashed and judged at once, and one verdict told."""

import json
import os
import pty
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from connmgr_hil.cli.main import run
from connmgr_hil.targets.hardware_map import draft_map, read_map
from connmgr_hil.targets.serial_ports import SerialPort
from connmgr_hil.vocabulary.errors import BadInput

TWISTERS = """
- connected: true
  id: 0240000034544e45
  platform: frdm_k64f
  product: DAPLink CMSIS-DAP
  runner: pyocd
  serial: /dev/ttyACM0
  baud: 115200
  fixtures: [net_tap]
- connected: false
  id: 960012345
  platform: nrf9160dk/nrf9160
  runner: nrfjprog
  serial: null
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "map.yml"
    path.write_text(text)
    return path


def test_connected_boards_are_read(tmp_path: Path) -> None:
    ((entry, target),) = read_map(written(tmp_path, TWISTERS))
    assert target == "frdm_k64f"
    assert (entry.serial, entry.runner, entry.label) == (
        "/dev/ttyACM0", "pyocd", "frdm_k64f-0240000034544e45",
    )  # fmt: skip
    both = TWISTERS.replace("connected: false", "connected: true").replace(
        "serial: null", "serial: /dev/x"
    )
    assert [each for _, each in read_map(written(tmp_path, both))][1].startswith("nrf9160dk")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- platform: no_such_board\n  serial: /dev/x\n", "no_such_board"),
        ("- platform: frdm_k64f\n", "has no serial port"),
        ("- platform: frdm_k64f\n  connected: false\n", "no board is connected"),
        ("{}", "not a hardware map"),
        ("- [", "not a hardware map"),
        ("- serial: /dev/x\n", "platform"),
        ("- &a {platform: frdm_k64f, serial: /dev/x}\n- *a\n", "two boards are called frdm_k64f"),
    ],
)
def test_what_is_wrong_with_a_map_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_map(written(tmp_path, text))
    assert said in str(caught.value)


def test_a_platform_file_beside_the_map_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "- {platform: my_board, serial: /dev/x}\n")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.toml").write_text("[tool]\n")
    with pytest.raises(BadInput, match=r"'my_board'\n.*other\.toml.*\n.*cmhil new platform"):
        read_map(file)
    assert run(["new", "platform", "my_board"]) == 0
    assert [target for _, target in read_map(file)] == [str(tmp_path / "my_board.toml")]


def test_a_draft_is_a_map_that_can_be_read(tmp_path: Path) -> None:
    ports = [
        SerialPort("/dev/serial/by-id/k64f", "0d28:0204", "0240A", "DAPLink CMSIS-DAP"),
        SerialPort("/dev/ttyUSB7", "dead:beef", "x", "a modem"),
    ]
    ((entry, target),) = read_map(written(tmp_path, draft_map(ports)))
    assert (target, entry.serial, entry.board_id) == (
        "frdm_k64f",
        "/dev/serial/by-id/k64f",
        "0240A",
    )


def test_the_doctor_writes_a_map(tmp_path: Path) -> None:
    file = tmp_path / "map.yml"
    assert run(["doctor", "--map", str(file)]) == 0
    assert isinstance(yaml.safe_load(file.read_text()), list)


@pytest.fixture
def silent() -> Iterator[list[str]]:
    """Two lines on which nobody answers."""
    pairs = [pty.openpty() for _ in range(2)]
    for _, theirs in pairs:
        tty.setraw(theirs)
    yield [os.ttyname(theirs) for _, theirs in pairs]
    for pair in pairs:
        for each in pair:
            os.close(each)


def test_all_boards_are_judged_at_once(
    tmp_path: Path, silent: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [
        {"platform": "frdm_k64f", "id": f"board{n}", "serial": port}
        for n, port in enumerate(silent)
    ]
    file = written(tmp_path, yaml.safe_dump(entries))
    out = tmp_path / "out"
    threads = threading.active_count()
    assert (
        run(
            [
                "verify",
                "--hardware-map",
                str(file),
                "--scenario",
                "addresses-come-and-go",
                "--out",
                str(out),
            ]
        )
        == 3
    )
    shown = capsys.readouterr().out
    assert threading.active_count() == threads
    assert shown.count("nothing was received") == 2, "each on its own line"
    assert "SEVERAL BUILDS: 2" in shown
    assert (out / "report.html").is_file()
    for name in ("frdm_k64f-board0", "frdm_k64f-board1"):
        assert (out / name / "addresses-come-and-go.jsonl").is_file()
        assert "nothing was received" in (out / f"{name}.log").read_text()
    assert [
        each["verdict"] for each in json.loads((out / "summary.json").read_text())["builds"]
    ] == ["rig"] * 2


def test_a_board_that_cannot_be_flashed_is_told_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CMHIL_BUILD_DIR", str(tmp_path / "nothing-built"))
    file = written(tmp_path, "- {platform: frdm_k64f, id: b, serial: /dev/null}\n")
    out = str(tmp_path / "out")
    assert run(["verify", "--hardware-map", str(file), "--flash", "--out", out]) == 3
    shown = capsys.readouterr().out
    assert "The board can be flashed and started" in shown
    assert "cmhil build -p frdm_k64f" in shown


def test_what_goes_not_together_is_usage(tmp_path: Path) -> None:
    file = written(tmp_path, TWISTERS)
    assert run(["verify", "--hardware-map", str(file), "-t", "frdm_k64f"]) == 2
