"""Scenarios that a test loads from a user's file must not stay for the next test."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_scenario_stays() -> Iterator[None]:
    from connmgr_hil.conformance import scenario

    ours = scenario.registered()
    yield
    scenario._REGISTRY.clear()
    scenario._REGISTRY.update(ours)
