"""The end of a run says what it showed of an implementation that is none of ours, and what is lacking for the rest."""

from connmgr_hil.checker import Outcome
from connmgr_hil.cli.own_iface import of_own_iface
from connmgr_hil.conformance.results import ScenarioResult


def _result(name: str, requirement: str, outcome: Outcome | None, why: str = "") -> ScenarioResult:
    return ScenarioResult(name, name, (requirement, "REQ-CTL-019"), outcome, reason=why)


def test_what_was_shown_and_what_was_not() -> None:
    lacking = "needs the stimulus credentials-off: the platform file has none"
    told = list(
        of_own_iface(
            [
                _result("imp-loss", "REQ-IMP-002", Outcome.CONFORMS),
                _result("imp-options", "REQ-IMP-012", Outcome.CONFORMS),
                _result("imp-credentials", "REQ-IMP-005", None, lacking),
                _result("imp-restart", "REQ-IMP-016", Outcome.FAILS),
                _result("addresses-come-and-go", "REQ-MON-001", Outcome.CONFORMS),
            ]
        )
    )
    assert told == [
        "  own iface:     REQ-IMP-* shown: 002, 012",
        "    not shown:   REQ-IMP-005  Missing/wrong credentials: attempt continues till timeout; not fatal; TIMEOUT raised",
        f"      {lacking}",
        "    not shown:   REQ-IMP-016  Iface admin-down and up again leads to a clean new attempt (no stale oper-up)",
        "      see imp-restart, which did not conform",
    ]


def test_nothing_is_said_where_no_implementation_is_bound() -> None:
    lacking = _result("imp-loss", "REQ-IMP-002", None, "needs an iface of the board's own")
    assert not list(
        of_own_iface([lacking, _result("up-connects-at-once", "REQ-IMP-007", Outcome.CONFORMS)])
    )
