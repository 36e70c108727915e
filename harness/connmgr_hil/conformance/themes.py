"""The themes of the tour: small sets of commands, and lists of boundary values."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import permutations

from connmgr_hil.model import State
from connmgr_hil.model.state import IGNORED
from connmgr_hil.vocabulary.events import Event, Layer, layer_of
from connmgr_hil.vocabulary.stimuli import FLAGS

from .bench import V4, V4B, V6

LINK_LOCAL4, LINK_LOCAL6, UNIQUE_LOCAL6 = "169.254.3.4", "fe80::9", "fd00::1"
NO_IFACE = "250"
"""The number of an iface that no device has."""

Sight = Callable[[State, dict[str, int]], Hashable]
"""What of a state tells one situation from another; the second argument gives the ifaces of the letters."""


@dataclass(frozen=True)
class Theme:
    """One part of the tour: every one of `moves` from every state that they reach after `first`; with `pairs`, every pair of them.

    Without moves it is `first` alone.
    """

    name: str
    requirements: str
    title: str
    moves: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    pairs: bool = False
    sight: Sight | None = None


def _of(*letters: str) -> Sight:
    """Return a sight of these ifaces alone, without what only explanations look at."""

    def sight(state: State, indexes: dict[str, int]) -> Hashable:
        ifaces = (state.ifaces[indexes[letter] - 1] for letter in letters)
        return tuple(
            (
                *(each.admin, each.oper, each.carrier, each.dormant, each.word, each.flags),
                *(frozenset(each.a4), frozenset(each.a6), each.timeout, each.l2_rc),
                *(each.impl.phase, each.impl.mode, each.impl.connect_rc, each.impl.tearing),
            )
            for each in ifaces
        )

    return sight


def _admin(*letters: str) -> Sight:
    """Return a sight of what bulk calls look at: admin state, ignoring, and what the ifaces answer."""

    def sight(state: State, indexes: dict[str, int]) -> Hashable:
        ifaces = (state.ifaces[indexes[letter] - 1] for letter in letters)
        return tuple(
            (
                each.admin,
                each.word & IGNORED,
                each.l2_rc,
                each.impl.connect_rc,
                each.impl.disconnect_rc,
            )
            for each in ifaces
        )

    return sight


def _each(pattern: str, *choices: str) -> tuple[str, ...]:
    return tuple(pattern.format(each) for each in choices)


_SWITCHES = ("up U", "down U", "carrier U on", "carrier U off", "dormant U on", "dormant U off")
_WATCHED = ("ignore U", "watch U")
_ADDRESS4 = (f"addr4 U add {V4}", f"addr4 U del {V4}")
_ADDRESS6 = (f"addr6 U add {V6}", f"addr6 U del {V6}")
_LIFE = (
    *("up A", "down A", "connect A", "disconnect A", "lose A", "fatal A"),
    "advance 150000",
)
_FLAGS = tuple(
    f"flag A {flag} {value}"
    for flag in ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN")
    for value in ("on", "off")
)
_READY_A = (f"addr4 A add {V4}",)
_BULK = tuple(
    f"all {what} {skip}" for what in ("up", "down", "connect", "disconnect") for skip in "01"
)
_EVENTS = tuple(
    each for each in Event if not each.startswith("L4_") and layer_of(each) is not Layer.CONN
)
_BOUNDS = (0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, -1, -(2**31))
_CALLS = (
    *("connect A", "disconnect A", "up A", "down A", "timeout A", "timeout A 5", "bound A"),
    *("flag A PERSISTENT", "flag A PERSISTENT on", "flag A PERSISTENT off", "opt-get A 1 4"),
    *("opt-set A 1 01020304", "opt-set A 9 00", "opt-get A 9 4", "opt-set A 1 00", "ignored A"),
    *("ignore A", "watch A", "ignore-l2 DUMMY", "watch-l2 DUMMY", "resend", "connect N"),
    *("connect E", "opt-get E 1 4", "opt-set C 1 00", "opt-get C 1 4", *_BULK),
)
"""Calls of the API that may keep a lock."""


def _contexts() -> tuple[str, ...]:
    """After each call, from each context, others must find no lock that was kept."""
    lines: list[str] = ["flag A NO_AUTO_DOWN on", "sim A mode sync"]
    for call in _CALLS:
        for place in ("", "on wq ", "on cb "):
            lines.append(place + call)
            lines += [f"{other}{look}" for other in ("on wq ", "on cb ", "") if other != place
                      for look in ("timeout A", "ignored U")]  # fmt: skip
    return tuple(lines)


def _values() -> tuple[str, ...]:
    lines: list[str] = []
    for letter in ("A", "S"):
        for bound in _BOUNDS:
            lines += [f"timeout {letter} {bound}", f"timeout {letter}", f"idle {letter} {bound}"]
            lines.append(f"idle {letter}")
    # A larger number does not reach the API where compilers make an enum as short as they can, as Arm's ABI says.
    for number in ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN", "DISCONNECTING", "4", "5", "31", "32", "63",
                   "99", "255"):  # fmt: skip
        for letter in ("A", "B", "U", "N", "E"):
            for value in ("on", "off"):
                lines += [f"flag {letter} {number} {value}", f"flag {letter} {number}"]
    # An unknown flag must not be taken for the bit that a shift finds.
    lines += [f"flag A {flag} on" for flag in FLAGS[:3]]
    lines += [f"flag {letter} {number}" for letter in "AU" for number in range(3, 70)]
    lines += [f"flag A {flag} off" for flag in FLAGS[:3]]
    for name in (0, 1, 2, 255, 256, 257, 65537, 2**31 - 1, -1, -(2**31)):
        for value in ("01020304", "00", "0102030405", "null", "ffffffff"):
            lines += [f"opt-set A {name} {value}", f"opt-get A {name} 4", f"opt-get B {name} 4"]
    for letter in ("A", "B", "C", "U", "N", "E", "S"):
        for room in ("0", "1", "3", "4", "5", "32", "null-value", "null-length"):
            lines.append(f"opt-get {letter} 1 {room}")
        lines += [f"opt-set {letter} 1 {value}" for value in ("null", "0a0b0c0d", "00 0", "00 4")]
        lines += [f"bound {letter}", f"connect {letter}", f"disconnect {letter}", f"timeout {letter} 3",
                  f"timeout {letter}", f"down {letter}"]  # fmt: skip
    return tuple(lines)


def _no_iface() -> tuple[str, ...]:
    """Commands for an iface that is not there change nothing."""
    lines: list[str] = []
    for form in (
        *("up {}", "down {}", "carrier {} off", "dormant {} on", "connect {}", "disconnect {}"),
        *("timeout {} 4", "timeout {}", "flag {} PERSISTENT on", "flag {} PERSISTENT", "bound {}"),
        *("opt-set {} 1 01020304", "opt-get {} 1 4", "ignore {}", "watch {}", "ignored {}"),
        *(f"addr4 {{}} add {V4B}", f"addr6 {{}} add {V6}", "lose {}", "fatal {}", "sim {}"),
        *("raise CONN_IF_TIMEOUT {}", "raise IF_DOWN {}", "l2-enable {} 0"),
    ):
        lines += [form.format(NO_IFACE), f"on wq {form.format(NO_IFACE)}", "resend"]
    lines += ["ignore-l2 NOTHING", "watch-l2 NOTHING", "ignore-l2 null", "watch-l2 null", "resend"]
    return tuple(lines)


def _infos() -> tuple[str, ...]:
    """Info of every length that an event can carry, and longer ones."""
    lines: list[str] = ["flag A NO_AUTO_DOWN on", "flag A NO_AUTO_CONNECT on"]
    for info in (
        "",
        "0",
        "1",
        "-1",
        str(2**31 - 1),
        str(-(2**31)),
        *_each("len={}", *"0 1 3 4 8 31 32 33 256".split()),
    ):
        lines += [
            f"raise {event} A {info}".strip()
            for event in ("CONN_IF_FATAL_ERROR", "CONN_IF_TIMEOUT", "DNS_SERVER_ADD", "IF_DOWN")
        ]
        lines += [f"fatal A {info}".strip()]
    return tuple(lines)


THEMES = (
    Theme("readiness", "REQ-MON-034 REQ-EVT-001", "Admin state, carrier, an IPv4 address and ignoring, in every order",
          (*_SWITCHES[:4], *_ADDRESS4, *_WATCHED), pairs=True),
    Theme("net-if", "REQ-MON-034", "All that makes an iface ready or unready, from every state of it",
          (*_SWITCHES, *_ADDRESS6, *_WATCHED)),
    Theme("addr4", "REQ-MON-010 REQ-MON-011", "IPv4 addresses of each kind, in every order",
          tuple(f"addr4 U {verb} {each}" for verb in ("add", "del") for each in (V4, V4B, LINK_LOCAL4)),
          first=("up U",), pairs=True, sight=_of("U")),
    Theme("addr6", "REQ-MON-010 REQ-MON-011", "IPv6 addresses of each kind, in every order",
          tuple(f"addr6 U {verb} {each}" for verb in ("add", "del") for each in (V6, UNIQUE_LOCAL6, LINK_LOCAL6)),
          first=("up U",), pairs=True, sight=_of("U")),
    Theme("families", "REQ-MON-012", "Addresses of both families together",
          (*_ADDRESS4, *_ADDRESS6, f"addr6 U add {LINK_LOCAL6}", f"addr6 U del {LINK_LOCAL6}", "up U", "down U"),
          sight=_of("U")),
    Theme("counting", "REQ-MON-017 REQ-MON-018 REQ-MON-019 REQ-RSD-001 REQ-RSD-002", "Two ifaces that are ready or not, ignored or not, alone and by their L2",
          ("up U", "down U", "up V", "down V", "ignore U", "watch U", "ignore V", "watch V", "resend",
           "ignore-l2 DUMMY", "watch-l2 DUMMY", "ignore-l2 null", "watch-l2 null"),
          first=(f"addr4 U add {V4}", f"addr6 V add {V6}")),
    Theme("other-l2", "REQ-IGN-009", "Ignoring one L2 while ifaces of two are ready",
          ("ignore U", "watch U", "ignore C", "watch C", "ignore-l2 DUMMY", "watch-l2 DUMMY", "ignore-l2 CM_TEST",
           "watch-l2 CM_TEST", "resend"),
          first=("flag C NO_AUTO_CONNECT on", "flag C NO_AUTO_DOWN on", "dormant C off", "up C", f"addr4 C add {V4B}",
                 "up U", f"addr4 U add {V4}"), pairs=True, sight=_of("U", "C")),
    Theme("bursts", "REQ-MON-034", "Two changes before the monitor looks",
          tuple(f"burst {one} ; {two}" for one, two in permutations(("up U", "down U", *_ADDRESS4, *_WATCHED), 2))),
    Theme("control", "REQ-CTL-010", "The life of a connection, every pair of its turns", _LIFE, first=_READY_A, pairs=True, sight=_of("A")),
    Theme("persistent", "REQ-CTL-024", "The life of a persistent connection, every pair of its turns", _LIFE,
          first=(*_READY_A, "flag A PERSISTENT on"), pairs=True, sight=_of("A")),
    Theme("flags", "REQ-AUTO-002 REQ-AUTO-009 REQ-AUTO-015", "Each flag set and cleared at every turn of a connection",
          (*_LIFE, *_FLAGS, "raise CONN_IF_TIMEOUT A", "raise CONN_IF_FATAL_ERROR A"), first=_READY_A, sight=_of("A")),
    Theme("timeouts", "REQ-CTL-019 REQ-CTL-022", "Attempts with and without a timeout, that succeed, fail or never end",
          ("connect A", "disconnect A", "lose A", "timeout A 0", "timeout A 1", "sim A mode never",
           "sim A mode async", "advance 150000", "advance 1100000", "flag A PERSISTENT on", "flag A PERSISTENT off"),
          first=_READY_A, sight=_of("A")),
    Theme("two-bindings", "REQ-CTL-041", "Two bindings that must not disturb each other",
          (*(f"{verb} {letter}" for verb in ("connect", "disconnect", "lose", "fatal", "down") for letter in "AB"), "advance 150000", *_FLAGS[:2]),
          first=(f"addr4 A add {V4}", f"addr4 B add {V4B}"), sight=_of("A", "B")),
    Theme("ignored", "REQ-IGN-015", "Control of an iface that is ignored or not",
          ("up A", "down A", "connect A", "disconnect A", "lose A", "fatal A", "ignore A", "watch A", "all up 1",
           "all down 1", "all connect 1", "all disconnect 1"), first=(*_READY_A, "sim A mode sync"), sight=_of("A")),
    Theme("bulk", "REQ-BULK-002 REQ-BULK-005 REQ-BULK-008 REQ-BULK-010 REQ-BULK-018", "Bulk calls with ifaces up or down, ignored or not",
          (*_BULK, "ignore A", "watch A", "ignore U", "watch U", "up A", "down U"),
          first=tuple(f"sim {letter} mode sync" for letter in "ABCDS"), sight=_admin("A", "U")),
    Theme("bulk-errors", "REQ-BULK-011 REQ-BULK-012 REQ-BULK-013", "Bulk calls in which an iface refuses",
          ("all up 0", "all down 0", "all connect 0", "all disconnect 0", "l2-enable S -11", "l2-enable S 0",
           "sim A connect_rc -5", "sim A connect_rc 1", "sim A connect_rc 0", "sim B disconnect_rc -33", "sim B disconnect_rc 0"),
          first=tuple(f"sim {letter} mode sync" for letter in "ABCDS"), sight=_admin("A", "B", "S")),
    Theme("raised", "REQ-MON-034", "Events from elsewhere, in every state of an unbound iface",
          (*_each("raise {} U", *_EVENTS), "up U", "down U", *_ADDRESS4, *_ADDRESS6[:1]), sight=_of("U")),
    Theme("raised-bound", "REQ-AUTO-010 REQ-AUTO-011", "Events from elsewhere, at every turn of a connection",
          (*_each("raise {} A", *(each for each in _EVENTS if each != Event.IF_DOWN), Event.CONN_IF_TIMEOUT, Event.CONN_IF_FATAL_ERROR), "connect A", "disconnect A",
           "down A", "lose A", "advance 150000", *_FLAGS[:2]), first=(*_READY_A, "flag A NO_AUTO_CONNECT on"), sight=_of("A")),
    Theme("infos", "REQ-EVT-015", "Info of every length that an event can carry", first=_infos()),
    Theme("contexts", "REQ-CTL-010", "No call keeps a lock, from wherever it is given", first=_contexts()),
    Theme("values", "REQ-CTL-030 REQ-CTL-033 REQ-CTL-034 REQ-CTL-040", "Values at their bounds", first=_values()),
    Theme("no-iface", "REQ-MON-034", "Commands for ifaces that are not there", first=("up U", f"addr4 U add {V4}", *_no_iface())),
)  # fmt: skip
