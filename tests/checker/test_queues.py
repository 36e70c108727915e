"""Timers of one queue: they run out in the order in which they began, and may be forgotten when one begins anew."""

from connmgr_hil.checker.hypothesis import armed
from connmgr_hil.model.observed import Arm


def dad(slot: str, *, forgets: bool = True) -> Arm:
    return Arm(f"dad:{slot}", 100, "dad", "dad", forgets)


def test_a_queue_keeps_its_order() -> None:
    clocks = armed(
        armed(armed((), dad("9:a"), 0, 0), dad("2:b"), 0, 0), Arm("idle:1", 5, "idle"), 0, 0
    )
    ranks = {clock.slot: clock.rank for clock in clocks if clock.queue}
    assert ranks == {"dad:9:a": 1, "dad:2:b": 2}
    again = {clock.slot: clock.rank for clock in armed(clocks, dad("9:a"), 7, 9) if clock.queue}
    assert again == {"dad:2:b": 2, "dad:9:a": 3}


def test_one_that_begins_anew_leaves_the_others_in_doubt() -> None:
    clocks = armed(armed((), Arm("idle:1", 5, "idle"), 0, 0), dad("9:a"), 0, 0)
    clocks = armed(clocks, dad("2:b"), 0, 0)
    assert all(clock.certain for clock in clocks)
    doubted = {clock.slot: clock.certain for clock in armed(clocks, dad("9:a"), 7, 9)}
    assert doubted == {"dad:2:b": False, "dad:9:a": True, "idle:1": True}
    sure = armed(clocks, dad("9:a", forgets=False), 7, 9)
    assert all(clock.certain for clock in sure)
