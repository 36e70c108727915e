"""The checker is no rubber stamp: for each of its rules and prohibitions, a device that breaks it is refused.

Each case damages a conforming trace in one way. What the damage breaks, and by which requirement, was
written by hand.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from checker.forks import judge, recorded
from checker.mutations import (
    Mutation,
    Records,
    after,
    alter,
    call,
    cut,
    delay,
    double,
    drop,
    event,
    part,
    revalue,
    storm,
    swap,
    then,
)
from connmgr_hil.checker import Failure, Outcome, blame, check_trace
from connmgr_hil.vocabulary.requirements import requirements
from model.play import Play, world


class Case(NamedTuple):
    """A trace, what is wrong with it, and the requirements that must be named for it.

    Where the circumstances may tell more than the rule, the narrower answer stands behind `|`.
    """

    trace: str
    damage: Mutation
    wanted: str


def _dad() -> Records:
    play = Play(world("P34", dad=True))
    play.run("up 4", "advance 1000000", "addr6 4 add 2001:db8::1", "advance 1000000", "ping")
    return play.records


def _families() -> Records:
    play = Play(world("P37"))
    play.run(
        "up 4", "addr4 4 add 192.0.2.1", "advance 1000000", "addr6 4 add 2001:db8::1", "down 4"
    )
    return play.records


def _both_families() -> Records:
    play = Play(world("P37"))
    play.run("addr4 4 add 192.0.2.1", "addr6 4 add 2001:db8::1", "up 4", "down 4", "ping")
    return play.records


def _no_configuration() -> Records:
    play = Play(world("P45"))
    play.run("sim 1 configured 0", "connect 1", "ping")
    return play.records


def _idle() -> Records:
    play = Play(world("P43"))
    play.run("sim 1 mode sync", "idle 1 2", "connect 1", "advance 3000000", "ping")
    return play.records


# What no target with a recorded trace shows: DAD needs another build, the rest other releases.
PLAYED: dict[str, Callable[[], Records]] = {
    "played-dad": _dad, "played-both": _both_families, "played-P37": _families, "played-P43": _idle, "played-P45": _no_configuration,
}  # fmt: skip

V4 = "addr4 4 add 192.0.2.1"

RULE_CASES: dict[tuple[str, str], Case] = {
    ("connected", "addr4"): Case("E1", drop("L4_CONNECTED 4"), "MON-001"),
    ("connected", "addr6"): Case("E1-v6", drop("L4_CONNECTED 4"), "MON-002"),
    ("connected", "up"): Case("address-first", drop("L4_CONNECTED 4"), "MON-003 MON-022"),
    ("connected", "carrier"): Case("X6", drop("L4_CONNECTED 4"), "MON-005"),
    ("connected", "dormant"): Case("Y8-settled", drop("L4_CONNECTED 4"), "MON-006"),
    ("connected", "watch"): Case("E4", drop("L4_CONNECTED 4 #2"), "IGN-005 IGN-007"),
    ("connected", "watch-l2"): Case("E14", drop("L4_CONNECTED 5"), "IGN-011"),
    ("connected", "association"): Case("Q2", drop("L4_CONNECTED 1"), "CTL-011"),
    ("connected", "dad"): Case("played-dad", drop("L4_CONNECTED 4"), "MON-014"),
    ("connected", "connect"): Case("Q3", drop("L4_CONNECTED 1"), "CTL-011"),
    ("connected", ""): Case("X2", drop("L4_CONNECTED 4 #2"), "MON-001"),
    ("disconnected", "down"): Case("E2", drop("L4_DISCONNECTED 4"), "MON-007"),
    ("disconnected", "carrier"): Case("X6", drop("L4_DISCONNECTED 4"), "MON-008"),
    ("disconnected", "dormant"): Case("Y8-settled", drop("L4_DISCONNECTED 4"), "MON-009"),
    ("disconnected", "addr4"): Case("X3", drop("L4_DISCONNECTED 4"), "MON-010"),
    ("disconnected", "addr6"): Case("E1", drop("L4_DISCONNECTED 4"), "MON-010"),
    ("disconnected", "ignore"): Case("E4", drop("L4_DISCONNECTED 4"), "IGN-001"),
    ("disconnected", "ignore-l2"): Case("E14", drop("L4_DISCONNECTED 5"), "IGN-010"),
    ("disconnected", "disconnect"): Case("Q15", drop("L4_DISCONNECTED 1"), "MON-019 CTL-013"),
    ("disconnected", ""): Case("E7", drop("L4_DISCONNECTED 1"), "MON-019"),
    ("resend", ""): Case("Y9", drop("L4_CONNECTED 4 #2"), "RSD-001 RSD-002"),
    ("family", ""): Case("played-P37", drop("L4_IPV6_CONNECTED 4"), "MON-031 EVT-002"),
    ("address", ""): Case("address-first", drop("IPV4_ADDR_ADD 4"), "MON-001"),
    ("oper-up", "association"): Case("Q2", alter("IF_UP 1", oper=False), "CTL-011"),
    ("oper-up", "connect"): Case("Q3", drop("IF_UP 1"), "EVT-007 CTL-011"),
    ("oper-up", ""): Case("E1", drop("IF_UP 4"), "EVT-010"),
    ("oper-down", "disconnect"): Case("Q17", drop("IF_DOWN 1"), "EVT-007 CTL-013"),
    ("oper-down", "teardown"): Case("slow-teardown", alter("IF_DOWN 1", oper=True), "CTL-013"),
    ("oper-down", "lose"): Case("Q14", drop("IF_DOWN 1"), "EVT-007 IMP-002"),
    ("oper-down", "fatal"): Case("fatal-dormant", drop("IF_DOWN 1"), "EVT-007 CTL-028"),
    ("oper-down", ""): Case("E2", drop("IF_DOWN 5"), "EVT-010"),
    ("admin-up", "connect"): Case("Q3", drop("IF_ADMIN_UP 1"), "EVT-008 CTL-005"),
    ("admin-up", "all"): Case("all-up", drop("IF_ADMIN_UP 4"), "EVT-008 BULK-001"),
    ("admin-up", ""): Case("E1", drop("IF_ADMIN_UP 4"), "EVT-008"),
    ("admin-down", "lose"): Case("E7", drop("IF_ADMIN_DOWN 1"), "AUTO-008"),
    ("admin-down", "timeout"): Case("Q7", drop("IF_ADMIN_DOWN 1"), "AUTO-010"),
    ("admin-down", "fatal"): Case("Q9", drop("IF_ADMIN_DOWN 1"), "AUTO-011"),
    ("admin-down", "disconnect"): Case("Q16", drop("IF_ADMIN_DOWN 1"), "AUTO-012 | AUTO-013 AUTO-012"),
    ("admin-down", "all"): Case("all-up", drop("IF_ADMIN_DOWN 4"), "EVT-008 BULK-004"),
    ("admin-down", "raise"): Case("rules-raise", drop("IF_ADMIN_DOWN 1"), "AUTO-010"),
    ("admin-down", ""): Case("Q22", drop("IF_ADMIN_DOWN 1"), "EVT-008"),
    ("timeout", ""): Case("Q8", drop("CONN_IF_TIMEOUT 1"), "CTL-019"),
    ("fatal", ""): Case("Q9", drop("CONN_IF_FATAL_ERROR 1"), "CTL-028"),
    ("no configuration", ""): Case(
        "played-P45", drop("CONN_IF_NO_CONFIGURATION 1"), "CTL-050"
    ),
    ("idle", ""): Case("played-P43", drop("CONN_IF_IDLE_TIMEOUT 1"), "IDLE-001"),
    ("dad", ""): Case("played-dad", drop("IPV6_DAD_SUCCEED 4"), "MON-014"),
    ("association", ""): Case("Q2", drop("IF_UP 1", "L4_CONNECTED 1"), "CTL-011"),
    ("teardown", ""): Case("slow-teardown", drop("IF_DOWN 1"), "CTL-013"),
    ("init", ""): Case("boot", drop("init() 2"), "CTL-042"),
    ("forwarded", "up"): Case("Q1", drop("connect() 1"), "AUTO-001"),
    ("forwarded", "all"): Case("E12", drop("connect() 2"), "BULK-007 | BULK-007 BULK-014"),
    ("forwarded", "connect"): Case("Q5", drop("connect() 1 #2"), "CTL-001 CTL-010 AUTO-007 | CTL-010"),
    ("forwarded", "disconnect"): Case("Q15", drop("disconnect() 1"), "CTL-013"),
    ("forwarded", "opt-set"): Case("options", drop("set_opt() 1"), "CTL-040"),
    ("forwarded", "opt-get"): Case("options", drop("get_opt() 1"), "CTL-040"),
    ("forwarded", "boot"): Case("boot", drop("connect() 6"), "AUTO-003 AUTO-021"),
    ("forwarded", ""): Case("X1b", drop("disconnect() 1"), "CTL-001"),
    ("returns connect", ""): Case("Q6", alter("reply connect 1", status="0"), "CTL-001 CTL-007 | CTL-007"),
    ("returns disconnect", ""): Case(
        "Q18", alter("reply disconnect 1", status="0"), "CTL-014 CTL-016 | CTL-016"
    ),
    ("returns up", ""): Case("E1", alter("reply up 4", status="-EALREADY"), "EVT-008"),
    ("returns down", ""): Case("E2", alter("reply down 5", status="-EIO"), "EVT-008"),
    ("returns timeout", ""): Case(
        "timeouts", revalue("reply timeout 1 #2", value="7000"), "CTL-030 CTL-031 | CTL-030"
    ),
    ("returns flag", ""): Case(
        "flags", alter("reply flag 4 99 on", status="-ENOTSUP"), "CTL-033 CTL-034 CTL-035 | CTL-034"
    ),
    ("returns opt-set", ""): Case(
        "options", alter("reply opt-set 4 1 null", status="-ENOTSUP"),
        "CTL-037 CTL-039 CTL-040 IMP-013 | CTL-037",
    ),
    ("returns opt-get", ""): Case(
        "options", revalue("reply opt-get 1 1 8", data="04030201"),
        "CTL-038 CTL-039 CTL-040 IMP-012 | IMP-013 CTL-040",
    ),
    ("returns bound", ""): Case("bindings", revalue("reply bound 4", value="1"), "CTL-036"),
    ("returns ignored", ""): Case("E4", revalue("reply ignored 4", value="0"), "IGN-008"),
    ("returns all", ""): Case(
        "E12", alter("reply all connect 0", status="-EDOM"),
        "BULK-003 BULK-006 BULK-012 BULK-013 | BULK-012",
    ),
    ("returns sim", ""): Case("Q4", revalue("reply sim 1", connect="1"), "CTL-010 CTL-041"),
    ("storm", ""): Case("E1", after("reply up 4", storm(300)), "EVT-020"),
}  # fmt: skip

# (what is inserted or done, in words) for what must not happen in a state.
PROHIBITION_CASES: tuple[Case, ...] = (
    Case("E1", after("reply up 4", event("IF_DOWN", 0)), "EVT-005"),
    # TIMEOUT
    Case("success-in-time", after("reply advance 800000", event("CONN_IF_TIMEOUT", 1)), "CTL-021"),
    Case("sub-attempts", after("reply advance 2900000", event("CONN_IF_TIMEOUT", 1)), "CTL-020"),
    Case("Q8", after("reply up 1", event("CONN_IF_TIMEOUT", 1)), "CTL-019"),
    Case("Q16", after("reply disconnect 1", event("CONN_IF_TIMEOUT", 1)), "CTL-017"),
    Case("Q8", after("CONN_IF_TIMEOUT 1", event("CONN_IF_TIMEOUT", 1)), "IMP-009"),
    # FATAL_ERROR
    Case("Q9", after("reply fatal 1", event("CONN_IF_FATAL_ERROR", 1)), "CTL-028"),
    # IF_UP
    Case("Q22", after("reply advance 1000000", event("IF_UP", 1)), "CTL-044"),
    Case(
        "oper-down-until-connected", after("reply advance 30000000", event("IF_UP", 1)), "IMP-001"
    ),
    Case("Q17", after("reply disconnect 1", event("IF_UP", 1)), "CTL-017 | CTL-018"),
    Case("Q8", after("reply sim 1 mode async", event("IF_UP", 1)), "CTL-022"),
    Case("fatal-dormant", after("reply fatal 1", event("IF_UP", 1)), "CTL-029"),
    Case("Q14", after("reply lose 1", event("IF_UP", 1)), "CTL-026 IMP-004"),
    Case("E1", after("reply up 4", event("IF_UP", 4)), "EVT-010"),
    # IF_DOWN
    Case("success-in-time", after("reply advance 800000", event("IF_DOWN", 1)), "CTL-021"),
    Case("address-first", after("reply advance 100000", event("IF_DOWN", 4)), "EVT-010"),
    # IF_ADMIN_UP, IF_ADMIN_DOWN
    Case("E7", after("reply lose 1", event("IF_ADMIN_UP", 1)), "AUTO-020"),
    Case("rules-unbound", after("reply advance 100000", event("IF_ADMIN_UP", 5)), "AUTO-006"),
    Case("Q14", after("reply lose 1", event("IF_ADMIN_DOWN", 1)), "AUTO-015"),
    Case("Q12", after("reply lose 1", event("IF_ADMIN_DOWN", 1)), "AUTO-009"),
    Case("success-in-time", after("reply advance 800000", event("IF_ADMIN_DOWN", 1)), "AUTO-008"),
    Case("rules-unbound", after("reply advance 100000", event("IF_ADMIN_DOWN", 4)), "AUTO-006"),
    # L4_CONNECTED
    Case("E4", after("reply ignored 4", event("L4_CONNECTED", 4)), "IGN-004"),
    Case("E2", after("reply addr4 5 add 192.0.2.2", event("L4_CONNECTED", 5)), "MON-017"),
    Case("rules-unbound", after("reply advance 100000", event("L4_CONNECTED", 4)), "MON-004"),
    Case("rules-unbound", after("reply advance 100000 #2", event("L4_CONNECTED", 5)), "MON-003"),
    Case("E5b", after("reply addr6 4 add fe80::9", event("L4_CONNECTED", 4)), "MON-013"),
    Case("E1", after("reply " + V4, event("L4_CONNECTED", 4)), "EVT-001"),
    # L4_DISCONNECTED
    Case("E2", after("reply down 5", event("L4_DISCONNECTED", 5)), "MON-018"),
    Case("X3", after("reply addr4 4 del 192.0.2.1", event("L4_DISCONNECTED", 4)), "MON-011"),
    Case("E1", after("reply addr6 4 del 2001:db8::1", event("L4_DISCONNECTED", 4)), "EVT-001"),
    # other events
    Case("played-P37", after("reply " + V4, event("L4_IPV4_CONNECTED", 4)), "MON-032 EVT-002"),
    Case(
        "played-P43",
        after("reply connect 1", event("CONN_IF_IDLE_TIMEOUT", 1)),
        "IDLE-002 IDLE-001 IDLE-004",
    ),
    Case("E1", after("reply up 4", event("DNS_SERVER_ADD", 4)), "MON-030"),
    Case("E1", after("reply up 4", event("IPV6_DAD_SUCCEED", 4)), "EVT-020"),
    # calls of the implementation
    Case("Q1", after("reply up 1", call("init", 1)), "CTL-042"),
    Case("Q7", after("CONN_IF_TIMEOUT 1", call("disconnect", 1)), "AUTO-019"),
    Case("X11", after("reply up 1", call("connect", 1)), "AUTO-002"),
    Case("Q8", after("reply sim 1 mode async", call("connect", 1)), "CTL-022"),
    Case("fatal-dormant", after("reply fatal 1", call("connect", 1)), "CTL-029"),
    Case("Q14", after("reply lose 1", call("connect", 1)), "CTL-026 IMP-004"),
    Case("Q17", after("reply disconnect 1", call("connect", 1)), "CTL-018"),
    Case("E1", after("reply up 4", call("connect", 2)), "CTL-010"),
)

# A dumped field that is not as the model has it.
FIELD_CASES: dict[str, Case] = {
    "admin": Case("boot", alter("state 1", admin=True), "EVT-008"),
    "oper": Case("boot", alter("state 6", oper="up"), "IMP-001"),
    "carrier": Case("boot", alter("state 4", carrier=False), "MON-005"),
    "dormant": Case("boot", alter("state 1", dormant=False), "IMP-001"),
    "bound": Case("boot", alter("state 4", bound=True), "CTL-036"),
    "ignored": Case("boot", alter("state 4", ignored=True), "IGN-008 IGN-009"),
    "flags": Case("boot", alter("state 1", flags=1), "CTL-033"),
    "timeout": Case("boot", alter("state 1", timeout=9), "CTL-030"),
    "a4": Case("boot", alter("state 4", a4=("192.0.2.9/p",)), "MON-001"),
    "a6": Case("boot", alter("state 4", a6=("2001:db8::9/p",)), "MON-001"),
    "monitor": Case("E5", alter("state 4", monitor="u4r"), "MON-034"),
}

# Two events that came the wrong way round.
ORDER_CASES: dict[tuple[str, str], Case] = {
    ("IF_UP", "L4_CONNECTED"): Case(
        "address-first", swap("IF_UP 4"), "EVT-007 EVT-010"
    ),
    ("IF_DOWN", "L4_DISCONNECTED"): Case(
        "address-first", swap("IF_DOWN 4"), "EVT-007 EVT-010"
    ),
    ("IF_ADMIN_UP", "IF_UP"): Case("E1", swap("IF_ADMIN_UP 4"), "EVT-008"),
    ("IF_ADMIN_DOWN", "IF_DOWN"): Case("E2", swap("IF_ADMIN_DOWN 5"), "EVT-008"),
    ("IF_DOWN", "IF_ADMIN_DOWN"): Case("one-of-two-down", swap("IF_DOWN 2"), "EVT-009 IMP-002"),
    ("L4_CONNECTED", "L4_IPV4_CONNECTED"): Case(
        "played-both", swap("L4_CONNECTED 4"), "EVT-003 MON-003 MON-022"
    ),
    ("L4_CONNECTED", "L4_IPV6_CONNECTED"): Case(
        "played-both", then(drop("L4_IPV4_CONNECTED 4"), swap("L4_CONNECTED 4")), "EVT-003 MON-003 MON-022",
    ),
    ("L4_IPV4_CONNECTED", "L4_IPV6_CONNECTED"): Case(
        "played-both", swap("L4_IPV4_CONNECTED 4"), "EVT-003 MON-031 EVT-002"
    ),
    ("L4_DISCONNECTED", "L4_IPV4_DISCONNECTED"): Case(
        "played-both", swap("L4_DISCONNECTED 4"), "EVT-004 MON-007"
    ),
    ("L4_DISCONNECTED", "L4_IPV6_DISCONNECTED"): Case(
        "played-both", then(drop("L4_IPV4_DISCONNECTED 4"), swap("L4_DISCONNECTED 4")), "EVT-004 MON-007",
    ),
    ("L4_IPV4_DISCONNECTED", "L4_IPV6_DISCONNECTED"): Case(
        "played-both", swap("L4_IPV4_DISCONNECTED 4"), "EVT-004 MON-031 EVT-002"
    ),
}  # fmt: skip

# Wrong whatever happened before; an empty requirement means that the probe's protocol is broken.
OTHER_CASES: dict[str, Case] = {
    "an iface that does not exist": Case("E1", alter("IF_UP 4", iface=99), "EVT-005"),
    "a call without an iface": Case("Q1", alter("connect() 1", iface=0), "EVT-005"),
    "an event with another's code": Case("E1", alter("IF_UP 4", code=0xD0010001), "EVT-011"),
    "an event of a later release": Case(
        "E1", alter("L4_CONNECTED 4", name="L4_IPV4_CONNECTED", code=0xF1140003), "EVT-011"
    ),
    "an event of another iface": Case(
        "E1", alter("L4_CONNECTED 4", iface=5), "EVT-005 EVT-006 MON-001"
    ),
    "a timeout of another iface": Case(
        "isolation", alter("CONN_IF_TIMEOUT 2", iface=1), "EVT-014 CTL-019"
    ),
    "other info with a fatal error": Case(
        "E9b", alter("CONN_IF_FATAL_ERROR 1", info="43"), "CTL-028 | EVT-015"
    ),
    "an event at the wrong listener": Case(
        "E1", alter("IF_UP 4", listener="late1"), "EVT-010 | EVT-018 EVT-013"
    ),
    "two results of one part": Case("X2", after("part 1", part(1)), ""),
    "a part with another status": Case("X2", alter("part 0", status="-EIO"), "EVT-008"),
    "a command that is answered twice": Case("E1", double("reply up 4"), ""),
    "another status where none can be": Case("X6", alter("reply carrier 4 off", status="-EIO"), ""),
    "a call that waits": Case("Q2", delay("IF_ADMIN_UP 1", 1_000_000), "EVT-019 | EVT-008"),
    "a connect that waits": Case("Q3", delay("IF_UP 1", 1_000_000), "CTL-012 IMP-010 | CTL-011"),
    "a timeout that is late": Case("Q8", delay("CONN_IF_TIMEOUT 1", 2_000_000), "CTL-019"),
    "an association that is late": Case("Q2", delay("IF_UP 1", 2_000_000), "CTL-011"),
    "a counter that is missing": Case("Q4", alter("reply sim 1", values={}), "CTL-010 CTL-041"),
    "something owed at the end": Case(
        "Q7", then(drop("> advance 700000"), cut("CONN_IF_TIMEOUT 1")), "AUTO-010"
    ),
}


def failure_of(case: Case) -> Failure:
    """Return how the damaged trace was refused, after making sure that the sound one conforms."""
    sound = PLAYED[case.trace]() if case.trace in PLAYED else recorded(case.trace)
    assert judge(sound).outcome is Outcome.CONFORMS
    verdict = judge(case.damage(sound))
    assert verdict.failure is not None, verdict.lines()
    return verdict.failure


def refuse(case: Case) -> Failure:
    """Check that a case is refused for its reason, and in words that a person can use."""
    failure = failure_of(case)
    named = " ".join(failure.requirements)
    wanted = [re.sub(r"\b(?=[A-Z]+-\d)", "REQ-", way) for way in case.wanted.split(" | ")]
    assert named in wanted, failure.lines()
    assert set(failure.requirements) <= requirements().keys()
    title, where, allowed, *_ = failure.lines()
    assert title == f"FAIL  {named or 'outside the model'}  {failure.sentence}"
    assert f"record {failure.record}, device time" in where
    assert failure.seen in where
    assert failure.seen
    assert allowed.startswith("  allowed here:  ")
    return failure


@pytest.mark.parametrize("rule", RULE_CASES, ids="/".join)
def test_a_broken_rule_is_named(rule: tuple[str, str]) -> None:
    failure = refuse(RULE_CASES[rule])
    if not set(blame.rules()[rule]) <= set(failure.requirements):
        assert " | " in RULE_CASES[rule].wanted


@pytest.mark.parametrize(
    "case",
    PROHIBITION_CASES,
    ids=[f"{case.wanted[:8].strip()}-{case.trace}" for case in PROHIBITION_CASES],
)
def test_what_must_not_happen_is_refused(case: Case) -> None:
    failure = refuse(case)
    if " | " not in case.wanted:
        assert failure.requirements in _prohibitions()


@pytest.mark.parametrize("field", FIELD_CASES)
def test_a_wrong_field_is_named(field: str) -> None:
    failure = refuse(FIELD_CASES[field])
    assert f"{field} " in failure.seen
    assert "(model: " in failure.seen


@pytest.mark.parametrize("pair", ORDER_CASES, ids="/".join)
def test_a_wrong_order_is_named(pair: tuple[str, str]) -> None:
    failure = refuse(ORDER_CASES[pair])
    assert failure.sentence.endswith("must come first")
    assert failure.seen.startswith(pair[1])


@pytest.mark.parametrize("what", OTHER_CASES)
def test_what_can_never_be_is_refused(what: str) -> None:
    refuse(OTHER_CASES[what])


# --- nothing is left out -------------------------------------------------------------------


def _prohibitions() -> set[tuple[str, ...]]:
    """Return the requirements of every row that stands for what must not happen."""
    return {row.requirements for row in blame.FORBIDDEN}


def test_every_rule_has_a_case() -> None:
    assert blame.rules().keys() == RULE_CASES.keys()


def test_every_prohibition_has_a_case() -> None:
    assert len(_prohibitions()) > 30
    failures = [*map(failure_of, PROHIBITION_CASES), *_of_real_ifaces()]
    assert _prohibitions() <= {each.requirements for each in failures}


def _of_real_ifaces() -> Iterator[Failure]:
    """Yield the failures of implementations that keep their link over admin-down, or after a disconnect; the sample's does not."""
    tests = Path(__file__).parents[1]
    for name in (
        "cases/15-redial-after-down.jsonl",
        "checker/recorded/associated_after_disconnect.jsonl",
    ):
        failure = check_trace(tests / name).failure
        assert failure is not None
        yield failure


def test_every_field_and_order_has_a_case() -> None:
    fields = {row.differs.removeprefix("dump ") for row in blame.DUMPED}
    orders = {tuple(row.differs.removeprefix("order ").split("/")) for row in blame.ORDER}
    assert fields == FIELD_CASES.keys()
    assert orders == ORDER_CASES.keys()


def test_a_restart_that_nobody_asked_for_is_refused() -> None:
    from connmgr_hil.vocabulary.observations import Reset

    verdict = judge([*recorded("E1")[:20], Reset(how="banner", expected=False)])
    assert verdict.failure is not None
    assert verdict.failure.requirements == ("REQ-LIFE-003",)
    assert "restart" in verdict.failure.seen
