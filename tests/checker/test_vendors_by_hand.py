"""Faults of implementations that a trace shows though no scenario looked for them, and the same without the fault.

Recorded from real Zephyr on `examples/minimal` with each fault put in.
"""

import pytest

from checker.forks import judge, recorded_by_hand
from connmgr_hil.checker import Outcome, Verdict


def verdict_on(name: str) -> Verdict:
    return judge(recorded_by_hand(name))


@pytest.mark.parametrize(
    ("name", "requirement"),
    [
        ("associated_after_disconnect", "REQ-CTL-018"),
        ("associated_while_admin_down", "REQ-IMP-016"),
        ("refused_option_kept", "REQ-IMP-013"),
        ("timer_left_running", "REQ-CTL-021"),
        ("tried_again_without_being_persistent", "REQ-IMP-004"),
    ],
)
def test_the_fault_is_blamed(name: str, requirement: str) -> None:
    verdict = verdict_on(name)
    assert verdict.failure is not None
    assert requirement in verdict.failure.requirements


@pytest.mark.parametrize("name", ["not_associated_after_disconnect", "refused_option_not_kept"])
def test_without_it_the_device_conforms(name: str) -> None:
    assert verdict_on(name).outcome is Outcome.CONFORMS
