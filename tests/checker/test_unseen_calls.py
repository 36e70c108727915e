"""What the application may have called unseen is no fault of the device, where the probe does not tell such calls.

Recorded from real Zephyr on `examples/minimal` with an application that calls the Connection Manager; where a test says so, without the
probe's records of its calls.
"""

import pytest
from msgspec import structs

from checker.forks import judge, recorded_by_hand
from connmgr_hil.checker import Outcome
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, HelloSeen, Reply

UNSEEN = {
    "application_adds_an_address": "'addr4 1 add 192.0.2.254'",
    "application_ignores_at_boot": "'ignore 1'",
    "application_ignores_and_watches": "'ignore 1'",
    "application_resends_at_boot": "'resend'",
}
TOLD = ["application_between_listeners", "application_connects_in_work_queue"]


@pytest.mark.parametrize("name", UNSEEN)
def test_what_a_call_would_explain_is_no_failure(name: str) -> None:
    verdict = judge(recorded_by_hand(name))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert f"the application may have done {UNSEEN[name]} by itself" in verdict.reason


@pytest.mark.parametrize("name", TOLD)
def test_calls_that_are_told_are_followed(name: str) -> None:
    verdict = judge(recorded_by_hand(name))
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()


def test_a_call_in_the_midst_of_a_command_is_not_followed() -> None:
    """The work queue connects between the two changes that `disconnect` makes."""
    verdict = judge(recorded_by_hand("application_amid_a_disconnect"))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the application called 'connect 2' in the midst of a command" in verdict.reason


def _telling(records: list[AnyRecord]) -> list[AnyRecord]:
    return [
        structs.replace(each, facts=structs.replace(each.facts, calls=True))
        if isinstance(each, HelloSeen)
        else each
        for each in records
    ]


@pytest.mark.parametrize("name", ["application_ignores_at_boot", "application_ignores_and_watches"])
def test_a_probe_that_tells_calls_leaves_no_doubt(name: str) -> None:
    assert judge(_telling(recorded_by_hand(name))).outcome is Outcome.FAILS


def test_an_address_is_never_told() -> None:
    records = _telling(recorded_by_hand("application_adds_an_address"))
    assert judge(records).outcome is Outcome.INCONCLUSIVE


def test_what_no_call_would_explain_fails() -> None:
    """Each event before the first call, and each answer, wrong in a way of its own."""
    records = recorded_by_hand("application_ignores_and_watches")
    wrong = []
    for place, each in enumerate(records[:17]):
        if isinstance(each, EventSeen):
            changed: AnyRecord = structs.replace(each, code=each.code + 1)
        elif isinstance(each, Reply):
            changed = structs.replace(each, status="-EIO")
        else:
            continue
        wrong.append([*records[:place], changed, *records[place + 1 :]])
    assert len(wrong) >= 8
    for every in wrong:
        assert judge(every).outcome is Outcome.FAILS


def test_what_an_implementation_does_is_not_put_on_the_application() -> None:
    """Its link comes without a request, as it would if the application had called `connect`."""
    assert judge(recorded_by_hand("associated_after_disconnect")).outcome is Outcome.FAILS
