"""An application that calls the Connection Manager in its callbacks, or in the system work queue, is judged as what a run calls.

Recorded from real Zephyr on `examples/minimal`, whose application takes its iface up again when L4_DISCONNECTED comes.
"""

from collections.abc import Iterator

import pytest
from msgspec import structs

from checker.forks import judge, recorded_by_hand
from connmgr_hil.checker import Outcome
from connmgr_hil.vocabulary.observations import ActorCall, AnyRecord, EventSeen

NAMES = [
    "application_in_callback",
    "application_in_callback_after_burst",
    "application_twice_in_callback",
    "application_in_work_queue",
]


def _calls(records: list[AnyRecord]) -> list[ActorCall]:
    return [each for each in records if isinstance(each, ActorCall)]


@pytest.mark.parametrize("name", NAMES)
def test_it_conforms(name: str) -> None:
    records = recorded_by_hand(name)
    assert _calls(records)
    assert judge(records).outcome is Outcome.CONFORMS


@pytest.mark.parametrize("name", NAMES)
def test_what_a_call_returns_is_judged(name: str) -> None:
    records = recorded_by_hand(name)
    for call in _calls(records):
        wrong = [structs.replace(each, status="5") if each is call else each for each in records]
        assert judge(wrong).outcome is Outcome.FAILS


def _raised(records: list[AnyRecord]) -> Iterator[EventSeen]:
    """Yield the events that came of calls."""
    called = False
    for each in records:
        called = called or isinstance(each, ActorCall)
        if called and isinstance(each, EventSeen) and each.name == "IF_ADMIN_UP":
            yield each


def test_what_a_call_raises_is_missed() -> None:
    for name in NAMES:
        records = recorded_by_hand(name)
        for event in _raised(records):
            less = [each for each in records if each is not event]
            assert judge(less).outcome is not Outcome.CONFORMS, event


def test_what_the_application_did_is_no_fault_of_an_implementation() -> None:
    """The scenario waits for nothing to come of a network that is back; the application connects meanwhile."""
    verdict = judge(recorded_by_hand("application_takes_up_what_was_lost"))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the application called 'connect 2' by itself in the meantime" in verdict.reason


@pytest.mark.parametrize("name", NAMES)
def test_calls_that_nobody_saw_are_no_failure(name: str) -> None:
    """An older probe does not tell what the application calls."""
    unseen = [each for each in recorded_by_hand(name) if not isinstance(each, ActorCall)]
    assert judge(unseen).outcome is not Outcome.FAILS
