"""A device in real time behind a man in the middle: no conforming one fails, and no seeded defect is hidden by him."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from connmgr_hil.vocabulary.errors import UsageError
from soak.middle import is_false, real_time_target, run_one

SHORT = 5
FULL = 500
PART = 5
"""So many runs are one test, so that they can be spread over processes."""


def _count() -> int:
    asked = os.environ.get("CMHIL_SOAK", "")
    return int(asked) if asked.isdigit() else FULL if asked == "full" else SHORT


@pytest.mark.parametrize("part", range(-(-_count() // PART)))
@pytest.mark.parametrize("name", ["simulated", "native"])
def test_runs_behind_a_man_in_the_middle(
    name: str, part: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    try:
        real_time_target(name)
    except UsageError as error:
        pytest.skip(str(error).splitlines()[0])
    numbers = range(part * PART, min((part + 1) * PART, _count()))
    runs = [run_one(name, number, tmp_path, quick=_count() <= SHORT) for number in numbers]
    record_property("outcomes", json.dumps([[each.kind, each.outcome] for each in runs]))
    wrong = [each for each in runs if is_false(each)]
    assert not wrong, "\n\n".join(f"{each}\n{each.reason}" for each in wrong)
