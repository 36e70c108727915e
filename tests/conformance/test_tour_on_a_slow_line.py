"""The tour is left out on a board's slow line, unless somebody asks for it by its name."""

from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.conformance.needs import FAST_BAUD, FAST_LINE
from connmgr_hil.conformance.scenario import Scenario, registered
from connmgr_hil.conformance.selection import choose
from connmgr_hil.targets import Target, open_target
from model.play import world
from serial_board import PLATFORM, serial_board

TOUR = [each for each in registered().values() if each.name.startswith("tour-")]


def _obstacle(scenario: Scenario, target: Target | None) -> str:
    device = world()
    return scenario.obstacle(device.hello, device.ifaces, device.profile, target)


def _board(folder: Path, baud: int) -> Target:
    platform = folder / "board.toml"
    platform.write_text(f"{PLATFORM}[console]\nbaud = {baud}\n")
    return open_target(str(platform), port="/dev/null")


def test_the_tour_alone_needs_a_fast_line() -> None:
    assert [each for each in registered().values() if FAST_LINE in each.needs] == TOUR
    assert len(TOUR) > 20


def test_a_slow_line_is_an_obstacle(tmp_path: Path) -> None:
    for each in TOUR:
        assert _obstacle(each, _board(tmp_path, 115_200)) == (
            "takes minutes at 115,200 baud; to run it anyway: --scenario 'tour-*'"
        )
        assert not _obstacle(each, _board(tmp_path, FAST_BAUD))
        assert not _obstacle(each, open_target("simulated"))
        assert not _obstacle(each, None), "a trace of it is there"


@pytest.mark.parametrize("pattern", ["tour-*", "TOUR-values", "*"])
def test_whoever_asks_by_name_gets_it(pattern: str, tmp_path: Path) -> None:
    chosen = [each for each in choose([pattern]) if each.name.startswith("tour-")]
    assert chosen
    assert not any(_obstacle(each, _board(tmp_path, 115_200)) for each in chosen)


def test_whoever_asks_by_requirement_does_not(tmp_path: Path) -> None:
    chosen = {each.name: each for each in choose(["REQ-CTL-030", "tour-raised", "REQ-MON-034"])}
    board = _board(tmp_path, 115_200)
    assert _obstacle(chosen["tour-values"], board)
    assert not _obstacle(chosen["tour-raised"], board)


def test_a_run_says_first_what_it_leaves_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serial_board(tmp_path) as board:
        only = ["--scenario", "REQ-CTL-034", "--out", str(tmp_path / "out")]
        assert run(["verify", *board, *only]) == 0
    told = capsys.readouterr().out
    left_out = told.index("LEFT OUT: the tour (1 of its scenarios, 10 s on a line of 115,200 baud)")
    assert left_out < told.index("VERDICT")
    assert "1  takes minutes at 115,200 baud; to run it anyway" in told
