"""Implementations of three projects, judged by their guarantees alone.

`lte_connectivity` and `l2_wifi_conn` are Nordic's of the nRF Connect SDK, the former of 2.5.1; `conn_mgr_wifi_kv_store` is Embeint's of the
Infuse SDK. They were recorded unchanged on real Zephyr: the first above a simulated modem, the others on Zephyr 4.1.99 above the simulated
Wi-Fi driver, with stand-ins for supplicant and key-value store, `l2_wifi_conn` with 64 bits for events as its release has. `traces` has the
conforming runs; each of `findings` is a fault that reading the source confirms.
"""

from pathlib import Path

import pytest

from connmgr_hil.checker import Checker, Outcome, Verdict
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import HelloSeen, StateSeen

TESTS = Path(__file__).parents[1]
FINDINGS = TESTS / "findings"
NAMES = ("lte_connectivity", "l2_wifi_conn", "wifi_kv_store")
PERSISTENT = 1

FOUND = {
    "lte_connectivity/imp-connected-connect": "REQ-IMP-006  connect when already connected",
    "lte_connectivity/imp-connecting-connect": "CONN_IF_TIMEOUT of R by 3.801 s",
    "lte_connectivity/imp-down-attempt": "REQ-IMP-009  TIMEOUT is raised exactly once",
    "lte_connectivity/imp-options": "wanted anything but 7a, which was refused",
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


def test_nordics_makes_its_iface_persistent_at_boot() -> None:
    records = list(read_records(TESTS / "traces" / "native_lte_connectivity" / "imp-loss.jsonl"))
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
    found = {f"{name}/{path.stem}" for name in NAMES for path in (FINDINGS / name).glob("*.jsonl")}
    assert found == set(FOUND)
