"""Duplicate address detection and router solicitation: what conforms, and what was found.

Detection was recorded on Zephyr 4.1.99. Its `net_if_ipv6_addr_add` raises IPV6_ADDR_ADD before `net_if_ipv6_start_dad` makes the address
tentative, and does not set its state until then. So an address is preferred for the monitor that is put where the
kernel kept a preferred one before: it counts at once, and would count if the detection failed.
"""

from pathlib import Path

from msgspec import structs

from connmgr_hil.checker import Checker, Outcome, Verdict
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import EventSeen, HelloSeen, Stimulus

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


def _commands(path: Path) -> list[tuple[str, ...]]:
    words = [each.words for each in read_records(path) if isinstance(each, Stimulus)]
    return [each for each in words if each != ("state",)]


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


def test_a_detection_that_succeeds_again_and_again_is_a_storm() -> None:
    """`dad_timeout` of 3.4.99 goes round a list in which the address is its own successor."""
    verdict = _judged(TESTS / "findings" / "dad" / "dad-circle.jsonl")
    assert verdict.outcome is Outcome.FAILS
    assert verdict.failure is not None
    assert verdict.failure.requirements == ("REQ-EVT-020",)
    assert verdict.failure.since.endswith("down 4 · up 4 · advance 200000")


def test_a_router_solicitation_without_end_is_a_command_that_never_returns() -> None:
    """`rs_timeout` of 3.4.99 goes round a list in which the iface, whose carrier is off, is its own successor."""
    verdict = _judged(TESTS / "findings" / "dad" / "rs-circle.jsonl")
    assert verdict.outcome is Outcome.FAILS
    assert verdict.failure is not None
    assert verdict.failure.requirements == ("REQ-LIFE-002",)
    assert verdict.failure.since.endswith("carrier 4 off · advance 2000000")


def test_the_same_commands_return_where_the_list_has_each_iface_once() -> None:
    """Zephyr 4.1.99 takes the iface out of its list before it appends it."""
    trace = TESTS / "traces" / "native_p42_dad" / "rs-circle.jsonl"
    assert _commands(trace) == _commands(TESTS / "findings" / "dad" / "rs-circle.jsonl")
    assert _judged(trace).outcome is Outcome.CONFORMS
