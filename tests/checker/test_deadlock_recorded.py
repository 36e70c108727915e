"""Two threads take two ifaces up, each with its own lock and waiting for the other's: recorded from Zephyr 4.1.99 with MLD."""

from pathlib import Path

from connmgr_hil.checker import Outcome, check_trace

TRACE = Path(__file__).parents[1] / "findings" / "net_if" / "two-up-at-once.jsonl"


def test_a_deadlock_of_net_if_is_a_command_that_never_returns() -> None:
    verdict = check_trace(TRACE)
    assert verdict.outcome is Outcome.FAILS
    assert verdict.failure is not None
    assert verdict.failure.requirements == ("REQ-LIFE-002",)
    assert verdict.failure.since.endswith("race 1 2 up 4 ; up 5")
