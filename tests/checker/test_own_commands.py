"""A command of the firmware's own may take its time; of those of the probe only some may."""

import pytest

from checker.forks import judge, recorded
from connmgr_hil.checker import Outcome
from connmgr_hil.vocabulary.observations import AnyRecord, Reply, Stimulus, VerdictGiven


def _with(words: tuple[str, ...]) -> list[AnyRecord]:
    """Return a recorded run with another command before its end, which was answered after a second."""
    *records, end = [each for each in recorded("E1") if not isinstance(each, VerdictGiven)]
    assert isinstance(end, Reply)
    return [
        *records,
        end,
        Stimulus(id=900, words=words),
        Reply(t=end.t + 1_000_000, id=900, t0=end.t, status="0"),
    ]


@pytest.mark.parametrize(
    ("words", "outcome"),
    [(("reach",), Outcome.CONFORMS), (("resend",), Outcome.FAILS), (("ping",), Outcome.FAILS)],
)
def test_a_command_that_takes_a_second(words: tuple[str, ...], outcome: Outcome) -> None:
    records = _with(words)
    verdict = judge(records)
    assert verdict.outcome is outcome, verdict.lines()
