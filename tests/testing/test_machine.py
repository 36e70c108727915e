"""The state machine for Hypothesis, on the simulated board."""

import inspect
import re
import textwrap
import unittest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from connmgr_hil.conformance.nonconforming import Nonconforming
from connmgr_hil.conformance.session import Session
from connmgr_hil.targets import open_target
from connmgr_hil.testing.machine import SETTINGS, connection_manager_machine


def brief(examples: int) -> settings:
    return settings(SETTINGS, max_examples=examples, derandomize=True, database=None)


def examples_of_docstring() -> list[str]:
    text = inspect.cleandoc(connection_manager_machine.__doc__ or "")
    blocks = re.findall(r"(?:^    .*\n?|^\n)+", text, re.MULTILINE)
    return [textwrap.dedent(block).strip() for block in blocks if block.strip()]


def test_the_example_of_the_docstring_runs() -> None:
    names: dict[str, Any] = {}
    first, _ = examples_of_docstring()
    exec(first, names)  # the documentation's own words
    case = names["TestAnything"]
    case.settings = brief(5)
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.testsRun == 1
    assert not result.errors + result.failures


def test_the_example_with_the_plugins_device_runs(tmp_path: Path) -> None:
    _, second = examples_of_docstring()
    names: dict[str, Any] = {"connection_manager_machine": connection_manager_machine}
    exec(second, names)
    given: list[str] = []
    with open_target("simulated") as target, Session(target, tmp_path / "t.jsonl") as session:

        class Device:
            """What the `cm` fixture has that the example uses."""

        cm = Device()
        cm.session = session  # type: ignore[attr-defined]
        run = names["run_state_machine_as_test"]
        names["run_state_machine_as_test"] = lambda machine: run(machine, settings=brief(5))
        session.watch(lambda record: given.append(type(record).__name__))
        names["test_anything"](cm)
        assert given.count("Stimulus") > 20
        assert session.checker.failure is None


@pytest.mark.slow
def test_a_defect_is_found_and_shrunk() -> None:
    machine = connection_manager_machine(
        open_target("simulated"), before=(("defect", "auto-no-connect", "on"),)
    )
    try:
        with pytest.raises(Nonconforming) as raised:
            run_state_machine_as_test(machine, settings=brief(60))
    finally:
        machine.device.close()
    assert re.search("REQ-(AUTO-001|BULK-007)", str(raised.value))
    notes = "\n".join(raised.value.__notes__)
    assert re.search(r"shortest sequence: (all )?up \d\n", notes), notes


def test_what_is_wrong_at_the_end_is_found_too() -> None:
    """A defect that only a dump shows: the last comparison of the whole state."""
    machine = connection_manager_machine(
        open_target("simulated"),
        before=(("defect", "ctl-timeout-clamped", "on"), ("timeout", "1", "-5")),
    )
    try:
        with pytest.raises(Nonconforming):
            run_state_machine_as_test(machine, settings=brief(2))
    finally:
        machine.device.close()
