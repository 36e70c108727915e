"""An application that uses the Connection Manager itself is another actor: nothing of it is blamed on an automation."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec import structs

from checker.forks import judge, recorded
from connmgr_hil.checker import Outcome, Verdict
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, Header, Stimulus

CASE = Path(__file__).parents[1] / "cases" / "07-application-connects.jsonl"
RECORDS = list(read_records(CASE))
FIRST = next(place for place, each in enumerate(RECORDS) if isinstance(each, EventSeen))


def _with(place: int, *more: AnyRecord) -> Verdict:
    return judge((*RECORDS[:place], *more, *RECORDS[place:]))


def test_what_the_application_did_is_said() -> None:
    verdict = judge(RECORDS)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the application seems to use the Connection Manager itself" in verdict.reason


def test_it_may_begin_with_a_bound_iface() -> None:
    bound = [each for each in RECORDS if getattr(each, "iface", 2) == 2]
    assert judge(bound).outcome is Outcome.INCONCLUSIVE


def test_an_event_of_a_state_that_is_there_already_is_nobodys() -> None:
    quiet = [each for each in RECORDS if not isinstance(each, EventSeen)]
    up = RECORDS[FIRST]
    assert isinstance(up, EventSeen)
    down = structs.replace(up, name="IF_ADMIN_DOWN", code=3489726467, admin=False)
    assert judge((*quiet[:2], down, *quiet[2:])).outcome is Outcome.FAILS


def _without_command(records: Iterable[AnyRecord], *words: str) -> list[AnyRecord]:
    return [
        structs.replace(each, words=("ping",))
        if isinstance(each, Stimulus) and each.words == words
        else each
        for each in records
    ]


@pytest.mark.parametrize(("name", "words"), [("E1", ("up", "4")), ("E1", ("down", "4"))])
def test_in_the_sample_application_nobody_else_acts(name: str, words: tuple[str, ...]) -> None:
    records = recorded(name)
    assert judge(records).outcome is Outcome.CONFORMS
    changed = _without_command(records, *words)
    if changed != records:
        assert judge(changed).outcome is Outcome.FAILS


def _declared(records: Iterable[AnyRecord], *actors: str) -> list[AnyRecord]:
    return [
        structs.replace(each, actors=actors) if isinstance(each, Header) else each
        for each in records
    ]


def test_what_is_declared_is_followed() -> None:
    assert judge(_declared(RECORDS, "up")).outcome is Outcome.CONFORMS
    assert judge(_declared(RECORDS, "down")).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("E1", ("up", "4")),
        ("E2", ("down", "4")),
        ("connect-admin-up", ("connect", "1")),
        ("Q3", ("connect", "1")),
        ("Q16", ("disconnect", "1")),
    ],
)
def test_declared_calls_are_judged_by_what_they_must_show(
    name: str, words: tuple[str, ...]
) -> None:
    records = recorded(name)
    unseen = _without_command(records, *words)
    assert unseen != records
    verdict = judge(_declared(unseen, words[0]))
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()
    assert judge(unseen).outcome is Outcome.FAILS


def test_a_declared_call_that_changes_nothing_shows_nothing() -> None:
    up = RECORDS[FIRST]
    twice = (*RECORDS[: FIRST + 1], up, *RECORDS[FIRST + 1 :])
    assert judge(_declared(twice, "up")).outcome is Outcome.FAILS
