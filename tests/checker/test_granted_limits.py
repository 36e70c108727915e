"""Granted time is judged exactly, whatever the platform file tolerates; a boot, which need not be granted, is not."""

from msgspec import structs

from checker.forks import judge, recorded
from connmgr_hil.checker import Limits, Outcome
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    Header,
    HelloSeen,
    Stimulus,
)

LATE = 50_000
NAME = "timeouts-apart"


def on_a_board(name: str, *, granted: bool = True) -> list[AnyRecord]:
    """Return a recorded trace as of a target that tolerates a quarter of a second where its time is real."""
    return [_on_a_board(record, granted) for record in recorded(name)]


def _on_a_board(record: AnyRecord, granted: bool) -> AnyRecord:
    if isinstance(record, Header):
        return structs.replace(record, late=250_000, jitter=50_000)
    if isinstance(record, HelloSeen):
        return structs.replace(record, facts=structs.replace(record.facts, granted=granted))
    return record


def later(records: list[AnyRecord], begin: int) -> list[AnyRecord]:
    """Return them with all that happens from a place on 50 ms later."""
    moved = []
    for record in records[begin:]:
        times = {name: getattr(record, name, None) for name in ("t", "t0")}
        shifted = {name: time + LATE for name, time in times.items() if time is not None}
        moved.append(structs.replace(record, **shifted))
    return records[:begin] + moved


def timeout_of(records: list[AnyRecord]) -> int:
    """Return the place of the first sign of a timeout."""
    return next(
        place
        for place, record in enumerate(records)
        if isinstance(record, EventSeen) and record.name == "CONN_IF_TIMEOUT"
    )


def test_granted_time_is_judged_to_a_tick_or_two() -> None:
    records = on_a_board(NAME)
    assert judge(records).outcome is Outcome.CONFORMS
    assert judge(later(records, timeout_of(records))).outcome is Outcome.FAILS


def test_time_that_goes_by_itself_is_judged_as_the_header_says() -> None:
    records = on_a_board(NAME, granted=False)
    assert judge(later(records, timeout_of(records))).outcome is Outcome.CONFORMS


def test_a_boot_may_take_its_time() -> None:
    records = on_a_board(NAME)
    calls = [place for place, record in enumerate(records) if isinstance(record, CallSeen)]
    first = next(place for place, record in enumerate(records) if isinstance(record, Stimulus))
    booting = [place for place in calls if place < first]
    assert judge(later(records, booting[-1])).outcome is Outcome.CONFORMS


def test_a_coarse_tick_counts_twice() -> None:
    real = Limits(late=250_000, jitter=50_000)
    assert real.granted(100) == Limits(late=21_000, jitter=0)
    assert real.granted(1_000) == Limits(late=3_000, jitter=0)
    assert real.granted(32_768) == Limits(late=2_000, jitter=0)
    assert Limits(late=1_500, jitter=0).granted(100).late == 1_500
