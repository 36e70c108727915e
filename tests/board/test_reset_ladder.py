"""The rungs that a terminal cannot show: a pulse of DTR and RTS, over RFC 2217, and flashing anew."""

import signal
from pathlib import Path

import pytest
from msgspec import structs

from board.modem_server import Adapter, ModemServer
from board.test_native_board import PLATFORM, Board, board
from connmgr_hil.targets import BoardTarget, Platform, read_platform
from connmgr_hil.targets.bench import LineStep, ResetLadder
from connmgr_hil.vocabulary.errors import RigFault

__all__ = ["board"]

PULSE = (LineStep(dtr=False, rts=True, seconds=0.01), LineStep(rts=False, seconds=0.01))


def platform(**reset: object) -> Platform:
    found = read_platform(PLATFORM)
    return structs.replace(found, reset=ResetLadder(boot_seconds=2.0, **reset))  # type: ignore[arg-type]


def test_a_pulse_on_rts_resets_the_board(board: Board) -> None:
    def wired(line: str, level: bool) -> None:
        if (line, level) == ("rts", True):
            board.send(signal.SIGHUP)

    adapter = Adapter(str(board.port), wired)
    with ModemServer(adapter) as server, BoardTarget(platform(line=PULSE), server.url) as target:
        before = target.identify()
        assert before is not None
        opened = list(adapter.levels)
        adapter.levels.clear()
        target.start()
        assert target.last_restart is not None
        assert target.last_restart.by == "reset line"
        assert target.last_restart.failed == ("reboot command: this image cannot reboot",)
        pulse = [("dtr", False), ("rts", True), ("rts", False)]
        assert adapter.levels[-3:] == pulse
        now = target.identify()
        assert now is not None
        assert now.nonce != before.nonce
        assert ("rts", False) not in opened, "opening the line is no pulse"


def test_levels_at_opening_are_what_the_platform_file_says(board: Board) -> None:
    adapter = Adapter(str(board.port), lambda _line, _level: None)
    quiet = structs.replace(
        platform(), console=structs.replace(platform().console, dtr=False, rts=False)
    )
    with ModemServer(adapter) as server, BoardTarget(quiet, server.url) as target:
        assert target.identify() is not None
    assert {line: level for line, level in adapter.levels if level} == {}
    assert {line for line, _ in adapter.levels} == {"dtr", "rts"}


def test_a_pulse_that_nothing_is_wired_to_is_told(board: Board) -> None:
    adapter = Adapter(str(board.port), lambda _line, _level: None)
    impatient = structs.replace(
        platform(line=PULSE), reset=ResetLadder(line=PULSE, boot_seconds=0.3)
    )
    with (
        ModemServer(adapter) as server,
        BoardTarget(impatient, server.url) as target,
        pytest.raises(RigFault, match="reset line: it answers, but did not boot"),
    ):
        target.start()


def test_a_board_is_flashed_anew_when_nothing_gentler_helps(board: Board, tmp_path: Path) -> None:
    flashed = tmp_path / "flashed"
    script = f'echo "$CMHIL_PLATFORM $CMHIL_PORT" > {flashed}; kill -HUP {board.process.pid}'
    ladder = platform(power=("false",), reflash=("sh", "-c", script))
    with BoardTarget(ladder, str(board.port)) as target:
        target.start()
        assert target.last_restart is not None
        assert target.last_restart.by == "reflash"
        reboot, power = target.last_restart.failed
        assert reboot == "reboot command: this image cannot reboot"
        assert power.startswith("power command: ")
        assert "status 1" in power
    assert flashed.read_text() == f"native_board {board.port}\n"
