"""Traces of builds that differ from the sample's: families, room for addresses, ifaces, UARTs, on Zephyr 3.4.99 and 4.1.99."""

from pathlib import Path

import pytest
from msgspec import structs

from checker.forks import judge
from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, HelloSeen, StateSeen

TRACES = Path(__file__).parents[1] / "traces"
BUILDS = sorted(path.name for path in TRACES.glob("native_p[34][42]_*"))


def _recorded(build: str, name: str) -> list[AnyRecord]:
    return list(read_records(TRACES / build / f"{name}.jsonl"))


def _hello(build: str) -> tuple[Hello, tuple[IfaceFacts, ...]]:
    hello = next(each for each in _recorded(build, "walk") if isinstance(each, HelloSeen))
    return hello.facts, hello.ifaces


@pytest.mark.parametrize("build", BUILDS)
def test_every_build_conforms(build: str) -> None:
    paths = sorted((TRACES / build).glob("*.jsonl"))
    assert len(paths) > 1
    for path in paths:
        verdict = check_trace(path)
        assert verdict.outcome is Outcome.CONFORMS, (path, verdict.lines())


@pytest.mark.parametrize("release", ["p34", "p42"])
def test_the_builds_are_what_they_are_called(release: str) -> None:
    def facts(variant: str) -> Hello:
        return _hello(f"native_{release}_{variant}")[0]

    assert (facts("ipv4_only").ipv4, facts("ipv4_only").ipv6) == (True, False)
    assert (facts("ipv6_only").ipv4, facts("ipv6_only").ipv6) == (False, True)
    assert (facts("room1").room4, facts("room1").room6) == (1, 1)
    assert facts("few_configurations").cfg4 < facts("few_configurations").ifaces
    assert facts("one_iface").ifaces == 1
    assert facts("ifaces32").ifaces == 32
    _, kinds = _hello(f"native_{release}_kinds")
    assert {"ETHERNET", "OFFLOADED_NETDEV", "PPP", "OTHER"} <= {each.l2 for each in kinds}
    assert len([each for each in kinds if each.is_real]) >= 6


def test_an_older_kernel_gives_no_configuration_to_what_is_only_up() -> None:
    records = _recorded("native_p42_few_configurations", "up-first")
    assert judge(records).outcome is Outcome.CONFORMS
    older = [
        structs.replace(each, facts=structs.replace(each.facts, zephyr="3.4.99"))
        if isinstance(each, HelloSeen)
        else each
        for each in records
    ]
    assert judge(older).outcome is Outcome.FAILS


@pytest.mark.parametrize("release", ["p34", "p42"])
def test_an_event_of_an_iface_of_another_kind_is_missed(release: str) -> None:
    records = _recorded(f"native_{release}_kinds", "all-up")
    reals = {each.index for each in _hello(f"native_{release}_kinds")[1] if each.is_real}
    ups = [
        each
        for each in records
        if isinstance(each, EventSeen) and each.name == "IF_ADMIN_UP" and each.iface not in reals
    ]
    assert ups
    for lost in ups:
        verdict = judge([each for each in records if each is not lost])
        assert verdict.outcome is Outcome.FAILS, lost


def _cut(records: list[AnyRecord], listed: int, *, claimed: bool) -> list[AnyRecord]:
    """Return what a frame without room for all addresses would have said."""
    more = ("+",) if claimed else ()
    return [
        structs.replace(each, a4=each.a4[:listed] + more)
        if isinstance(each, StateSeen) and len(each.a4) > listed
        else each
        for each in records
    ]


@pytest.mark.parametrize("release", ["p34", "p42"])
def test_a_dump_may_say_that_there_are_more_addresses_than_it_lists(release: str) -> None:
    facts, _ = _hello(f"native_{release}_room8")
    assert (facts.room4, facts.room6) == (8, 8)
    records = _recorded(f"native_{release}_room8", "address-limits")
    assert judge(_cut(records, 6, claimed=True)).outcome is Outcome.CONFORMS
    assert judge(_cut(records, 6, claimed=False)).outcome is Outcome.FAILS
    assert judge(_cut(records, 8, claimed=True)).outcome is Outcome.CONFORMS
    all_and_more = [
        structs.replace(each, a4=(*each.a4, "+"))
        if isinstance(each, StateSeen) and len(each.a4) == 8
        else each
        for each in records
    ]
    assert judge(all_and_more).outcome is Outcome.FAILS
