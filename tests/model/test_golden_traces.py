"""The golden traces of the specification (appendix A, section 4.4), played by the model.

What is written here was observed on Zephyr 3.4.99, or on back-ports of the newer logic; a golden
trace lists every way that is right, separated by `|`.
"""

import re
from typing import NamedTuple

import pytest

from model.play import ways, world

A4, A6 = "addr4 4 add 192.0.2.4", "addr6 4 add 2001:db8::4"
READY_U = (A4, "up 4")
READY_V = ("addr4 5 add 192.0.2.5", "up 5")
SYNC = ("sim 1 mode sync", "addr4 1 add 192.0.2.1")
CONNECTED = (*SYNC, "up 1")
MANUAL = "flag 1 NO_AUTO_CONNECT on"
PERSISTENT = "flag 1 PERSISTENT on"
KEEPS_UP = "flag 1 NO_AUTO_DOWN on"
OLD, NEW = ("P34", "P37"), ("P42", "P43")
ALL = OLD + NEW
# The requirement leaves the last two unordered (REQ-EVT-009, specification 4.6). A preempted caller that
# holds the iface's lock makes the automation wait, so that from the shell L4 comes first on Zephyr.
LOSS = "IF_DOWN(1) L4_D(1) ADMIN_DOWN(1)"
BURST = "burst disconnect 1 ; connect 1"


def other_loss(way: str) -> str:
    """Let the automation's ADMIN_DOWN come before L4_DISCONNECTED."""
    return re.sub(r"L4_D\(1\) ((?:late1:ADMIN_DOWN\(1\) )?ADMIN_DOWN\(1\))", r"\1 L4_D(1)", way)


class Golden(NamedTuple):
    """What is done after a setup, and what must be seen for each command, separated by ` / `.

    Family events are left out of `shows` unless it names them. Nothing else may be shown but `other_loss`.
    """

    profiles: tuple[str, ...]
    setup: tuple[str, ...]
    commands: tuple[str, ...]
    shows: str
    ends: dict[int, str] = {}  # noqa: RUF012
    """At the end: `up`, `down` or `dormant` for admin-down or the oper state of an iface."""


E_TRACES = {
    "E1": Golden(
        ("P34",), ("up 4",),
        (A4, A6, "addr4 4 del 192.0.2.4", "addr6 4 del 2001:db8::4"),
        "V4ADD(4) L4_C(4) / V6ADD(4) / V4DEL(4) / V6DEL(4) L4_D(4)",
    ),
    "E1+fam": Golden(
        ("P37", "P42", "P43"), ("up 4",),
        (A4, A6, "addr4 4 del 192.0.2.4", "addr6 4 del 2001:db8::4"),
        "V4ADD(4) L4_C(4) V4_C(4) / V6ADD(4) V6_C(4) / V4DEL(4) V4_D(4) / V6DEL(4) L4_D(4) V6_D(4)",
    ),
    "E2": Golden(
        ALL, (*READY_U, *READY_V), ("resend", "down 5", "resend"),
        "L4_C(5) / ADMIN_DOWN(5) IF_DOWN(5) / L4_C(5)",
    ),
    "E3": Golden(
        ALL, READY_U, ("down 4", "up 4"),
        "ADMIN_DOWN(4) IF_DOWN(4) L4_D(4) / ADMIN_UP(4) IF_UP(4) L4_C(4)",
    ),
    "E4": Golden(
        ALL, READY_U, ("ignore 4", "ignore 4", "down 4", "up 4", "watch 4", "watch 4"),
        "L4_D(4) / - / ADMIN_DOWN(4) IF_DOWN(4) / ADMIN_UP(4) IF_UP(4) / L4_C(4) / -",
    ),
    "E5": Golden(
        ("P34",), ("up 4",), ("addr4 4 add 169.254.3.4", A4, "addr4 4 del 192.0.2.4"),
        "V4ADD(4) L4_C(4) / V4ADD(4) / V4DEL(4) L4_D(4)",
    ),
    "E5 strict": Golden(
        ("P37", *NEW), ("up 4",), ("addr4 4 add 169.254.3.4", A4, "addr4 4 del 192.0.2.4"),
        "V4ADD(4) / V4ADD(4) L4_C(4) V4_C(4) / V4DEL(4) L4_D(4) V4_D(4)",
    ),
    "E5b": Golden(ALL, ("up 4",), ("addr6 4 add fe80::9", "addr6 4 add fd00::1"),
                  "V6ADD(4) / V6ADD(4) L4_C(4)"),
    "E6": Golden(
        ALL, ("sim 1 mode sync",), ("connect 1",),
        "impl.connect(1) impl.connect(1) ADMIN_UP(1) IF_UP(1)",
        {1: "up"},
    ),
    "E7": Golden(ALL, CONNECTED, ("lose 1",), LOSS, {1: "admin-down"}),
    "E7b": Golden(ALL, (*CONNECTED, PERSISTENT), ("lose 1",), "IF_DOWN(1) L4_D(1)", {1: "dormant"}),
    "E7c": Golden(ALL, (*CONNECTED, KEEPS_UP), ("lose 1",), "IF_DOWN(1) L4_D(1)", {1: "dormant"}),
    "E8": Golden(
        ALL, CONNECTED, ("disconnect 1",),
        f"impl.disconnect(1) {LOSS}", {1: "admin-down"},
    ),
    "E8b": Golden(
        ALL, (*CONNECTED, PERSISTENT), ("disconnect 1",),
        f"impl.disconnect(1) {LOSS}", {1: "admin-down"},
    ),
    "E8c": Golden(
        OLD, ("sim 1 mode never", "up 1"), ("disconnect 1",), "impl.disconnect(1) ADMIN_DOWN(1)",
        {1: "admin-down"},
    ),
    "E8c intent": Golden(
        NEW, ("sim 1 mode never", "up 1"), ("disconnect 1",), "impl.disconnect(1)", {1: "dormant"}
    ),
    "E8d": Golden(
        OLD, (*CONNECTED, "sim 1 disconnect_rc -33"), ("disconnect 1",),
        "impl.disconnect(1) ADMIN_DOWN(1) IF_DOWN(1) L4_D(1) rc -EDOM", {1: "admin-down"},
    ),
    "E8d intent": Golden(
        NEW, (*CONNECTED, PERSISTENT, "sim 1 disconnect_rc -33"), ("disconnect 1", "lose 1"),
        f"impl.disconnect(1) rc -EDOM / {LOSS}",
        {1: "admin-down"},
    ),
    "E9": Golden(
        ALL, ("sim 1 mode never", PERSISTENT, "timeout 1 2", "up 1"),
        ("advance 1999000", "advance 1000", "advance 9000000"),
        "- / TIMEOUT(1) ADMIN_DOWN(1) / -", {1: "admin-down"},
    ),
    "E9c": Golden(
        ALL, (*CONNECTED, PERSISTENT, "sim 1 fatal_keeps 1"), ("fatal 1",),
        "FATAL(1) ADMIN_DOWN(1) IF_DOWN(1) L4_D(1)", {1: "admin-down"},
    ),
    "E10": Golden(
        ALL, CONNECTED, ("down 1", "up 1"),
        "ADMIN_DOWN(1) IF_DOWN(1) L4_D(1) / impl.connect(1) ADMIN_UP(1) IF_UP(1) L4_C(1)",
        {1: "up"},
    ),
    "E12": Golden(
        ALL,
        ("flag 1 NO_AUTO_CONNECT on", "flag 2 NO_AUTO_CONNECT on", "flag 3 NO_AUTO_CONNECT on",
         "flag 8 NO_AUTO_CONNECT on", "flag 9 NO_AUTO_CONNECT on", "sim 1 connect_rc -10",
         "sim 2 connect_rc -33"),
        ("all connect 0",),
        "ADMIN_UP(1) ADMIN_UP(2) ADMIN_UP(3) ADMIN_UP(4) IF_UP(4) ADMIN_UP(5) IF_UP(5) ADMIN_UP(7)"
        " IF_UP(7) ADMIN_UP(8) IF_UP(8) ADMIN_UP(9) impl.connect(1) impl.connect(2) impl.connect(3)"
        " impl.connect(6) impl.connect(9) rc -ECHILD",
        {1: "dormant", 4: "up"},
    ),
    "E14": Golden(
        ALL, (*READY_U, *READY_V), ("ignore-l2 DUMMY", "resend", "watch-l2 DUMMY"),
        "L4_D(5) / L4_D(5) / L4_C(5)",
    ),
    "E15": Golden(
        ALL, (*SYNC, "ignore 1"), ("up 1", "watch 1"),
        "impl.connect(1) ADMIN_UP(1) IF_UP(1) / L4_C(1)",
    ),
    "E16": Golden(
        ("P37", "P42", "P43"), ("up 4", "up 5"),
        ("addr6 5 add 2001:db8::5", A4, "addr6 5 del 2001:db8::5", "addr4 4 del 192.0.2.4"),
        "V6ADD(5) L4_C(5) V6_C(5) / V4ADD(4) V4_C(4) / V6DEL(5) V6_D(5) / V4DEL(4) L4_D(4) V4_D(4)",
    ),
}  # fmt: skip

_STALE = "IF_DOWN(1) ADMIN_DOWN(1) ADMIN_UP(1) IF_UP(1) ADMIN_DOWN(1) IF_DOWN(1)"
X_TRACES = {
    "X1": Golden(
        ALL, (*SYNC, MANUAL, "up 1", "connect 1"), ("disconnect 1", "advance 50000", "connect 1"),
        f"impl.disconnect(1) {LOSS} / - / impl.connect(1) ADMIN_UP(1) IF_UP(1) L4_C(1)",
        {1: "up"},
    ),
    "X1b": Golden(
        OLD, (*SYNC, MANUAL, "connect 1"), (BURST,),
        f"impl.disconnect(1) impl.connect(1) {_STALE} L4_D(1) L4_C(1) L4_D(1)"
        " | impl.disconnect(1) impl.connect(1) IF_DOWN(1) ADMIN_DOWN(1) ADMIN_UP(1) IF_UP(1) L4_D(1)"
        " ADMIN_DOWN(1) IF_DOWN(1) L4_C(1) L4_D(1)", {1: "admin-down"},
    ),
    "X1b intent": Golden(
        NEW, (*SYNC, MANUAL, "connect 1"), (BURST,),
        "impl.disconnect(1) impl.connect(1) IF_DOWN(1) IF_UP(1) ADMIN_DOWN(1) IF_DOWN(1)"
        " L4_D(1) L4_C(1) L4_D(1)"
        " | impl.disconnect(1) impl.connect(1) IF_DOWN(1) IF_UP(1) L4_D(1) ADMIN_DOWN(1) IF_DOWN(1)"
        " L4_C(1) L4_D(1)",
        {1: "admin-down"},
    ),
    "X1c": Golden(
        OLD, (*SYNC, MANUAL, PERSISTENT, "connect 1"), (BURST,),
        "impl.disconnect(1) impl.connect(1) IF_DOWN(1) ADMIN_DOWN(1) ADMIN_UP(1) IF_UP(1)"
        " L4_D(1) L4_C(1)",
        {1: "up"},
    ),
    "X1c intent": Golden(
        NEW, (*SYNC, MANUAL, PERSISTENT, "connect 1"), (BURST,),
        "impl.disconnect(1) impl.connect(1) IF_DOWN(1) IF_UP(1) L4_D(1) L4_C(1)", {1: "up"},
    ),
    "X2": Golden(
        ALL, READY_U, ("burst down 4 ; up 4",),
        "ADMIN_DOWN(4) IF_DOWN(4) ADMIN_UP(4) IF_UP(4) L4_D(4) L4_C(4)", {4: "up"},
    ),
    "X2' ignore, watch": Golden(ALL, READY_U, ("burst ignore 4 ; watch 4",), "-"),
    "X2' delete, add": Golden(
        ALL, READY_U, (f"burst addr4 4 del 192.0.2.4 ; {A4}",), "V4DEL(4) V4ADD(4)"
    ),
    "X2' swap": Golden(ALL, ("ignore 5", *READY_U, *READY_V), ("burst ignore 4 ; watch 5",), "-"),
    "X2 resent after a swap": Golden(
        ("P34",), ("ignore 5", *READY_U, *READY_V), ("burst ignore 4 ; watch 5", "resend"),
        "- / L4_C(5)",
    ),
    "X2 resent after a swap, stale": Golden(
        ("P37", *NEW), ("ignore 5", *READY_U, *READY_V), ("burst ignore 4 ; watch 5", "resend"),
        "- / L4_C(4)",
    ),
    "X4": Golden(ALL, CONNECTED, ("connect 1", "connect 1"), "impl.connect(1) / impl.connect(1)"),
    "X4c": Golden(
        ALL, ("sim 1 connect_rc -5",), ("up 1",), "impl.connect(1) ADMIN_UP(1)", {1: "dormant"}
    ),
    "X11": Golden(
        ALL, (MANUAL,), ("up 1", "flag 1 NO_AUTO_CONNECT off", "advance 1000000"),
        "ADMIN_UP(1) / - / -", {1: "dormant"},
    ),
    "X14": Golden(
        ("P37", *NEW), (A4, A6),
        ("up 4", "burst addr4 4 del 192.0.2.4 ; addr6 4 del 2001:db8::4"),
        "ADMIN_UP(4) IF_UP(4) L4_C(4) V4_C(4) V6_C(4) / V4DEL(4) V6DEL(4) V4_D(4) L4_D(4) V6_D(4)",
    ),
    "Y4": Golden(
        ALL, (*READY_U, *READY_V), ("ignore-l2 DUMMY", "watch-l2 DUMMY"), "L4_D(5) / L4_C(5)"
    ),
    "Y5": Golden(
        ("P42", "P43"), (*CONNECTED, "listen late1 add IF_DOWN"), ("lose 1",),
        f"late1:IF_DOWN(1) {LOSS}",
    ),
    "Y5 numbers as masks": Golden(
        OLD, (*CONNECTED, "listen late1 add IF_DOWN"), ("lose 1",),
        "late1:IF_DOWN(1) IF_DOWN(1) L4_D(1) late1:ADMIN_DOWN(1) ADMIN_DOWN(1)",
    ),
    "Y8": Golden(
        ALL, READY_U, ("burst dormant 4 on ; dormant 4 off",), "IF_DOWN(4) IF_UP(4) L4_D(4) L4_C(4)"
    ),
    "Y9": Golden(
        ("P34",), READY_U, ("resend", "resend", "down 4", "resend"),
        "L4_C(4) / L4_C(4) / ADMIN_DOWN(4) IF_DOWN(4) L4_D(4) / L4_D(4)",
    ),
    "E7 on the work queue": Golden(ALL, CONNECTED, ("on wq lose 1",), f"{LOSS} | {other_loss(LOSS)}"),
    "Y10": Golden(ALL, CONNECTED, ("fatal 1 len=200",), LOSS),
    "resent at start": Golden(("P34",), (), ("resend",), "L4_D(0)"),
    "resent at start, all classes": Golden(
        ("P37", *NEW), (), ("resend",), "L4_D(0) V6_D(0) V4_D(0)"
    ),
    "resent, all classes": Golden(
        ("P37", *NEW), READY_U, ("resend",), "L4_C(4) V6_D(0) V4_C(4)"
    ),
}  # fmt: skip

Q_TRACES = {
    "Q1": Golden(ALL, SYNC, ("up 1",), "impl.connect(1) ADMIN_UP(1) IF_UP(1) L4_C(1)", {1: "up"}),
    "Q2": Golden(
        ALL, ("addr4 1 add 192.0.2.1",), ("up 1", "advance 200000"),
        "impl.connect(1) ADMIN_UP(1) / IF_UP(1) L4_C(1)", {1: "up"},
    ),
    "Q3": Golden(
        ALL, (*SYNC, MANUAL), ("connect 1",),
        "impl.connect(1) ADMIN_UP(1) IF_UP(1) L4_C(1)",
    ),
    "Q5": Golden(ALL, ("sim 1 mode never", "up 1"), ("connect 1",), "impl.connect(1)"),
    "Q6": Golden(
        ALL, (MANUAL, "sim 1 connect_rc 7"), ("connect 1",),
        "impl.connect(1) ADMIN_UP(1) rc 7", {1: "dormant"},
    ),
    "Q8": Golden(
        ALL, ("sim 1 mode never", KEEPS_UP, PERSISTENT, "timeout 1 1", "up 1"),
        ("advance 5000000",), "TIMEOUT(1)", {1: "dormant"},
    ),
    "Q9": Golden(
        ALL, ("sim 1 mode never", "up 1"), ("fatal 1 5",), "FATAL(1) ADMIN_DOWN(1)",
        {1: "admin-down"},
    ),
    "Q12": Golden(
        ALL, (*CONNECTED, PERSISTENT, "timeout 1 2"), ("lose 1", "advance 300000"),
        "IF_DOWN(1) L4_D(1) / IF_UP(1) L4_C(1)", {1: "up"},
    ),
    "Q13": Golden(
        ALL, (*CONNECTED, PERSISTENT, "timeout 1 2", "advance 9000000", "sim 1 mode never"),
        ("lose 1", "advance 1999000", "advance 1000"),
        "IF_DOWN(1) L4_D(1) / - / TIMEOUT(1) ADMIN_DOWN(1)", {1: "admin-down"},
    ),
    "Q14": Golden(
        ALL, (*CONNECTED, KEEPS_UP), ("lose 1", "advance 9000000"), "IF_DOWN(1) L4_D(1) / -",
        {1: "dormant"},
    ),
    "Q17": Golden(
        ALL, (*CONNECTED, KEEPS_UP, PERSISTENT), ("disconnect 1", "advance 9000000"),
        "impl.disconnect(1) IF_DOWN(1) L4_D(1) / -", {1: "dormant"},
    ),
    "Q19": Golden(ALL, SYNC, ("disconnect 1",), "-", {1: "admin-down"}),
    "Q22": Golden(
        ALL, ("up 1",), ("down 1", "advance 500000", "up 1"),
        "ADMIN_DOWN(1) / - / impl.connect(1) ADMIN_UP(1) IF_UP(1)", {1: "up"},
    ),
    "Q23": Golden(
        ALL, (), ("connect 4", "disconnect 4"), "rc -ENOTSUP / rc -ENOTSUP", {4: "admin-down"}
    ),
    "Q24": Golden(ALL, READY_U, ("raise CONN_IF_TIMEOUT 4",), "TIMEOUT(4)", {4: "up"}),
    "Q28": Golden(
        ALL,
        ("flag 1 NO_AUTO_CONNECT on", "flag 2 NO_AUTO_CONNECT on", "flag 3 NO_AUTO_CONNECT on",
         "flag 8 NO_AUTO_CONNECT on", "flag 9 NO_AUTO_CONNECT on", "ignore 9"),
        ("all connect 1",),
        "ADMIN_UP(1) ADMIN_UP(2) ADMIN_UP(3) ADMIN_UP(4) IF_UP(4) ADMIN_UP(5) IF_UP(5) ADMIN_UP(7)"
        " IF_UP(7) ADMIN_UP(8) IF_UP(8) impl.connect(1) impl.connect(2) impl.connect(3)"
        " impl.connect(6) rc -ENOTSUP",
        {9: "admin-down"},
    ),
}  # fmt: skip
# Under other names above: Q4 is E6, Q7 E9, Q10 E9c, Q11 E7, Q15 E8, Q16 E8c, Q18 E8d, Q20 and Q21
# E10, Q25 E15, Q26 X1, Q27 X1b.

GOLDEN = E_TRACES | X_TRACES | Q_TRACES
_FAMILY = ("V4_C(", "V4_D(", "V6_C(", "V6_D(")


def without_families(text: str) -> str:
    """Leave out the events of IPv4 and IPv6."""
    return " ".join(word for word in text.split() if not word.startswith(_FAMILY))


@pytest.mark.parametrize(
    ("name", "profile"),
    [(name, profile) for name, golden in GOLDEN.items() for profile in golden.profiles],
)
def test_golden_trace(name: str, profile: str) -> None:
    golden = GOLDEN[name]
    found = ways(world(profile), golden.setup, golden.commands)
    texts = set(found)
    if not any(word in golden.shows for word in _FAMILY):
        texts = {without_families(text) for text in texts}
    wanted = set(golden.shows.split(" | "))
    assert texts >= wanted
    assert texts <= wanted | set(map(other_loss, wanted))
    for play in found.values():
        for index, wanted in golden.ends.items():
            iface = play.state.ifaces[index - 1]
            assert wanted == (iface.oper_text if iface.admin else "admin-down")


@pytest.mark.parametrize("profile", OLD)
def test_disconnect_and_connect_at_once_never_ends(profile: str) -> None:
    """X1d: with auto-connect and a synchronous implementation the model predicts a storm."""
    plays = ways(world(profile), CONNECTED, (BURST,))
    assert all(play.stormed for play in plays.values())


@pytest.mark.parametrize("profile", NEW)
def test_disconnect_and_connect_at_once_ends_down(profile: str) -> None:
    """X1d with the logic of 4.2: the new connection is destroyed, and that is all."""
    for text, play in ways(world(profile), CONNECTED, (BURST,)).items():
        assert not play.stormed
        assert text.startswith("impl.disconnect(1) impl.connect(1) IF_DOWN(1)")
        assert not play.state.ifaces[0].admin


@pytest.mark.parametrize("profile", ["P34", "P37", "P42", "P43"])
def test_a_listener_that_reconnects(profile: str) -> None:
    """Y11: a storm up to 4.1; from 4.2 the iface ends admin-down."""
    setup = (*SYNC, "hook L4_CONNECTED 1 1 burst disconnect 1 ; connect 1")
    plays = ways(world(profile), setup, ("up 1",)).values()
    if profile in OLD:
        assert any(play.stormed for play in plays)
    else:
        assert not any(play.stormed for play in plays)
        assert all(not play.state.ifaces[0].admin for play in plays)


def test_dad_is_waited_for_at_first_and_not_after_down_and_up() -> None:
    """X8: L4_CONNECTED comes with DAD_SUCCEED, but at IF_UP the second time (REQ-MON-036)."""
    setup = ("up 4", "advance 1000000")
    commands = (A6, "advance 99000", "advance 1000", "down 4", "up 4", "advance 1000000")
    (text,) = ways(world("P34", dad=True), setup, commands)
    assert text == (
        "V6ADD(4) / - / DAD_SUCCEED(4) L4_C(4) / ADMIN_DOWN(4) IF_DOWN(4) L4_D(4)"
        " / ADMIN_UP(4) IF_UP(4) L4_C(4) / DAD_SUCCEED(4)"
    )


def test_an_address_that_an_iface_before_has_too_gets_no_dad_succeed() -> None:
    """The kernel looks for the iface by the address; the other one becomes preferred without a word."""
    setup = ("addr6 4 add fd00::1", "addr6 5 add fd00::1", "up 4", "up 5")
    (text,) = ways(world("P34", dad=True), setup, ("advance 150000",))
    assert text == "DAD_SUCCEED(4) DAD_SUCCEED(4) DAD_SUCCEED(5) L4_C(4)"


def test_an_address_removed_during_dad_is_never_reported() -> None:
    """X8b."""
    commands = (A6, "advance 20000", "addr6 4 del 2001:db8::4", "advance 1000000")
    (text,) = ways(world("P34", dad=True), ("up 4", "advance 1000000"), commands)
    assert text == "V6ADD(4) / - / V6DEL(4) / -"


def test_late_and_early_listeners_see_different_states() -> None:
    """Y5: at IF_DOWN the late listener sees admin-up, the early one admin-down (REQ-EVT-017)."""
    for play in ways(world(), (*CONNECTED, "listen late1 add IF_DOWN"), ("lose 1",)).values():
        seen = [
            (each.listener, each.admin)  # type: ignore[union-attr]
            for each in play.records
            if getattr(each, "name", "") == "IF_DOWN"
        ]
        assert seen == [("late1", True), ("early", False)]


def test_boot_connects_what_was_started() -> None:
    """REQ-AUTO-003, REQ-CTL-042: init for each binding, then one connect of the auto-started iface."""
    (play,) = ways(world(), (), ()).values()
    calls = [(each.op, each.iface) for each in play.records if hasattr(each, "op")]
    assert calls == [*(("init", index) for index in (1, 2, 3, 6, 9)), ("connect", 6)]
    assert play.state.ifaces[5].oper_text == "dormant"
    assert [index for index, iface in enumerate(play.state.ifaces, 1) if iface.admin] == [6]
