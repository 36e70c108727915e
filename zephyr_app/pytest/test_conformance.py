# Copyright (c) 2026 The connmgr-hil authors
# SPDX-License-Identifier: Apache-2.0
"""Every scenario as a test of twister's pytest harness (`harness: pytest` in sample.yaml).

Needs `pip install connmgr-hil` in the environment from which twister runs.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance import run
from connmgr_hil.conformance.results import ScenarioResult
from connmgr_hil.conformance.scenario import Scenario, registered
from connmgr_hil.targets import Target
from connmgr_hil.testbed.twister import DeviceConfig, twister_target
from connmgr_hil.vocabulary.errors import ConnMgrHilError


@pytest.fixture(scope="session")
def device(pytestconfig: pytest.Config) -> DeviceConfig:
    """What twister says about the device that it wants tested."""
    return pytestconfig.twister_harness_config.devices[0]


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest, device: DeviceConfig) -> Iterator[Target]:
    """The device, started by us; on hardware twister flashes it before."""
    if device.type == "hardware":
        board = request.getfixturevalue("device_object")
        board.launch()
        board.disconnect()
    try:
        target = twister_target(device)
    except ConnMgrHilError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with target:
        yield target


@pytest.fixture(params=registered().values(), ids=lambda each: each.name)
def result(request: pytest.FixtureRequest, target: Target, device: DeviceConfig) -> ScenarioResult:
    """What a scenario showed. A rig that broke is an error to pytest, not a failure."""
    scenario: Scenario = request.param
    trace = Path(device.build_dir) / "connmgr-hil" / f"{scenario.name}.jsonl"
    result = run.run_scenario(target, scenario, trace)
    if result.outcome in {Outcome.RIG, Outcome.INCONCLUSIVE}:
        pytest.fail(f"{result.outcome}: {result.reason}", pytrace=False)
    return result


def test_conforms(result: ScenarioResult) -> None:
    """The device does what the Connection Manager promises."""
    if result.outcome is None:
        pytest.skip(result.reason)
    if result.outcome is not Outcome.CONFORMS:
        pytest.fail(f"{result.reason}\ntrace: {result.trace}", pytrace=False)
