"""What a slow host or line lets a scenario see is no proof against the device."""

from pathlib import Path

from checker.forks import judge
from connmgr_hil.checker import Outcome
from connmgr_hil.checker.idle_time import IdleTime
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import Complaint, Reply

# A real FRDM-K64F image in Renode, as a board on a pseudo terminal of a busy host: 130 ms passed before the
# scenario's wait of 1.8 s, in which an association of 1.9 s then ended.
SLOW = Path(__file__).parent / "recorded" / "slow_line.jsonl"


def test_a_complaint_alone_is_no_failure_and_says_how_much_time_nobody_asked_for() -> None:
    verdict = judge(read_records(SLOW))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith("not shown: the scenario says: 1.8 s shows nothing")
    assert "ms of device time passed between commands" in verdict.reason
    assert verdict.unmet.startswith("the scenario says: 1.8 s shows nothing")


def test_without_the_complaint_it_conforms() -> None:
    records = [each for each in read_records(SLOW) if not isinstance(each, Complaint)]
    assert judge(records).outcome is Outcome.CONFORMS


def exchange(idle: IdleTime, number: int, t0: int, t: int) -> IdleTime:
    return idle.replied(Reply(t=t, id=number, t0=t0, status="0"))


def test_what_passes_before_commands_adds_up() -> None:
    idle = exchange(IdleTime(), 1, 500, 500)
    assert idle.usec == 0  # nobody knows how long the device had run
    idle = exchange(idle, 2, 530, 1_530)
    assert idle.usec == 30
    idle = exchange(idle, 3, 1_550, 1_550)
    assert idle.usec == 50
    # A command that overtook another began before that one was answered.
    idle = exchange(idle, 4, 1_540, 1_545)
    assert (idle.answered, idle.usec) == (1_550, 50)
