"""Two commands at once are judged by every order that their contexts allow, and by no other: recorded from real Zephyr."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from checker.forks import judge
from connmgr_hil.checker import Outcome
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import AnyRecord, CallSeen, EventSeen, Part, Stimulus

TRACES = Path(__file__).parents[1] / "traces" / "native_p34_at_once"


def _recorded(name: str) -> list[AnyRecord]:
    return list(read_records(TRACES / f"{name}.jsonl"))


def _windows(records: Sequence[AnyRecord], words: tuple[str, ...]) -> Iterator[list[int]]:
    """Yield the places of what each such command showed."""
    for place, record in enumerate(records):
        if isinstance(record, Stimulus) and record.words == words:
            end = next(
                at for at in range(place + 1, len(records)) if isinstance(records[at], Stimulus)
            )
            yield list(range(place + 1, end))


def _swapped(records: list[AnyRecord], one: int, other: int) -> list[AnyRecord]:
    changed = list(records)
    changed[one], changed[other] = records[other], records[one]
    return changed


@pytest.mark.parametrize("path", sorted(TRACES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_what_zephyr_did_conforms(path: Path) -> None:
    verdict = judge(read_records(path))
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()


@pytest.mark.parametrize("pair", [("high", "low"), ("wq", "shell"), ("cb", "high")])
def test_only_one_of_two_takes_it_up(pair: tuple[str, str]) -> None:
    records = _recorded("at-once-up")
    words = ("both", "0", *pair, "up", "4", ";", "up", "4")
    for window in _windows(records, words):
        for place in window:
            part = records[place]
            if isinstance(part, Part):
                wrong = {"0": "-EALREADY", "-EALREADY": "0"}[part.status]
                forged = [*records]
                forged[place] = structs.replace(part, status=wrong)
                assert judge(forged).outcome is Outcome.FAILS


def test_who_has_the_higher_priority_is_done_first() -> None:
    records = _recorded("at-once-up")
    words = ("both", "0", "low", "high", "up", "4", ";", "up", "4")
    (window,) = _windows(records, words)
    first, second = (place for place in window if isinstance(records[place], Part))
    assert [records[first].index, records[second].index] == [1, 0]  # type: ignore[union-attr]
    assert judge(_swapped(records, first, second)).outcome is Outcome.FAILS


def test_each_call_is_whole() -> None:
    records = _recorded("at-once-two-ifaces")
    words = ("both", "0", "high", "low", "up", "4", ";", "up", "5")
    (window,) = _windows(records, words)
    events = [at for at in window if isinstance(records[at], EventSeen)]
    names = [(each.name, each.iface) for at in events if isinstance(each := records[at], EventSeen)]
    assert names[:2] == [("IF_ADMIN_UP", 4), ("IF_UP", 4)]
    later = next(at for at, name in zip(events, names, strict=True) if name[1] == 5)
    assert judge(_swapped(records, events[1], later)).outcome is Outcome.FAILS


def test_an_implementation_that_is_called_while_its_iface_is_down() -> None:
    """`disconnect` that looked whether the iface is up before it took the lock."""
    records = _recorded("at-once-connect")
    words = ("both", "0", "high", "low", "connect", "1", ";", "disconnect", "1")
    window = next(_windows(records, words))
    calls = [at for at in window if isinstance(records[at], CallSeen)]
    down = next(
        at for at in window if isinstance(each := records[at], EventSeen) and each.name == "IF_ADMIN_DOWN"
    )  # fmt: skip
    forged = [*records[: down + 1], records[calls[-1]], *records[down + 1 :]]
    failure = judge(forged).failure
    assert failure is not None
    assert failure.requirements == ("REQ-CTL-015",)
