"""Puts this folder on the import path, so that tests may share helpers as `checker.forks` or `model.play`."""

from pathlib import Path

import pytest

TRACES = Path(__file__).parent / "traces"


@pytest.fixture(scope="session")
def recorded_traces() -> Path:
    """The folder of the traces that were recorded from real Zephyr on native_posix_64."""
    return TRACES / "native_posix_64"
