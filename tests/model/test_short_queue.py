"""An event queue that gets full in the midst of a burst: how much goes in, and that the model then stops predicting."""

import pytest
from msgspec import structs

from connmgr_hil.model import Model, World
from connmgr_hil.model.observed import Unpredicted
from model.play import world


def _is_predicted(zephyr: str, burst: str) -> bool:
    usual = world()
    hello = structs.replace(usual.hello, zephyr=zephyr, queue=5)
    model = Model(World.of(hello, usual.ifaces, usual.profile))
    (booted, *_) = model.boot()
    outcomes = model.step(booted.state, tuple(burst.split()))
    return not any(isinstance(each.items[-1], Unpredicted) for each in outcomes)


@pytest.mark.parametrize(("zephyr", "most"), [("3.4.99", 6), ("4.1.99", 5)])
def test_a_waiting_dispatcher_is_handed_one_event_by_older_kernels(zephyr: str, most: int) -> None:
    five = "burst addr4 4 add 192.0.2.1 ; up 4 ; up 5"
    one, two = " ; addr4 5 add 192.0.2.2", " ; addr4 5 add 192.0.2.3"
    assert _is_predicted(zephyr, five)
    assert _is_predicted(zephyr, five + one) == (most > 5)
    assert not _is_predicted(zephyr, five + one + two)
