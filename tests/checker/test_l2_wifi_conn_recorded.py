"""A vendor's implementation, judged by its guarantees alone: Nordic's `l2_wifi_conn` of the nRF Connect SDK.

It was recorded on Zephyr 4.1.99, above the simulated Wi-Fi driver, with 64 bits for events as that release has and the supplicant
taken as ready; otherwise unchanged. Each finding is a fault that reading its source confirms.
"""

from pathlib import Path

import pytest

from connmgr_hil.checker import Checker, Outcome, Verdict
from connmgr_hil.trace import read_records

TESTS = Path(__file__).parents[1]
TRACES = TESTS / "traces" / "native_l2_wifi_conn"
FINDINGS = TESTS / "findings" / "l2_wifi_conn"

FOUND = {
    "imp-timeouts": "REQ-IMP-014  Status values are 0 or negative",
    "imp-persistent-timeout": "REQ-IMP-009",
    "imp-connected-connect": "REQ-IMP-006",
}


def judged(path: Path) -> Verdict:
    checker = Checker()
    for record in read_records(path):
        checker.feed(record)
    return checker.finish()


@pytest.mark.parametrize("path", sorted(TRACES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_what_keeps_its_guarantees_conforms(path: Path) -> None:
    verdict = judged(path)
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()


@pytest.mark.parametrize("name", FOUND)
def test_its_faults_are_found(name: str) -> None:
    verdict = judged(FINDINGS / f"{name}.jsonl")
    assert verdict.outcome is Outcome.FAILS
    assert any(FOUND[name] in line for line in verdict.lines()), verdict.lines()


def test_each_finding_is_described() -> None:
    assert {path.stem for path in FINDINGS.glob("*.jsonl")} == set(FOUND)
