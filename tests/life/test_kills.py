"""The harness is killed with -9 at random moments, and nothing stays behind."""

import os
import signal
from pathlib import Path
from random import Random

import pytest
from processes import assert_traces_read, walking

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
