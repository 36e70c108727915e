"""Puts this folder on the import path, so that tests may share helpers as `checker.forks` or `model.play`."""

import os
from pathlib import Path

import pytest

TRACES = Path(__file__).parent / "traces"


@pytest.fixture(scope="session")
def recorded_traces() -> Path:
    """The folder of the traces that were recorded from real Zephyr on native_posix_64."""
    return TRACES / "native_posix_64"


@pytest.fixture(scope="session", autouse=True)
def locks_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Boards that tests make up are named alike in each process that runs tests: one would keep another's from its own."""
    os.environ.setdefault("CMHIL_LOCK_DIR", str(tmp_path_factory.mktemp("locks")))
