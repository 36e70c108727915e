"""Ifaces that are not the sample's: whatever is legal is explained, and what breaks a guarantee is not.

The traces are written by hand, as a board with an Ethernet iface (10) and one of a user's own
implementation (11) would show them.
"""

import pytest
from msgspec import structs

from checker.forks import judge
from connmgr_hil.checker import Outcome
from connmgr_hil.model import World
from connmgr_hil.model.profiles import PROFILES
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    Header,
    HelloSeen,
    Part,
    Reply,
    StateSeen,
    Stimulus,
)
from model.play import world

CABLE, OWN = 10, 11


def board(profile: str = "P34", **features: bool | int) -> World:
    """Return the sample application on a board with two ifaces that are not its own."""
    sample = world(profile, **features)
    more = (
        IfaceFacts(index=CABLE, name="eth0", l2="ETHERNET", bound=False, auto=True),
        IfaceFacts(index=OWN, name="modem", l2="OFFLOADED", bound=True, impl="MODEM"),
    )
    hello = structs.replace(sample.hello, ifaces=11, track=11)
    return World.of(hello, (*sample.ifaces, *more), PROFILES[profile])


class Script:
    """Writes a trace line by line: `! up 4` a command, `= 0` its reply, `+ 2.5` time, else what is seen."""

    def __init__(self, text: str, profile: str = "P34") -> None:
        self.world = board(profile)
        self.now = 0
        self.begun = 0
        self.commands = 0
        self.admin = {CABLE: True}
        self.oper: dict[int, bool] = {CABLE: True}
        self.records: list[AnyRecord] = [
            Header(scenario="real"),
            HelloSeen(t=0, facts=self.world.hello, ifaces=self.world.ifaces),
        ]
        boot = [(index, "init") for index in (1, 2, 3, 6, 9)] + [(6, "connect")]
        self.records += [CallSeen(t=0, iface=index, op=op) for index, op in boot]
        for line in text.strip().splitlines():
            self._add(line.split("#")[0].split())

    def _add(self, words: list[str]) -> None:
        match words:
            case []:
                return
            case ["!", *command]:
                self.commands += 1
                self.begun = self.now
                self.records.append(Stimulus(id=self.commands, words=tuple(command)))
            case ["=", status, *fields]:
                values = dict(field.split("=") for field in fields)
                reply = Reply(
                    t=self.now, id=self.commands, t0=self.begun, status=status, values=values
                )
                self.records.append(reply)
            case ["part", place, status]:
                self.records.append(Part(t=self.now, index=int(place), status=status))
            case ["+", seconds]:
                self.now += round(float(seconds) * 1e6)
            case ["wait", seconds]:
                self._add(["!", "advance", str(round(float(seconds) * 1e6))])
                self._add(["+", seconds])
                self._add(["=", "0"])
            case ["state", index, *fields]:
                self.records.append(self._state(int(index), fields))
            case [name, index, *addresses]:
                self._event(name, int(index), addresses)

    def _event(self, name: str, index: int, addresses: list[str]) -> None:
        if name in ("IF_ADMIN_UP", "IF_ADMIN_DOWN"):
            self.admin[index] = name == "IF_ADMIN_UP"
        if name in ("IF_UP", "IF_DOWN"):
            self.oper[index] = name == "IF_UP"
        code = 0xE0040007 if name == "-" else self.world.codes[Event(name)]
        admin = self.admin.get(index, False) and "gone" not in addresses
        seen = EventSeen(
            t=self.now, listener="early", name=name, code=code, iface=index, admin=admin,
            oper=admin and self.oper.get(index, False),
            v4=int("v4" in addresses), v6=int("v6" in addresses),
            info="-" if name == "CONN_IF_FATAL_ERROR" else None,
        )  # fmt: skip
        self.records.append(seen)

    def _state(self, index: int, fields: list[str]) -> StateSeen:
        facts = self.world.iface(index)
        given = dict(field.split("=") for field in fields if "=" in field)
        return StateSeen(
            t=self.now, iface=index, admin="admin" in fields, oper=given.get("oper", "up"),
            carrier="cut" not in fields, dormant=False, bound=facts.bound, ignored=False,
            flags=int(given.get("flags", "0")), timeout=int(given.get("timeout", "0")), monitor=given["monitor"], word="0",
            a4=tuple(filter(None, given.get("a4", "").split(","))),
        )  # fmt: skip


LEASE = """
! advance 3000000
+ 1
- 10                      # DHCP has events of its own
IPV4_ADDR_ADD 10 v4
L4_CONNECTED 10
+ 2
= 0
"""
CONNECTED = """
! timeout 11 2
= 0
! connect 11
IF_ADMIN_UP 11
= 0
"""
FOUND_PERSISTENT = "! state 11\nstate 11 oper=down monitor=- flags=1\n= 0" + CONNECTED.replace(
    "11 2", "11 0"
)
COMES_BACK = """
! advance 3000000
IF_UP 11
IF_DOWN 11
+ 1
IF_UP 11
+ 2
= 0"""
NOT_PERSISTENT = "! state 11\nstate 11 oper=down monitor=-\n= 0\n"
ATTEMPT = NOT_PERSISTENT + "! flag 11 NO_AUTO_DOWN on\n= 0\n" + CONNECTED

ONE_ITEM = (
    NOT_PERSISTENT
    + CONNECTED
    + """
        ! advance 1000000
        + 0.5
        IF_UP 11
        IPV4_ADDR_ADD 11 v4
        L4_CONNECTED 11 v4
        + 0.5
        = 0
        ! advance 2000000
        + 1
        """
)

UP_ONCE = (
    NOT_PERSISTENT
    + CONNECTED
    + """
        ! advance 1000000
        + 0.5
        IF_UP 11
        + 0.5
        = 0
        ! down 11
        IF_ADMIN_DOWN 11
        IF_DOWN 11
        = 0
        wait 2
        """
)
LEFT = "! state 11\nstate 11 oper=down monitor=- timeout=2\n= 0\n"
GONE = "! state 11\nstate 11 cut oper=down monitor=- timeout=2\n= 0\n"
UP_AT_ONCE = "! up 11\nIF_ADMIN_UP 11\nIF_UP 11\n= 0\n"
UP_LATER = "! up 11\nIF_ADMIN_UP 11\n= 0\n! advance 1000000\n+ 0.3\nIF_UP 11\n+ 0.7\n= 0\n"

LEGAL = {
    "associated anew after admin-down": UP_ONCE + GONE + UP_LATER,
    "associated anew after admin-down, in no time": UP_ONCE + GONE + UP_AT_ONCE,
    "associated anew after admin-down, and nobody looked": UP_ONCE + UP_AT_ONCE,
    "what was left is not used": UP_ONCE + LEFT + UP_LATER,
    "an association that completes while admin-down": NOT_PERSISTENT + CONNECTED + """
        ! down 11
        IF_ADMIN_DOWN 11
        = 0
        wait 2
        """ + LEFT + UP_AT_ONCE,
    "nothing": "wait 5",
    "a lease": LEASE + "! ping\n= 0",
    "cable out and in": LEASE + """
        ! advance 2000000
        + 1
        IF_DOWN 10
        L4_DISCONNECTED 10
        IF_UP 10
        L4_CONNECTED 10
        + 1
        = 0""",
    "an address that goes and comes": LEASE + """
        ! advance 1000000
        IPV4_ADDR_DEL 10
        L4_DISCONNECTED 10
        IPV4_ADDR_ADD 10 v4
        L4_CONNECTED 10
        + 1
        = 0""",
    "two addresses, one of them goes": LEASE + """
        ! advance 1000000
        IPV4_ADDR_ADD 10 v4
        IPV4_ADDR_DEL 10 v4
        + 1
        = 0""",
    "a lease while another iface comes up": """
        ! up 4
        IF_ADMIN_UP 4
        IPV4_ADDR_ADD 10 v4
        IF_UP 4
        L4_CONNECTED 10
        = 0""",
    "totals over both": LEASE + """
        ! up 4
        IF_ADMIN_UP 4
        IF_UP 4
        = 0
        ! addr4 4 add 192.0.2.1
        IPV4_ADDR_ADD 4
        = 0
        ! advance 1000000
        IF_DOWN 10
        + 1
        = 0
        ! down 4
        IF_ADMIN_DOWN 4
        IF_DOWN 4
        L4_DISCONNECTED 4
        = 0""",
    "down takes it oper-down": LEASE + """
        ! down 10
        IF_ADMIN_DOWN 10
        IF_DOWN 10
        L4_DISCONNECTED 10
        = 0""",
    "up without a cable": "! down 10\nIF_ADMIN_DOWN 10\nIF_DOWN 10\n= 0\n! up 10\nIF_ADMIN_UP 10\n= 0",
    "a dump": LEASE + "! state 10\nstate 10 admin monitor=u4r a4=10.0.2.15/p\n= 0",
    "an attempt that succeeds": CONNECTED + "! advance 1000000\n+ 0.5\nIF_UP 11\n+ 0.5\n= 0\nwait 5",
    "an attempt that times out": CONNECTED + """
        ! advance 3000000
        + 2
        CONN_IF_TIMEOUT 11 gone   # the automation was there first
        IF_ADMIN_DOWN 11
        + 1
        = 0""",
    "a loss": CONNECTED + """
        ! advance 1000000
        IF_UP 11
        IF_DOWN 11 gone
        IF_ADMIN_DOWN 11
        + 1
        = 0""",
    "a connect that is refused": "! connect 11\nIF_ADMIN_UP 11\n= -EIO",
    "no connect callback": "! connect 11\n= -ENOTSUP",
    "persistent: back by itself": "! flag 11 PERSISTENT on\n= 0" + CONNECTED + COMES_BACK,
    "persistent by its implementation's init, as a dump shows": FOUND_PERSISTENT + COMES_BACK,
    "persistent by its implementation's init, as the API tells": """
        ! flag 11 PERSISTENT
        = 0 value=1""" + CONNECTED + COMES_BACK,
    "persistent by its implementation's init, as it shows itself": CONNECTED + COMES_BACK,
    "a timeout of its implementation's": """
        ! state 11
        state 11 oper=down monitor=- timeout=2
        = 0
        ! timeout 11
        = 0 value=2
        ! flag 11 NO_AUTO_DOWN on
        = 0
        ! connect 11
        IF_ADMIN_UP 11
        = 0
        ! advance 3000000
        + 2
        CONN_IF_TIMEOUT 11
        + 1
        = 0""",
    "a timeout of its implementation's that nobody has seen": """
        ! flag 11 NO_AUTO_DOWN on
        = 0
        ! connect 11
        IF_ADMIN_UP 11
        = 0
        ! advance 9000000
        + 8
        CONN_IF_TIMEOUT 11
        + 1
        = 0""",
    "not connected automatically by its implementation's init": """
        ! up 11
        IF_ADMIN_UP 11
        = 0
        ! flag 11 NO_AUTO_CONNECT
        = 0 value=1
        wait 5""",
    "a driver that takes its time to start": "! up 11\n+ 1.5\nIF_ADMIN_UP 11\n= 0",
    "a driver that takes its time to fail": "! up 11\n+ 1.5\n= -EIO",
    "a driver that takes its time before connect": "! connect 11\n+ 1.5\nIF_ADMIN_UP 11\n= 0",
    "a driver that takes its time to stop": CONNECTED + """
        ! advance 1000000
        IF_UP 11
        + 1
        = 0
        ! down 11
        + 0.1
        IF_DOWN 11
        + 1.5
        IF_ADMIN_DOWN 11
        = 0""",
    "a fatal error that ends the connection in the same breath": CONNECTED + """
        ! advance 1000000
        IF_UP 11
        + 0.5
        CONN_IF_FATAL_ERROR 11 gone
        IF_DOWN 11 gone
        IF_ADMIN_DOWN 11
        + 0.5
        = 0""",
    "a driver that lets others run while it starts": CONNECTED + """
        ! burst disconnect 11 ; up 11
        part 0 0
        IF_ADMIN_DOWN 11
        + 1.5
        part 1 0
        IF_ADMIN_UP 11
        = 0 n=2""",
    "an address and the link in one work item": ONE_ITEM + """
        IPV4_ADDR_DEL 11
        IF_DOWN 11 gone
        L4_DISCONNECTED 11 gone
        IF_ADMIN_DOWN 11
        + 1
        = 0""",
    "the link and the address in one work item": ONE_ITEM + """
        IF_DOWN 11 gone
        IPV4_ADDR_DEL 11 gone
        L4_DISCONNECTED 11 gone
        IF_ADMIN_DOWN 11
        + 1
        = 0""",
    "several addresses and the link in one work item": ONE_ITEM + """
        IPV4_ADDR_DEL 11
        IPV6_ADDR_DEL 11
        IPV6_ADDR_DEL 11
        IF_DOWN 11 gone
        L4_DISCONNECTED 11 gone
        IF_ADMIN_DOWN 11
        + 1
        = 0""",
    "an address replaced in one work item": ONE_ITEM + """
        IPV4_ADDR_DEL 11 v4
        IPV4_ADDR_ADD 11 v4
        + 1
        = 0""",
    "the link and an address in one work item": CONNECTED + """
        ! advance 1000000
        + 0.5
        IF_UP 11 v4
        IPV4_ADDR_ADD 11 v4
        L4_CONNECTED 11 v4
        + 0.5
        = 0""",
    "an address and the link up in one work item": CONNECTED + """
        ! advance 1000000
        + 0.5
        IPV4_ADDR_ADD 11 v4
        IF_UP 11 v4
        L4_CONNECTED 11 v4
        + 0.5
        = 0""",
    "two ifaces that one driver takes down in one work item": LEASE + """
        ! up 11
        IF_ADMIN_UP 11
        = 0
        ! advance 1000000
        + 0.5
        IF_UP 11
        IPV4_ADDR_ADD 11 v4
        IPV4_ADDR_DEL 11
        IF_DOWN 11 gone
        IF_DOWN 10
        IF_ADMIN_DOWN 11
        L4_DISCONNECTED 10
        + 0.5
        = 0""",
    "a fatal error": CONNECTED + """
        ! advance 1000000
        CONN_IF_FATAL_ERROR 11 gone
        IF_ADMIN_DOWN 11
        + 1
        = 0""",
}  # fmt: skip


@pytest.mark.parametrize("name", LEGAL)
def test_a_legal_real_iface_is_never_blamed(name: str) -> None:
    verdict = judge(Script(LEGAL[name]).records)
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()


BROKEN = {
    "L4_CONNECTED is missing": (
        "! advance 3000000\n+ 1\nIPV4_ADDR_ADD 10 v4\n+ 2\n= 0", "REQ-MON-001"),
    "L4_DISCONNECTED is missing": (
        LEASE + "! down 10\nIF_ADMIN_DOWN 10\nIF_DOWN 10\n= 0", "REQ-MON-007"),
    "L4_DISCONNECTED is missing after one work item": (
        ONE_ITEM + "IPV4_ADDR_DEL 11\nIF_DOWN 11 gone\nIF_ADMIN_DOWN 11\n+ 1\n= 0", ""),
    "L4_DISCONNECTED twice after one work item": (
        ONE_ITEM + """
        IPV4_ADDR_DEL 11
        IF_DOWN 11 gone
        L4_DISCONNECTED 11 gone
        L4_DISCONNECTED 11 gone
        IF_ADMIN_DOWN 11
        + 1
        = 0""", ""),
    "L4_DISCONNECTED though an address stays": (
        ONE_ITEM + "IPV4_ADDR_DEL 11 v4\nL4_DISCONNECTED 11 v4\n+ 1\n= 0", ""),
    "changes too far apart for one work item": (
        ONE_ITEM + "IPV4_ADDR_DEL 11 v4\n+ 0.5\nIPV4_ADDR_DEL 11\n+ 0.1\nIPV4_ADDR_ADD 11 v4\n+ 1\n= 0", ""),
    "a second L4_CONNECTED": (LEASE + "! advance 1000000\nL4_CONNECTED 10\n+ 1\n= 0", ""),
    "IF_UP while admin-down": ("wait 1\n! advance 1000000\nIF_UP 11\n+ 1\n= 0", ""),
    "IF_UP twice": (LEASE + "! advance 1000000\nIF_UP 10\n+ 1\n= 0", "REQ-EVT-010"),
    "IF_DOWN is missing": (LEASE + "! down 10\nIF_ADMIN_DOWN 10\nL4_DISCONNECTED 10\n= 0", ""),
    "admin-up by itself": (
        "wait 1\n! advance 1000000\nIF_ADMIN_UP 11\n+ 1\n= 0", "REQ-AUTO-020"),
    "the monitor's word": (
        LEASE + "! state 10\nstate 10 admin monitor=u4 a4=10.0.2.15/p\n= 0", "REQ-MON-034"),
    "an address that is not counted": (
        """
        ! down 10
        IF_ADMIN_DOWN 10
        IF_DOWN 10
        = 0
        ! state 10
        state 10 oper=down monitor=- a4=10.0.2.15/p
        = 0""", "REQ-MON-001"),
    "an address that is counted and not there": (
        LEASE + "! state 10\nstate 10 admin monitor=u4r\n= 0", "REQ-MON-001"),
    "oper-up without carrier": (
        LEASE + "! state 10\nstate 10 admin cut monitor=u4r a4=10.0.2.15/p\n= 0", "REQ-EVT-010"),
    "TIMEOUT twice": (ATTEMPT + """
        ! advance 3000000
        + 2
        CONN_IF_TIMEOUT 11
        + 0.5
        CONN_IF_TIMEOUT 11
        + 0.5
        = 0""", "REQ-IMP-009"),
    "TIMEOUT too early": (
        ATTEMPT + "! advance 3000000\n+ 1\nCONN_IF_TIMEOUT 11\n+ 2\n= 0", "REQ-CTL-019"),
    "TIMEOUT after success": (
        ATTEMPT + "! advance 3000000\nIF_UP 11\n+ 2.1\nCONN_IF_TIMEOUT 11\n+ 0.9\n= 0",
        "REQ-IMP-006"),
    "TIMEOUT without a timeout": (
        NOT_PERSISTENT + "! connect 11\nIF_ADMIN_UP 11\n= 0\n! advance 9000000\n+ 8\nCONN_IF_TIMEOUT 11\n+ 1\n= 0",
        "REQ-CTL-020"),
    "an attempt after TIMEOUT": (ATTEMPT + """
        ! advance 9000000
        + 2
        CONN_IF_TIMEOUT 11
        + 5
        IF_UP 11
        + 2
        = 0""", "REQ-CTL-022"),
    "reconnected by itself": (ATTEMPT + """
        ! advance 3000000
        IF_UP 11
        IF_DOWN 11
        + 1
        IF_UP 11
        + 2
        = 0""", "REQ-CTL-026"),
    "still up after admin-down": (UP_ONCE + LEFT + UP_AT_ONCE, "REQ-IMP-016"),
    "still up after admin-down, dumped twice": (UP_ONCE + LEFT + LEFT + UP_AT_ONCE, "REQ-IMP-016"),
    "up after admin-down without connect": (
        UP_ONCE + "! flag 11 NO_AUTO_CONNECT on\n= 0\n" + UP_AT_ONCE, "REQ-IMP-016"),
    "still up after a second admin-down": (
        UP_ONCE + GONE + UP_LATER + "! down 11\nIF_ADMIN_DOWN 11\nIF_DOWN 11\n= 0\n" + LEFT + UP_AT_ONCE,
        "REQ-IMP-016"),
    "redialled after a second loss": (UP_ONCE + UP_LATER + """
        ! flag 11 NO_AUTO_DOWN on
        = 0
        ! advance 5000000
        IF_DOWN 11
        + 1
        IF_UP 11
        + 4
        = 0""", "REQ-CTL-026"),
    "back after manual disconnect though persistent": ("""
        ! flag 11 PERSISTENT on
        = 0
        ! flag 11 NO_AUTO_DOWN on
        = 0""" + CONNECTED + """
        ! advance 1000000
        IF_UP 11
        + 1
        = 0
        ! disconnect 11
        IF_DOWN 11
        = 0
        ! advance 5000000
        + 2
        IF_UP 11
        + 3
        = 0""", ""),
    "a timer that was left runs into the next attempt": ("""
        ! flag 11 NO_AUTO_DOWN on
        = 0""" + CONNECTED + """
        ! advance 1000000
        IF_UP 11
        + 0.5
        IF_DOWN 11
        + 0.5
        = 0
        ! connect 11
        = 0
        ! advance 2000000
        + 1
        CONN_IF_TIMEOUT 11
        + 1
        = 0""", "REQ-CTL-019"),
    "two associations at once": (ATTEMPT + """
        ! advance 3000000
        IF_UP 11
        + 0.5
        IF_UP 11
        + 2.5
        = 0""", "REQ-EVT-010"),
    "oper-up before connect": ("""
        ! flag 11 NO_AUTO_CONNECT on
        = 0
        ! up 11
        IF_ADMIN_UP 11
        IF_UP 11
        = 0""", ""),
    "a positive status": ("! connect 11\nIF_ADMIN_UP 11\n= 1", "REQ-IMP-014"),
    "a flag that changes by itself": (
        FOUND_PERSISTENT + "! state 11\nstate 11 admin cut oper=down monitor=-\n= 0",
        "REQ-CTL-033"),
    "a flag that the API tells otherwise": (
        "! flag 11 PERSISTENT\n= 0 value=1\n! flag 11 PERSISTENT\n= 0 value=0", "REQ-CTL-033"),
    "a timeout that changes by itself": (
        NOT_PERSISTENT + "! state 11\nstate 11 oper=down monitor=- timeout=3\n= 0", ""),
    "not persistent, and back by itself": (
        NOT_PERSISTENT + "! flag 11 NO_AUTO_DOWN on\n= 0" + CONNECTED + COMES_BACK,
        "REQ-CTL-026"),
    "connect waits": ("! connect 11\nIF_ADMIN_UP 11\n+ 1.5\n= 0", "REQ-CTL-012"),
    "no automatic admin-down": (NOT_PERSISTENT + CONNECTED + "! advance 1000000\nIF_UP 11\nIF_DOWN 11\n+ 1\n= 0",
        ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_guarantee_is_seen(name: str) -> None:
    text, requirement = BROKEN[name]
    verdict = judge(Script(text).records)
    assert verdict.outcome is Outcome.FAILS
    assert verdict.failure is not None
    if requirement:
        assert requirement in verdict.failure.requirements
