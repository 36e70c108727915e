"""The harness is killed with -9 at random moments: nothing stays behind, and what it leaves is no verdict."""

import os
import signal
from pathlib import Path
from random import Random

import pytest
from processes import Harness, assert_traces_read, walking

from fuzz.targets import cmhil

FEW, FULL = 3, 100


@pytest.fixture
def kills() -> int:
    """How often: `CMHIL_SOAK` is `full`, or a number."""
    asked = os.environ.get("CMHIL_SOAK", "")
    if asked == "full":
        return FULL
    return min(int(asked), FULL) if asked else FEW


def test_killed_at_any_moment(on_target: list[str], tmp_path: Path, kills: int) -> None:
    """While it starts, while it works, between two devices."""
    random = Random(6)
    for number in range(kills):
        out = tmp_path / str(number)
        harness = walking(on_target, out)
        harness.ended_within(random.uniform(0, 1.5))
        harness.end(signal.SIGKILL)
        harness.assert_nothing_left()
        harness.tidy_up()
        assert_traces_read(out)


def test_what_is_left_is_no_verdict(tmp_path: Path, kills: int) -> None:
    """In the first moment and in any later one, of a run of scenarios; whole traces are no whole run."""
    random = Random(7)
    for number in range(kills):
        out = tmp_path / str(number)
        harness = Harness("verify", "-t", "simulated", "--repeat", "100", "--out", str(out))
        if number % 2:
            harness.when_started(out)
            harness.ended_within(
                random.choice((0.0, random.uniform(0, 0.1), random.uniform(0, 2.0)))
            )
        else:
            harness.ended_within(random.uniform(0, 1.5))
        harness.end(signal.SIGKILL)
        harness.assert_nothing_left()
        harness.tidy_up()
        assert_traces_read(out)
        code, said = cmhil("check", str(out))
        assert code in (2, 4), said
        assert "VERDICT  fails" not in said
        assert "VERDICT  conforms" not in said
        assert not (out / "summary.json").exists()
