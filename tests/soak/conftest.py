"""How long the soaks are: short by themselves, full with `make soak`."""

import os

import pytest

SHORT = {"simulated": 60, "native": 30}
FULL = {"simulated": 100_000, "native": 10_000}


@pytest.fixture
def soak_exchanges() -> dict[str, int]:
    """How many exchanges each target must stand: `CMHIL_SOAK` is `full`, or a number for all."""
    asked = os.environ.get("CMHIL_SOAK", "")
    if asked.isdigit():
        return dict.fromkeys(FULL, int(asked))
    return FULL if asked == "full" else SHORT
