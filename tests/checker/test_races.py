"""What threads do at once is judged where they rest: recorded on Zephyr 3.4.99, and with records changed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.checker import Checker, Failure, Outcome
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    Breach,
    EventSeen,
    Reply,
    StateSeen,
    Stimulus,
    Storm,
)

RECORDED = Path(__file__).parent / "recorded" / "races"
RACES = sorted(RECORDED.glob("*.jsonl"))


def records(path: Path) -> list[AnyRecord]:
    return list(read_records(path))


def judge(trace: Sequence[AnyRecord]) -> Failure | None:
    checker = Checker()
    for record in trace:
        checker.feed(record)
    return checker.finish().failure


def in_races(trace: Sequence[AnyRecord]) -> list[bool]:
    """Tell of each record whether it came between a race and the next reset."""
    racing = False
    found = []
    for record in trace:
        if isinstance(record, Stimulus) and record.words[0] in ("race", "reset"):
            racing = record.words[0] == "race"
        found.append(racing)
    return found


def places(trace: Sequence[AnyRecord], wanted: Callable[[AnyRecord], bool]) -> list[int]:
    return [
        place
        for place, (record, racing) in enumerate(zip(trace, in_races(trace), strict=True))
        if racing and wanted(record)
    ]


def is_status(record: AnyRecord) -> bool:
    return isinstance(record, EventSeen) and record.name in ("L4_CONNECTED", "L4_DISCONNECTED")


def resends_in(trace: Sequence[AnyRecord], place: int) -> bool:
    """Tell whether the race in which a record came asks for the present status."""
    race = next(
        each
        for each in reversed(trace[:place])
        if isinstance(each, Stimulus) and each.words[0] == "race"
    )
    return "resend" in race.words


@pytest.mark.parametrize("path", RACES, ids=lambda path: path.stem)
def test_races_of_zephyr_conform(path: Path) -> None:
    trace = records(path)
    checker = Checker()
    for record in trace:
        checker.feed(record)
    assert checker.finish().outcome is Outcome.CONFORMS
    assert len(places(trace, lambda each: isinstance(each, StateSeen))) > 50


@pytest.mark.parametrize("letter", "u46rc")
def test_a_monitor_that_differs_from_net_if_is_refused(letter: str) -> None:
    trace = records(RACES[0])
    place = places(trace, lambda each: isinstance(each, StateSeen))[0]
    seen = trace[place]
    assert isinstance(seen, StateSeen)
    other = seen.monitor.replace(letter, "") if letter in seen.monitor else seen.monitor + letter
    trace[place] = structs.replace(seen, monitor=other)
    failure = judge(trace)
    assert failure is not None
    assert failure.requirements == ("REQ-MON-034",)
    assert failure.record == place + 1
    assert f"the monitor's '{letter}'" in failure.sentence


def test_a_status_that_comes_twice_is_refused() -> None:
    trace = records(RACES[0])
    place = next(each for each in places(trace, is_status) if not resends_in(trace, each))
    trace.insert(place, trace[place])
    failure = judge(trace)
    assert failure is not None
    assert failure.requirements == ("REQ-EVT-001",)
    assert failure.record == place + 2


def test_a_status_that_is_missing_is_noticed_at_rest() -> None:
    trace = records(RACES[0])
    place = next(each for each in places(trace, is_status) if not resends_in(trace, each))
    del trace[place]
    failure = judge(trace)
    assert failure is not None
    assert failure.requirements[0] in ("REQ-MON-034", "REQ-EVT-001")


def test_nothing_is_at_rest_while_a_storm_is_broken() -> None:
    trace = records(RACES[0])
    place = places(trace, lambda each: isinstance(each, StateSeen))[0]
    before, seen = trace[place - 1], trace[place]
    assert isinstance(before, Stimulus | StateSeen)
    assert isinstance(seen, StateSeen)
    storm = Storm(t=seen.t, count=201)
    wrong = structs.replace(seen, monitor="u" if seen.monitor == "-" else "-")
    reset = next(
        number
        for number in range(place, len(trace))
        if isinstance(each := trace[number], Stimulus) and each.words == ("reset",)
    )
    assert judge([*trace[:place], wrong, *trace[place + 1 : reset]]) is not None
    assert judge([*trace[:place], storm, wrong, *trace[place + 1 : reset]]) is None


def test_a_variable_without_a_guard_is_told_by_the_device() -> None:
    trace = records(RACES[0])
    place = places(trace, lambda each: isinstance(each, Reply))[0]
    told = Breach(requirement="REQ-LIFE-006", sentence="guarded", seen="threads a and b")
    failure = judge([*trace[:place], told, *trace[place:]])
    assert failure is not None
    assert failure.requirements == ("REQ-LIFE-006",)
