"""Duplicate address detection of a newer kernel: what conforms, and what was found.

Recorded on Zephyr 4.1.99. Its `net_if_ipv6_addr_add` raises IPV6_ADDR_ADD before `net_if_ipv6_start_dad` makes the address
tentative, and does not set its state until then. So an address is preferred for the monitor that is put where the
kernel kept a preferred one before: it counts at once, and would count if the detection failed.
"""

from pathlib import Path

from msgspec import structs

from connmgr_hil.checker import Checker, Outcome, Verdict
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import EventSeen, HelloSeen

TESTS = Path(__file__).parents[1]
EVERYWHERE = TESTS / "traces" / "native_p26" / "rules-dad-everywhere.jsonl"


def _judged(path: Path, zephyr: str = "") -> Verdict:
    checker = Checker()
    for record in read_records(path):
        if isinstance(record, HelloSeen) and zephyr:
            facts = structs.replace(record.facts, zephyr=zephyr)
            checker.feed(structs.replace(record, facts=facts))
        else:
            checker.feed(record)
    return checker.finish()


def test_each_iface_hears_of_an_address_that_several_have() -> None:
    succeeded = [
        each.iface
        for each in read_records(EVERYWHERE)
        if isinstance(each, EventSeen) and each.name == "IPV6_DAD_SUCCEED"
    ]
    assert succeeded == [4, 4, 5, 5]
    assert _judged(EVERYWHERE).outcome is Outcome.CONFORMS


def test_an_older_kernel_may_tell_only_the_first() -> None:
    verdict = _judged(EVERYWHERE, zephyr="3.4.99")
    assert verdict.outcome is Outcome.FAILS


def test_an_address_in_a_used_slot_counts_too_early() -> None:
    verdict = _judged(TESTS / "findings" / "dad" / "dad-again.jsonl")
    assert verdict.outcome is Outcome.FAILS
    assert any("REQ-MON-014" in line for line in verdict.lines()), verdict.lines()
