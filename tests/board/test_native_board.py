"""Real firmware behind a serial line: over its terminal, a socket and RFC 2217; unplugged and plugged in again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.scenario import Scenario, registered
from connmgr_hil.targets import BoardTarget, image_path, read_platform
from connmgr_hil.targets.platforms import find_platform
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import RigFault
from connmgr_hil.vocabulary.observations import Fault, VerdictGiven
from serial_board import ser2net

HERE = Path(__file__).parent
PLATFORM = HERE / "native_board.toml"


class Board:
    """Firmware that runs, and the place where its serial line is."""

    def __init__(self, process: subprocess.Popen[bytes], port: Path, image: Path) -> None:
        self.process = process
        self.port = port
        self.image = image

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    named = os.environ.get("CMHIL_NATIVE_IMAGE", "")
    image = Path(named) if named else image_path(find_platform("native_posix_64"))
    if not image.is_file():
        pytest.skip("no image of native_posix_64: build it, or name it in CMHIL_NATIVE_IMAGE")
    monkeypatch.setenv("CMHIL_LOCK_DIR", str(tmp_path / "locks"))
    port = tmp_path / "tty"
    command = [sys.executable, str(HERE / "native_board.py"), str(image), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        monkeypatch.setenv("NATIVE_BOARD_PID", str(process.pid))
        yield Board(process, port, image)
        process.terminate()


def conforms(board: Board, port: str, out: Path) -> None:
    arguments = ["verify", "-t", str(PLATFORM), "--port", port, "--image", str(board.image)]
    assert (
        run(
            [
                *arguments,
                "--out",
                str(out),
                "--scenario",
                "addresses-come-and-go",
                "--scenario",
                "two-ifaces",
            ]
        )
        == 0
    )
    assert json.loads((out / "summary.json").read_text())["verdict"] == "conforms"


def test_over_its_terminal(board: Board, tmp_path: Path) -> None:
    conforms(board, str(board.port), tmp_path / "out")


def test_over_rfc_2217(board: Board, tmp_path: Path) -> None:
    with ser2net(board.port, tmp_path, "telnet(rfc2217),tcp") as port:
        # A pseudo-terminal has no DTR and RTS, so the server cannot say that it has set them.
        conforms(board, f"rfc2217://127.0.0.1:{port}?ign_set_control", tmp_path / "out")


def test_over_a_socket(board: Board, tmp_path: Path) -> None:
    with ser2net(board.port, tmp_path, "tcp") as port:
        conforms(board, f"socket://127.0.0.1:{port}", tmp_path / "out")


def test_unplugged_in_the_middle_of_a_run(board: Board, tmp_path: Path) -> None:
    """The rig is at fault, the trace is kept, and the next run finds the board under its new name."""

    def pulled(b: Bench) -> None:
        b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
        board.send(signal.SIGUSR1)
        b.wait(30)

    def plugged_in(b: Bench) -> None:
        b.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")

    class Plugging(BoardTarget):
        def restart(self) -> object:
            if not board.port.exists():
                board.send(signal.SIGUSR2)
            return super().restart()

    usual = next(iter(registered().values()))
    scenarios = [
        Scenario(name, usual.title, usual.requirements, body, usual.needs)
        for name, body in (("pulled", pulled), ("plugged-in", plugged_in))
    ]
    target = Plugging(read_platform(PLATFORM), str(board.port))
    report = verify(target, tmp_path / "out", scenarios=scenarios)
    assert [str(each.outcome) for each in report.results] == ["rig", "conforms"]
    records = list(read_records(tmp_path / "out" / "pulled.jsonl"))
    assert any(isinstance(each, Fault) and each.kind == "LineClosed" for each in records)
    assert isinstance(records[-1], VerdictGiven)
    assert run(["check", str(tmp_path / "out" / "pulled.jsonl")]) == 3


def test_a_board_that_is_not_there_is_waited_for(board: Board, tmp_path: Path) -> None:
    target = BoardTarget(read_platform(PLATFORM), str(board.port))
    with target:
        target.start()
        board.send(signal.SIGUSR1)
        while board.port.exists():
            pass
        board.send(signal.SIGUSR2)
        target.restart()
        assert target.identify() is not None


def test_each_rung_is_told_when_none_helps(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATIVE_BOARD_PID", "none")
    with BoardTarget(read_platform(PLATFORM), str(board.port)) as target:
        message = r"(?s)reboot command: this image cannot reboot; power command: .*kill"
        with pytest.raises(RigFault, match=message):
            target.restart()


def test_a_board_in_use_is_refused(board: Board) -> None:
    platform = read_platform(PLATFORM)
    with BoardTarget(platform, str(board.port)) as first:
        first.start()
        with pytest.raises(RigFault, match=rf"it is used by .*process {os.getpid()} "):
            BoardTarget(platform, str(board.port)).start()
