"""`cmhil flash`, with a stand-in for west that writes down how it was called."""

import shutil
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.targets import find_platform
from connmgr_hil.toolchain.flashing import BOARD_ID, plan_flash
from stand_ins.device import ScriptedDevice

WEST = """#!/bin/sh
printf '%s\\n' "$@" > "$CALLED"
test -z "$WEST_FAILS" || { echo "no probe found"; exit 1; }
"""


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in writes its arguments; there is a build to be written, of build id 0123456789ab."""
    (tmp_path / "bin").mkdir()
    west = tmp_path / "bin" / "west"
    west.write_text(WEST)
    west.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setenv("CALLED", str(tmp_path / "called"))
    monkeypatch.setenv("CMHIL_BUILD_DIR", str(tmp_path / "build"))
    monkeypatch.setenv("CMHIL_LOCK_DIR", str(tmp_path / "locks"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("ZEPHYR_BASE", raising=False)
    folder = tmp_path / "build" / "frdm_k64f"
    (folder / "zephyr").mkdir(parents=True)
    (folder / "zephyr" / "zephyr.elf").write_bytes(b"image")
    (folder / "build.ninja").write_text('  DEFINES = -DCM_BUILD_ID=\\"0123456789ab\\" -DX\n')
    return tmp_path / "called"


def flash(*arguments: str) -> int:
    return run(["flash", "-p", "frdm_k64f", *arguments])


def test_west_is_told_runner_and_board(called: Path) -> None:
    assert flash("--runner", "pyocd", "--board-id", "0240A", "--", "--frequency", "1000000") == 0
    build = called.parent / "build" / "frdm_k64f"
    assert called.read_text().split("\n")[:-1] == [
        *("flash", "--skip-rebuild", "--build-dir", str(build)),
        *("--runner", "pyocd", "--board-id", "0240A", "--frequency", "1000000"),
    ]


def test_the_same_image_is_not_written_twice(
    called: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flash() == 0
    called.unlink()
    assert flash() == 0
    assert not called.exists()
    assert "nothing to write: it was written to this board last" in capsys.readouterr().out
    assert flash("--force") == 0
    called.unlink()
    (called.parent / "build" / "frdm_k64f" / "zephyr" / "zephyr.elf").write_bytes(b"another")
    assert flash() == 0
    assert called.exists()


def test_a_write_that_failed_is_not_remembered(
    called: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flash() == 0
    monkeypatch.setenv("WEST_FAILS", "1")
    assert flash("--force") == 3
    told = capsys.readouterr().err
    assert "ended with status 1; last output: 'no probe found" in told
    assert "frdm_k64f.flash.log" in told
    called.unlink()
    monkeypatch.delenv("WEST_FAILS")
    assert flash() == 0
    assert called.exists()


@pytest.mark.parametrize(("runs", "written"), [("0123456789ab", False), ("ba9876543210", True)])
def test_what_the_board_says_decides(called: Path, runs: str, written: bool) -> None:
    with ScriptedDevice() as board:
        board.facts |= {"board": "frdm_k64f", "build": runs}
        assert flash("--port", board.path) == 0
        assert called.exists() is written


@pytest.mark.usefixtures("called")
def test_a_runner_that_cannot_be_told_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert flash("--runner", "bossac", "--board-id", "1") == 2
    assert "runners: pyocd, jlink" in capsys.readouterr().err
    assert run(["flash", "-p", "native_posix_64"]) == 2


@pytest.mark.usefixtures("called")
@pytest.mark.parametrize("runner", BOARD_ID)
def test_every_known_runner_gets_the_id(runner: str) -> None:
    plan = plan_flash(find_platform("frdm_k64f"), runner=runner, board_id="0240A")
    assert any("0240A" in word for word in plan.command)
    assert shutil.which(plan.command[0])


def test_verify_flashes_one_board_first(
    called: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEST_FAILS", "1")
    assert run(["verify", "-t", "frdm_k64f", "--flash"]) == 3
    assert called.read_text().startswith("flash\n--skip-rebuild\n")
    assert "west flash did not write the image" in capsys.readouterr().err
    assert run(["verify", "-t", "frdm_k64f", "--flash", "--image", "x.elf"]) == 2


@pytest.mark.parametrize("target", ["simulated", "native", "native_sim", "qemu_x86"])
@pytest.mark.parametrize(
    "option", [("--flash",), ("--port", "/dev/x"), ("--wait", "5"), ("--any-build",)]
)
def test_options_of_boards_are_refused_elsewhere(
    target: str, option: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", "-t", target, *option]) == 2
    assert f"{option[0]} is for boards" in capsys.readouterr().err
    if option != ("--flash",):
        assert run(["walk", "-t", target, *option]) == 2
