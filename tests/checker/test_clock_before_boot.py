"""A clock that had gone on for long before the kernel started, under a boot loader or over a reset."""

import pytest
from msgspec import structs

from checker.forks import judge, recorded
from connmgr_hil.checker import Outcome
from connmgr_hil.vocabulary.observations import AnyRecord, CallSeen, HelloSeen

BOOT_LOADER = 17_000_000


def later(record: AnyRecord) -> AnyRecord:
    if isinstance(record, HelloSeen):
        record = structs.replace(record, facts=structs.replace(record.facts, granted=False))
    times = {name: getattr(record, name, None) for name in ("t", "t0")}
    moved = {name: time + BOOT_LOADER for name, time in times.items() if time is not None}
    return structs.replace(record, **moved)


@pytest.mark.parametrize("name", ["E1", "Q1", "E13-timeout"])
def test_nothing_is_late_because_of_it(name: str) -> None:
    records = [later(record) for record in recorded(name)]
    assert any(isinstance(each, HelloSeen) and each.t >= BOOT_LOADER for each in records)
    assert judge(records).outcome is Outcome.CONFORMS


def test_what_the_boot_does_not_show_is_missed_all_the_same() -> None:
    records = [later(record) for record in recorded("E13-timeout")]
    last = [place for place, each in enumerate(records) if isinstance(each, CallSeen)][5]
    verdict = judge(records[:last] + records[last + 1 :])
    assert verdict.outcome is Outcome.FAILS
