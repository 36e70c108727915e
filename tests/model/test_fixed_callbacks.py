"""Callbacks that are fixed at build time (4.5) run before all that are registered later."""

import pytest

from connmgr_hil.model.observed import Owed
from connmgr_hil.vocabulary.observations import EventSeen
from model.play import Play, world

LOSS = ("sim 1 mode sync", "up 1", "listen late1 add IF_DOWN", "lose 1", "advance 1000000")


@pytest.mark.parametrize(
    ("profile", "seen"),
    [("P43", [("late1", True), ("early", False)]), ("P45", [("late1", False), ("early", False)])],
)
def test_listeners_see_what_fixed_automation_did(
    profile: str, seen: list[tuple[str, bool]]
) -> None:
    play = Play(world(profile))
    play.run(*LOSS)
    down = [each for each in play.records if isinstance(each, EventSeen) and each.name == "IF_DOWN"]
    assert [(each.listener, each.admin) for each in down] == seen


@pytest.mark.parametrize("profile", ["P34", "P43"])
def test_what_is_up_is_connected_after_the_inits(profile: str) -> None:
    assert _boots(profile) == ["init init init init init connect"]


def test_fixed_automation_may_connect_before_the_inits() -> None:
    inits = "init init init init init"
    assert set(_boots("P45")) == {
        f"connect {inits}",
        f"{inits} connect",
        f"connect {inits} connect",
    }


def _boots(profile: str) -> list[str]:
    """The callbacks of each way in which a device may boot."""
    return [
        " ".join(
            str(each.key[1])
            for each in boot.items
            if isinstance(each, Owed) and each.kind == "call"
        )
        for boot in Play(world(profile)).model.boot()
    ]
