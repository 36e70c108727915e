"""A state frame in the midst of which a hook sent another, recorded on an emulated board whose time is real."""

from pathlib import Path

from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import StateSeen

TRACE = Path(__file__).parents[1] / "traces" / "mps2_an385_real" / "hook-in-state.jsonl"
BOUND = {1, 2, 3, 6, 8, 9}


def test_frames_are_not_mixed() -> None:
    states = [record for record in read_records(TRACE) if isinstance(record, StateSeen)]
    indexes = [state.iface for state in states]
    # The hook's state of iface 2 came between those that the command was sending.
    assert indexes[:9] != sorted(indexes[:9])
    assert all(state.bound == (state.iface in BOUND) for state in states)
    assert check_trace(TRACE).outcome is Outcome.CONFORMS
