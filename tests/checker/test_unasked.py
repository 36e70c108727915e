"""What a slow host or line lets a scenario see is no proof against the device."""

from pathlib import Path

from msgspec import structs

from checker.forks import judge
from connmgr_hil.checker import Outcome
from connmgr_hil.checker.unasked import Unasked
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import AnyRecord, Complaint, Header, Reply, Stimulus

# A real FRDM-K64F image in Renode, as a board on a pseudo terminal of a busy host: 130 ms passed before the
# scenario's wait of 1.8 s, in which an association of 1.9 s then ended.
SLOW = Path(__file__).parent / "recorded" / "slow_line.jsonl"


def recorded(late: int) -> list[AnyRecord]:
    return [
        structs.replace(record, late=late) if isinstance(record, Header) else record
        for record in read_records(SLOW)
    ]


def test_a_complaint_that_a_slow_line_explains_is_no_failure() -> None:
    verdict = judge(recorded(late=50_000))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "167 ms of device time passed" in verdict.reason
    assert "1.8 s shows nothing" in verdict.reason


def test_a_complaint_stands_where_no_more_passed_than_may() -> None:
    verdict = judge(recorded(late=200_000))
    assert verdict.outcome is Outcome.FAILS
    assert verdict.reason.startswith("the scenario says: 1.8 s shows nothing")


def test_without_the_complaint_it_conforms() -> None:
    records = [each for each in recorded(late=50_000) if not isinstance(each, Complaint)]
    assert judge(records).outcome is Outcome.CONFORMS


def exchange(unasked: Unasked, number: int, word: str, t0: int, t: int) -> Unasked:
    given = unasked.given(Stimulus(id=number, words=(word, "1")))
    return given.replied(Reply(t=t, id=number, t0=t0, status="0"))


def test_what_waits_let_pass_adds_up_from_the_last_command_that_does_something() -> None:
    unasked = exchange(Unasked(), 1, "up", 500, 500)
    assert unasked.usec == 0  # nobody knows how long the device had run
    unasked = exchange(unasked, 2, "advance", 530, 1_530)
    assert unasked.usec == 30
    unasked = exchange(unasked, 3, "advance", 1_550, 2_550)
    assert unasked.usec == 50
    unasked = exchange(unasked, 4, "connect", 2_570, 2_570)
    assert (unasked.together, unasked.usec) == (0, 30)
    assert unasked.waits == frozenset()
