"""The same difference in two situations breaks two requirements: what went before tells them apart."""

from typing import NamedTuple

import pytest

from checker.forks import judge, recorded
from checker.mutations import Mutation, Records, after, alter, call, drop, event, swap, then
from connmgr_hil.checker import Outcome
from model.play import Play


class Case(NamedTuple):
    """Commands, what is wrong with the trace of them, and the requirements that must be named, in order."""

    commands: str
    damage: Mutation
    wanted: str


QUIET = "flag 1 NO_AUTO_CONNECT on · "
CONNECTED = "sim 1 mode sync · connect 1 · "
READY = "up 4 · addr4 4 add 192.0.2.1 · "

CASES = {
    "connect at boot of one that is admin-down": Case(
        "ping", alter("connect() 6", iface=1), "AUTO-020 AUTO-003"
    ),
    "no connect at boot of one that is admin-up": Case(
        "ping", drop("connect() 6"), "AUTO-003 AUTO-021"
    ),
    "disconnect of an iface that is admin-down": Case(
        "disconnect 1", alter("reply disconnect 1", status="-EPERM"), "CTL-015"
    ),
    "disconnect of an iface that is admin-down again": Case(
        "up 1 · disconnect 1 · disconnect 1",
        alter("reply disconnect 1 #2", status="1"),
        "CTL-015",
    ),
    "disconnect that was forwarded": Case(
        "up 1 · disconnect 1", alter("reply disconnect 1", status="-EIO"), "IMP-008 CTL-016"
    ),
    "a value that fits": Case(
        "opt-set 1 1 01020304",
        alter("reply opt-set 1 1 01020304", status="-EIO"),
        "CTL-040 IMP-013",
    ),
    "a value that can be read": Case(
        "opt-get 1 1 8", alter("reply opt-get 1 1 8", status="-ENOPROTOOPT"), "CTL-040 IMP-012"
    ),
    "a value with an unknown name": Case(
        "opt-get 1 9 8", alter("reply opt-get 1 9 8", status="0"), "IMP-012 CTL-040"
    ),
    "a value that is too long": Case(
        "opt-set 1 1 0102030405",
        alter("reply opt-set 1 1 0102030405", status="-EIO"),
        "IMP-013 CTL-040",
    ),
    "another error than the iface's, of bulk connect": Case(
        "all connect 0", alter("reply all connect 0", status="-EIO"), "BULK-012 CTL-004 CTL-007"
    ),
    "another error than the iface's, of bulk disconnect": Case(
        "up 8 · all disconnect 0",
        alter("reply all disconnect 0", status="-EIO"),
        "BULK-012 CTL-016",
    ),
    "another error than the iface's, of bulk up": Case(
        "l2-enable 9 -7 · all up 0", alter("reply all up 0", status="-EIO"), "BULK-012"
    ),
    "another error than the iface's, of bulk down": Case(
        "up 9 · l2-disable 9 -7 · all down 0",
        alter("reply all down 0", status="-EIO"),
        "BULK-012",
    ),
    "no error of bulk down, where an iface refuses": Case(
        "up 9 · l2-disable 9 -7 · all down 0", alter("reply all down 0", status="0"), "BULK-012"
    ),
    "an error of bulk up that took ifaces up": Case(
        "all up 0", alter("reply all up 0", status="-EIO"), "BULK-001 BULK-003"
    ),
    "an error of bulk up where one was up already": Case(
        "up 4 · all up 0", alter("reply all up 0", status="-EALREADY"), "BULK-003"
    ),
    "an error of a second bulk up": Case(
        "all up 0 · all up 0", alter("reply all up 0 #2", status="-EIO"), "BULK-003"
    ),
    "an error of bulk down that took ifaces down": Case(
        "all down 0", alter("reply all down 0", status="-EIO"), "BULK-004 BULK-006"
    ),
    "an error of a second bulk down": Case(
        "all down 0 · all down 0", alter("reply all down 0 #2", status="-EIO"), "BULK-006"
    ),
    "IF_DOWN of an iface that is not persistent": Case(
        CONNECTED + "disconnect 1", alter("IF_DOWN 1", admin=True), "AUTO-008 AUTO-012"
    ),
    "L4_DISCONNECTED after IF_DOWN": Case(
        "addr4 1 add 192.0.2.1 · " + CONNECTED + "disconnect 1",
        drop("L4_DISCONNECTED 1"),
        "MON-019 CTL-013",
    ),
    "resend before the last is ignored": Case(
        READY + "burst resend ; ignore 4", drop("L4_CONNECTED 4 #2"), "RSD-001 RSD-002"
    ),
    "resend after the last is ignored": Case(
        READY + "ignore 4 · resend", drop("L4_DISCONNECTED 4 #2"), "RSD-008 RSD-002"
    ),
    "an address that is replaced": Case(
        READY + "burst addr4 4 del 192.0.2.1 ; addr4 4 add 192.0.2.1",
        after("IPV4_ADDR_ADD 4 #2", event("L4_DISCONNECTED", 4)),
        "MON-011",
    ),
    "one is watched in a burst": Case(
        READY + "ignore 4 · burst watch 4 ; up 5", drop("L4_CONNECTED 4 #2"), "IGN-005 IGN-007"
    ),
    "one is ignored in a burst": Case(
        READY + "burst ignore 4 ; up 5", drop("L4_DISCONNECTED 4"), "IGN-001"
    ),
    "one of two is ignored in a burst": Case(
        READY + "up 5 · addr4 5 add 192.0.2.2 · burst ignore 5",
        after("part 0", event("L4_DISCONNECTED", 5)),
        "IGN-003",
    ),
    "another's fatal error": Case(
        "up 1 · up 2 · fatal 2",
        after("IF_ADMIN_DOWN 2", event("IF_ADMIN_DOWN", 1, admin=False, oper=False)),
        "CTL-041",
    ),
    "admin-up told before connect is called": Case(
        QUIET + "connect 1", swap("connect() 1"), "CTL-001 LIFE-006 AUTO-001"
    ),
    "a second round of bulk connect, before the first is told": Case(
        QUIET + "all connect 0", after("IF_ADMIN_UP 1", call("connect", 1)), "BULK-007 LIFE-004"
    ),
    "bulk connect, before admin-up is told": Case(
        QUIET + "all connect 0",
        then(drop("IF_ADMIN_UP 1"), alter("connect() 2", iface=1)),
        "BULK-007 LIFE-004",
    ),
}  # fmt: skip


DUMPS = {
    "flags of an unbound iface": (alter("state 4", flags=7), "CTL-035"),
    "flags of a bound iface": (alter("state 1", flags=7), "CTL-033"),
    "timeout of an unbound iface": (alter("state 4", timeout=1), "CTL-031"),
    "timeout of a bound iface": (alter("state 1", timeout=1), "CTL-030"),
}
"""What a dump of the ifaces at rest has wrong."""


def _named(records: Records) -> str:
    failure = judge(records).failure
    assert failure is not None
    return " ".join(each.removeprefix("REQ-") for each in failure.requirements)


@pytest.mark.parametrize("name", CASES)
def test_what_went_before_tells_requirements_apart(name: str) -> None:
    case = CASES[name]
    play = Play()
    play.run(*case.commands.split(" · "), "ping")
    assert judge(play.records).outcome is Outcome.CONFORMS
    assert _named(case.damage(play.records)) == case.wanted


@pytest.mark.parametrize("name", DUMPS)
def test_whose_dump_it_is_tells_requirements_apart(name: str) -> None:
    damage, wanted = DUMPS[name]
    assert _named(damage(recorded("boot"))) == wanted
