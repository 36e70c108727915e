"""Traces of real Zephyr that ended, each by a deadly defect: judged again, they fail for the same reason at the same command."""

from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.conformance.defects import defects
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import Crashed, Reset, Stimulus, Stuck

RECORDED = sorted((Path(__file__).parents[1] / "traces_life").glob("*/*.jsonl"))


def last_command(trace: Path) -> str:
    """Return the last command before the device ended; what is only waited afterwards, so that it says why, is none."""
    words = [each.words for each in read_records(trace) if isinstance(each, Stimulus)]
    if words[-1] == ("advance", "4000000"):
        words.pop()
    return " ".join(words[-1])


@pytest.mark.parametrize("trace", RECORDED, ids=lambda each: f"{each.parent.name}/{each.stem}")
def test_it_fails_for_its_reason_at_its_command(trace: Path) -> None:
    defect = defects()[trace.stem]
    verdict = check_trace(trace)
    assert verdict.outcome is Outcome.FAILS
    assert verdict.failure is not None
    assert set(verdict.failure.requirements) <= {*defect.requirements, *defect.accepted}
    assert verdict.failure.since.endswith(last_command(trace))
    ends = [
        each
        for each in read_records(trace)
        if isinstance(each, Crashed | Stuck) or (isinstance(each, Reset) and not each.expected)
    ]
    assert len(ends) == 1


def test_at_least_twenty_were_recorded() -> None:
    assert len({each.stem for each in RECORDED}) >= 20
