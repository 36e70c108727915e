"""Implementations for Wi-Fi drivers of two projects, judged by their guarantees alone.

`l2_wifi_conn` is Nordic's of the nRF Connect SDK, `conn_mgr_wifi_kv_store` is Embeint's of the Infuse SDK. Both were recorded on Zephyr
4.1.99 above the simulated Wi-Fi driver, with stand-ins for supplicant and key-value store, the former with 64 bits for events as that
release has. Each finding is a fault that reading the source confirms.
"""

from pathlib import Path

import pytest

from connmgr_hil.checker import Checker, Outcome, Verdict
from connmgr_hil.trace import read_records

TESTS = Path(__file__).parents[1]
FINDINGS = TESTS / "findings"
NAMES = ("l2_wifi_conn", "wifi_kv_store")

FOUND = {
    "l2_wifi_conn/imp-timeouts": "REQ-IMP-014  Status values are 0 or negative",
    "l2_wifi_conn/imp-persistent-timeout": "REQ-IMP-009",
    "l2_wifi_conn/imp-connected-connect": "REQ-IMP-006",
    "wifi_kv_store/imp-down-attempt": "REQ-IMP-009",
}
CONFORMING = [
    path for name in NAMES for path in sorted((TESTS / "traces" / f"native_{name}").glob("*.jsonl"))
]


def judged(path: Path) -> Verdict:
    checker = Checker()
    for record in read_records(path):
        checker.feed(record)
    return checker.finish()


@pytest.mark.parametrize("path", CONFORMING, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_keeps_its_guarantees_conforms(path: Path) -> None:
    verdict = judged(path)
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()


@pytest.mark.parametrize("name", FOUND)
def test_its_faults_are_found(name: str) -> None:
    verdict = judged(FINDINGS / f"{name}.jsonl")
    assert verdict.outcome is Outcome.FAILS
    assert any(FOUND[name] in line for line in verdict.lines()), verdict.lines()


def test_each_finding_is_described() -> None:
    found = {f"{name}/{path.stem}" for name in NAMES for path in (FINDINGS / name).glob("*.jsonl")}
    assert found == set(FOUND)
