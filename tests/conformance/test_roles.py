"""Which iface of a device plays which part, and what is said where one is lacking."""

from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.run import run_scenario, verify
from connmgr_hil.conformance.scenario import Scenario
from connmgr_hil.conformance.session import Session
from connmgr_hil.learning.blackbox import BlackBox
from connmgr_hil.targets import (
    find_platform,
    open_target,
    require_clock,
    require_ifaces,
    simulated_target,
)
from connmgr_hil.vocabulary.errors import WrongDevice
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts, role_indexes

HELLO = Hello(
    proto=1, app="1", zephyr="3.4.99", connmgr="-", board="x", build="x", nonce="1", ifaces=4
)

FACTS = Hello(proto=1, app="1", zephyr="4.1.99", connmgr="4.2", board="b", build="0", nonce="1")


def iface(index: int, name: str, l2: str = "DUMMY", *, bound: bool = False) -> IfaceFacts:
    return IfaceFacts(index=index, name=name, l2=l2, bound=bound)


def test_ifaces_of_another_application() -> None:
    ifaces = (
        iface(1, "eth", "ETHERNET"),
        iface(2, "lo"),
        iface(3, "lan"),
        iface(4, "wan", bound=True),
        iface(5, "dmz"),
    )
    assert role_indexes(HELLO, ifaces) == {"R": 1, "U": 3, "V": 5}
    assert [each.name for each in ifaces if each.is_real] == ["eth", "lo", "wan"]


def test_those_of_the_sample_go_by_their_names() -> None:
    ifaces = (iface(1, "eth", "ETHERNET"), iface(2, "mine"), iface(3, "free1"))
    assert role_indexes(HELLO, ifaces) == {"R": 1, "V": 3}


def test_a_scenario_without_its_iface_is_out_of_reach(tmp_path: Path) -> None:
    def body(bench: Bench) -> None:
        bench.do("up U", "IF_ADMIN_UP(U) IF_UP(U)")
        bench.do("up R")

    scenario = Scenario("x", "x", ("REQ-MON-001",), body)
    with open_target("simulated") as target:
        result = run_scenario(target, scenario, tmp_path / "x.jsonl")
    assert result.outcome is None
    assert result.reason == "needs iface R (role R)"
    assert not (tmp_path / "x.jsonl").exists()


def test_what_an_asked_command_showed_counts_for_a_later_wait(tmp_path: Path) -> None:
    def body(bench: Bench) -> None:
        bench.ask("up U")
        assert bench.until("IF_UP", "U", 1).oper

    scenario = Scenario("x", "x", ("REQ-MON-001",), body)
    with open_target("simulated") as target:
        result = run_scenario(target, scenario, tmp_path / "x.jsonl")
    assert result.outcome is Outcome.CONFORMS, result.reason


def test_a_device_without_a_declared_iface_is_refused(tmp_path: Path) -> None:
    platform = structs.replace(find_platform("simulated"), ifaces=("bound0", "wan0"))
    with simulated_target(platform) as target:
        for opened in (
            Session(target, tmp_path / "s.jsonl"),
            BlackBox(target, tmp_path / "b.jsonl"),
        ):
            with pytest.raises(
                WrongDevice, match=r"(?s)lacks ifaces of its platform file: wan0.*it has auto0"
            ):
                opened.__enter__()


def test_the_run_ends_at_once_then(tmp_path: Path) -> None:
    platform = structs.replace(find_platform("simulated"), ifaces=("wan0",))
    report = verify(simulated_target(platform), tmp_path)
    assert [result.outcome for result in report.results] == [Outcome.RIG]
    assert "platform file: wan0" in report.results[0].reason


def test_without_the_probe_names_are_nobodys_promise() -> None:
    platform = structs.replace(find_platform("simulated"), ifaces=("wan0",))
    with pytest.raises(WrongDevice):
        require_ifaces(platform, (), "x")
    require_ifaces(structs.replace(platform, dialect="stock"), (), "x")


@pytest.mark.parametrize(("wanted", "seen"), [(True, False), (False, True)])
def test_a_clock_that_was_declared_otherwise_is_refused(wanted: bool, seen: bool) -> None:
    platform = find_platform("mps2_an385")
    facts = structs.replace(FACTS, granted=seen)
    require_clock(platform, facts, "x")
    declared = structs.replace(platform, time=structs.replace(platform.time, granted=wanted))
    require_clock(declared, structs.replace(facts, granted=wanted), "x")
    with pytest.raises(WrongDevice, match="CONFIG_CM_PROBE_CLOCK=" + ("y" if wanted else "n")):
        require_clock(declared, facts, "x")
