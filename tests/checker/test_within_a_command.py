"""Where time is real a command takes some of it, and timers run out meanwhile."""

from pathlib import Path

from checker.forks import judge
from connmgr_hil.checker import Outcome
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen

# Real Zephyr on an emulated mps2_an385: 'all down 1' took 20 ms, in which the association of an iface ended
# that it had not come to yet.
TRACE = Path(__file__).parent / "recorded" / "timer_within_a_command.jsonl"


def recorded() -> list[AnyRecord]:
    return list(read_records(TRACE))


def rises(record: AnyRecord) -> bool:
    return isinstance(record, EventSeen) and (record.name, record.iface) == ("IF_UP", 10)


def test_what_runs_out_in_the_midst_of_a_command_is_no_failure() -> None:
    assert judge(recorded()).outcome is Outcome.CONFORMS


def test_an_iface_that_goes_down_without_having_come_up_is_one() -> None:
    kept = [each for each in recorded() if not rises(each)]
    assert len(kept) == len(recorded()) - 1
    assert judge(kept).outcome is Outcome.FAILS
