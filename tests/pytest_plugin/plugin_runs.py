"""What a run of pytest in pytest is to our tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

HARNESS = Path(__file__).parents[2] / "harness"
RunTests = Callable[..., pytest.RunResult]
