"""A vendor's implementation, judged by its guarantees alone: Nordic's `lte_connectivity` of the nRF Connect SDK 2.5.1.

It was recorded on real Zephyr, unchanged, above a simulated modem. In `traces` is what conforms, in `findings` what does not: each is
a fault that reading its source confirms.
"""

from pathlib import Path

import pytest

from connmgr_hil.checker import Checker, Outcome, Verdict
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import HelloSeen, StateSeen

TESTS = Path(__file__).parents[1]
TRACES = TESTS / "traces" / "native_lte_connectivity"
FINDINGS = TESTS / "findings" / "lte_connectivity"
PERSISTENT = 1

FOUND = {
    "imp-connected-connect": "REQ-IMP-006  connect when already connected",
    "imp-connecting-connect": "CONN_IF_TIMEOUT of R by 3.801 s",
    "imp-down-attempt": "REQ-IMP-009  TIMEOUT is raised exactly once",
    "imp-options": "option 1 holds what it held before",
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


def test_it_makes_its_iface_persistent_at_boot() -> None:
    records = list(read_records(TRACES / "imp-loss.jsonl"))
    (iface,) = next(each for each in records if isinstance(each, HelloSeen)).ifaces
    assert (iface.impl, iface.is_real) == ("OTHER", True)
    first = next(each for each in records if isinstance(each, StateSeen))
    assert first.flags == PERSISTENT


@pytest.mark.parametrize("name", FOUND)
def test_its_faults_are_found(name: str) -> None:
    verdict = judged(FINDINGS / f"{name}.jsonl")
    assert verdict.outcome is Outcome.FAILS
    assert any(FOUND[name] in line for line in verdict.lines()), verdict.lines()


def test_each_finding_is_described() -> None:
    assert {path.stem for path in FINDINGS.glob("*.jsonl")} == set(FOUND)
