"""The tour takes what it says it takes, and is what is made from its themes."""

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from connmgr_hil.conformance.imagined import Imagined
from connmgr_hil.conformance.scenario import registered
from connmgr_hil.conformance.themes import THEMES, Theme
from connmgr_hil.conformance.touring import tour_of, words_of, written
from connmgr_hil.model import Model, World
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.facts import role_indexes
from connmgr_hil.vocabulary.observations import HelloSeen
from connmgr_hil.vocabulary.parsing import validate

TRACE = Path(__file__).parents[1] / "traces" / "native_posix_64" / "E1.jsonl"
BY_NAME = {theme.name: theme for theme in THEMES}


@pytest.fixture(scope="module")
def world() -> World:
    hello = next(each for each in read_records(TRACE) if isinstance(each, HelloSeen))
    return World.of(hello.facts, hello.ifaces)


@pytest.mark.slow
def test_the_file_is_made_from_the_themes(world: World) -> None:
    text = (
        resources.files("connmgr_hil.conformance").joinpath("tour.toml").read_text(encoding="utf-8")
    )
    # The other parts take seconds.
    quick = [theme for theme in THEMES if not theme.name.startswith("bulk")]
    made = tomllib.loads(written(quick, [world]))
    found = tomllib.loads(text)
    assert {*found} == {*BY_NAME}
    assert {name: found[name] for name in made} == made


def test_every_part_is_a_scenario() -> None:
    names = {name for name in registered() if name.startswith("tour-")}
    assert names == {f"tour-{theme.name}" for theme in THEMES}


@pytest.mark.parametrize("name", [theme.name for theme in THEMES if not theme.moves])
def test_lists_are_commands(name: str, world: World) -> None:
    letters = role_indexes(world.hello, world.ifaces)
    for line in BY_NAME[name].first:
        validate(words_of(line, letters))


def test_every_pair_is_taken(world: World) -> None:
    """Admin state alone has two situations and two commands: eight pairs, each of which must be in the tour."""
    theme = Theme("admin", "MON-034", "Admin state", ("up U", "down U"), pairs=True)
    letters = role_indexes(world.hello, world.ifaces)
    device = Imagined(Model(world))
    taken: set[tuple[bool, str, str]] = set()
    before: tuple[bool, str] | None = None
    for line in tour_of(theme, [world]):
        admin = device.state.ifaces[letters["U"] - 1].admin
        if before is not None:
            taken.add((*before, line))
        before = (admin, line)
        device.do(words_of(line, letters))
    moves = theme.moves
    assert taken == {(admin, one, two) for admin in (False, True) for one in moves for two in moves}


def test_every_command_in_every_situation(world: World) -> None:
    theme = Theme(
        "carrier", "MON-034", "Carrier", ("up U", "down U", "carrier U on", "carrier U off")
    )
    letters = role_indexes(world.hello, world.ifaces)
    device = Imagined(Model(world))
    taken: set[tuple[bool, bool, str]] = set()
    for line in tour_of(theme, [world]):
        iface = device.state.ifaces[letters["U"] - 1]
        taken.add((iface.admin, iface.carrier, line))
        device.do(words_of(line, letters))
    assert len(taken) == 16
