"""The interface for scenarios: commands of the probe, with role letters for ifaces."""

import math
from collections.abc import Iterable
from typing import get_type_hints

import msgspec

from connmgr_hil.model import Profile
from connmgr_hil.vocabulary.arguments import insist_known
from connmgr_hil.vocabulary.commands import COMMANDS, CommandKind
from connmgr_hil.vocabulary.errors import BadInput, HarnessError, Unmet, UsageError
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.expectation import (
    Mark,
    check_names,
    difference,
    mark_of,
    own_left_out,
    parse,
)
from connmgr_hil.vocabulary.facts import REAL, ROLES, Hello, role_indexes
from connmgr_hil.vocabulary.observations import (
    OPER,
    AnyRecord,
    CallSeen,
    EventSeen,
    Part,
    Reply,
    StateSeen,
)
from connmgr_hil.vocabulary.parsing import command as understood, is_known
from connmgr_hil.vocabulary.requirements import requirements
from connmgr_hil.vocabulary.status import status_of
from connmgr_hil.vocabulary.stimuli import Words

from .needs import DHCP
from .session import Session

V4, V4B = "192.0.2.1", "192.0.2.2"
V6, V6B = "2001:db8::1", "2001:db8::2"
_LOOK = 40
"""After this many followed commands, the whole state is dumped."""
_FIELDS = get_type_hints(StateSeen, include_extras=True)
_FAMILY = ("L4_IPV4_CONNECTED", "L4_IPV4_DISCONNECTED", "L4_IPV6_CONNECTED", "L4_IPV6_DISCONNECTED")


class IfaceLacking(UsageError):
    """A scenario asked for a role that no iface of this device has."""


def _insist_on_requirement(ident: str) -> None:
    if ident:
        insist_known("requirement", ident, requirements())


def _insist_on_field(name: str, value: object) -> None:
    insist_known("field of a state:", name, _FIELDS)
    if name == "oper":
        insist_known("operational state", str(value), OPER)
    try:
        msgspec.convert(value, _FIELDS[name], strict=True)
    except msgspec.ValidationError as error:
        raise BadInput(f"a state's {name} is never {value!r}", str(error)) from None


def insist_seconds(seconds: object) -> None:
    """Raise `BadInput` unless this is a time that can pass."""
    if not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        raise BadInput("this is not a time of 0 or more seconds", repr(seconds))


def _answering(words: Words) -> CommandKind:
    """Return which command's values are in the reply: of `on`, those of the command inside."""
    given = understood(words)
    while given.kind.name == "on":
        (given,) = given.inner
    return given.kind


class Bench:
    """The device under test, as a scenario uses it.

    Commands are written as in `zephyr_app/PROTOCOL.md`, with role letters (A, B, C bound; U, V unbound; D auto-started; N, E,
    S special) in place of iface numbers. Write what a command shows in the notation of
    `expectation`; by default nothing may be shown. Events for the families IPv4 and IPv6
    are left out unless `families` is set, so that scenarios read the same for every profile.

    Ifaces that do not belong to the sample (role R and others) change by themselves. Unless a scenario is about them (`real`) the
    monitor is told to ignore them, and what they show is left to the model.
    """

    def __init__(self, session: Session, *, real: bool = False) -> None:
        self._session = session
        self._indexes = role_indexes(session.facts, session.ifaces)
        self._letters = {index: letter for letter, index in self._indexes.items()}
        self._seen: list[EventSeen | CallSeen] = []
        self._parts: list[Part] = []
        self._states: list[StateSeen] = []
        self._loose = False
        self.families = False
        self.listeners: tuple[str, ...] = ("early",)
        self._left_out = frozenset(
            facts.index for facts in session.ifaces if facts.is_real and not real
        )
        if session.facts.dialect == "stock":
            self._left_out = frozenset()
        if self._left_out:
            for index in sorted(self._left_out):
                session.execute(("ignore", str(index)))
        session.learn_settings()
        session.watch(self._record)

    @property
    def booted(self) -> list[EventSeen]:
        """The events that came while the device booted."""
        return [each for each in self._session.booted if each.iface not in self._left_out]

    def _record(self, record: AnyRecord) -> None:
        if isinstance(record, EventSeen | CallSeen):
            if record.iface not in self._left_out:
                self._seen.append(record)
        elif isinstance(record, Part):
            self._parts.append(record)
        elif isinstance(record, StateSeen):
            self._states.append(record)

    # --- facts ---------------------------------------------------------------------------

    @property
    def profile(self) -> Profile:
        """The semantics of the device's release."""
        return self._session.profile

    @property
    def facts(self) -> Hello:
        """What the device said about itself."""
        return self._session.facts

    @property
    def letters(self) -> tuple[str, ...]:
        """The roles for which this device has an iface, without excluded ones."""
        return tuple(each for each, index in self._indexes.items() if index not in self._left_out)

    @property
    def has_dhcp(self) -> bool:
        """Whether the network of the device's own iface gives addresses."""
        return DHCP in self._session.target.platform.network

    @property
    def skips(self) -> str:
        """Whether the bulk functions must skip ignored ifaces, so that what is left out stays out: `1` or `0`."""
        return "1" if self._left_out else "0"

    def index(self, letter: str) -> int:
        """Return the iface number of a role."""
        if letter not in (*ROLES, REAL):
            insist_known("role", letter, self._indexes)
        if letter not in self._indexes:
            have = ", ".join(self._indexes) or "none"
            raise IfaceLacking(
                f"needs iface {ROLES.get(letter, letter)} (role {letter})",
                f"this device has {have}",
            )
        return self._indexes[letter]

    def is_bound(self, letter: str) -> bool:
        """Tell whether a connectivity implementation is bound to the iface of a role."""
        return self._session.ifaces[self.index(letter) - 1].bound

    # --- doing ---------------------------------------------------------------------------

    def words(self, command: str) -> Words:
        """Return a command's words with iface numbers for role letters. Raises `BadInput` if it is not a text."""
        if not isinstance(command, str):
            raise BadInput("a command must be a text, such as 'up A'", repr(command))
        return tuple(
            str(self.index(word)) if word in ROLES or word == REAL else word
            for word in command.split()
        )

    def do(self, command: str, shows: str = "", *, rc: str = "0", **values: str) -> Reply:
        """Give a command; it must return `rc` and show exactly what `shows` says.

        Raises `BadInput` before anything is sent where command, `rc`, `shows` or `values` name what does not exist.
        """
        words, status = self.words(command), status_of(str(rc))
        self._check_names(shows)
        for name in values if is_known(words) else ():
            insist_known("field in this reply:", name, _answering(words).values, command)
        self._begin()
        reply = self._session.execute(words)
        if reply.status != status:
            raise self._unexpected(f"'{command}' returns {status}", f"it returned {reply.status}")
        for name, value in values.items():
            if reply.values.get(name) != str(value):
                got = reply.values.get(name, "nothing")
                raise self._unexpected(f"'{command}' answers {name}={value}", f"{name}={got}")
        self._compare(f"'{command}'", shows)
        return reply

    def ask(self, command: str) -> Reply:
        """Give a command without saying what it must return or show; only the model judges it."""
        self._begin()
        self._loose = True
        return self._session.execute(self.words(command))

    def follow(self, commands: Iterable[str]) -> None:
        """Give commands one after the other, including those that the device must refuse, and compare its whole state now and then.

        Only the model judges. It ends early where the model predicts nothing any more.
        """
        for number, each in enumerate(commands, 1):
            self._begin()
            self._loose = True
            if self._session.checker.unpredicted:
                return
            self._session.attempt(self.words(each))
            if not number % _LOOK:
                self._session.execute(("state",))
        self.check()

    def stimulate(self, name: str) -> None:
        """Act on the device from outside, such as `link-down`; the next wait shows the result.

        A scenario that does so names it in its `needs`.
        """
        self._session.stimulate(name)

    def until(self, event: str, letter: str, seconds: float, *, breaks: str = "") -> EventSeen:
        """Let device time pass until an event of an iface comes; it must come within this many seconds of device time.

        It may have come already with a command that was only asked. `breaks` is as for `require`.
        """
        insist_known("event", event, Event.__members__)
        iface = self.index(letter)
        _insist_on_requirement(breaks)
        self._loose = False
        self._parts.clear()
        for _ in range(max(1, round(seconds * 4))):
            for position, seen in enumerate(self._seen):
                if (
                    isinstance(seen, EventSeen)
                    and (seen.name, seen.iface) == (event, iface)
                    and seen.listener == "early"
                ):
                    del self._seen[: position + 1]
                    return seen
            self._session.execute(("advance", "250000"))
        came = " ".join(map(str, self.take())) or "nothing"
        raise self._lacking(f"{event}({letter}) within {seconds:g} s", came, breaks)

    def _begin(self) -> None:
        """Forget what a command showed that was only asked."""
        if self._loose:
            self._seen.clear()
            self._loose = False
        self._parts.clear()

    def wait(self, seconds: float, shows: str = "") -> None:
        """Let device time pass; during that time the device must show exactly `shows`.

        Raises `BadInput` for a time that is negative or not a number.
        """
        insist_seconds(seconds)
        self._check_names(shows)
        self._begin()
        self._session.execute(("advance", str(round(seconds * 1e6))))
        self._compare(f"{seconds:g} s", shows)

    def _check_names(self, shows: str) -> None:
        groups = parse(shows)
        for mark in (mark for group in groups for mark in group):
            if mark.where in ROLES or mark.where == REAL:
                self.index(mark.where)
        indexes = (facts.index for facts in self._session.ifaces)
        check_names(groups, [self._letters.get(each, str(each)) for each in indexes])

    def _compare(self, when: str, shows: str) -> None:
        seen = self.take()
        problem = self._difference(shows, seen)
        if problem:
            got = " ".join(map(str, seen)) or "nothing"
            raise self._session.missed(
                Unmet(
                    f"the scenario says: {when} shows {shows or 'nothing'}",
                    f"{got}: {problem}",
                    log=str(self._session.path),
                    shows=shows,
                    came=" ".join(map(str, seen)),
                )
            )

    def _difference(self, shows: str, seen: list[Mark]) -> str | None:
        """Compare; where listeners come before the automations, calls stand after their events."""
        wanted = parse(shows)
        seen = own_left_out(wanted, seen, dad=self.facts.dad)
        if not self.profile.static_handlers:
            return difference(wanted, seen)
        problems = (
            difference(
                [[mark for mark in group if mark.is_call is calls] for group in wanted],
                [mark for mark in seen if mark.is_call is calls],
            )
            for calls in (False, True)
        )
        return next((problem for problem in problems if problem), None)

    def take(self) -> list[Mark]:
        """Return what was shown since the last command or take."""
        self._loose = False
        seen, self._seen = self._seen, []
        return [
            mark_of(record, self._letters)
            for record in seen
            if isinstance(record, CallSeen)
            or (record.listener in self.listeners and (self.families or record.name not in _FAMILY))
        ]

    def take_events(self) -> list[EventSeen]:
        """Return the events since the last command or take, whole and from every listener."""
        self._loose = False
        seen, self._seen = self._seen, []
        return [record for record in seen if isinstance(record, EventSeen)]

    def statuses(self) -> list[str]:
        """Return the status of each part of the last burst."""
        return [part.status for part in self._parts if not part.hook]

    # --- looking -------------------------------------------------------------------------

    def state(self, letter: str, **fields: object) -> StateSeen:
        """Dump an iface; the given fields (admin, oper, dormant, ignored, …) must be as said.

        Raises `BadInput` before anything is sent for a field or a value that no state has.
        """
        for name, value in fields.items():
            _insist_on_field(name, value)
        self._states.clear()
        self._session.execute(self.words(f"state {letter}"))
        if len(self._states) != 1:
            raise self._unexpected(f"one state of {letter}", f"{len(self._states)} were shown")
        state = self._states[0]
        for name, value in fields.items():
            if getattr(state, name) != value:
                raise self._unexpected(
                    f"{letter} has {name} {value}", f"{name} {getattr(state, name)}"
                )
        return state

    def check(self) -> None:
        """Dump every iface, so that the device's whole state is compared with the model."""
        self._session.execute(("state",))

    def counters(self, letter: str, **counts: int) -> dict[str, str]:
        """Read the simulated implementation's counters; the given ones must be as said."""
        for name in counts:
            insist_known("counter", name, COMMANDS["sim"].values)
        reply = self._session.execute(self.words(f"sim {letter}"))
        for name, count in counts.items():
            if reply.values.get(name) != str(count):
                raise self._unexpected(
                    f"{name} was called {count} times for {letter}",
                    f"{reply.values.get(name)} times",
                )
        return reply.values

    def require(self, holds: bool, wanted: str, seen: str, *, breaks: str = "") -> None:
        """End the scenario unless something holds.

        It then shows nothing, unless it names the requirement that this `breaks` and that the model cannot judge: a guarantee of an iface
        or a shell that the model does not know. That counts against the device.
        """
        _insist_on_requirement(breaks)
        if not holds:
            raise self._lacking(wanted, seen, breaks)

    def quirk(self, requirement: str) -> None:
        """Report that the device deviates from a requirement of class Q or R as upstream does."""
        if not requirement.startswith("REQ-"):
            raise HarnessError("this is not a requirement id", requirement)
        self._session.quirk(requirement)

    def _lacking(self, wanted: str, seen: str, breaks: str) -> Unmet:
        """Return the error for what does not hold. Raises `Nonconforming` if that breaks a requirement."""
        if breaks:
            self._session.breach(breaks, wanted, seen)
        return self._unexpected(wanted, seen)

    def _unexpected(self, wanted: str, seen: str) -> Unmet:
        told = Unmet(f"the scenario says: {wanted}", seen, log=str(self._session.path))
        return self._session.missed(told)

    # --- common beginnings ---------------------------------------------------------------

    def manual(self, *letters: str) -> None:
        """Switch off both automations of bound ifaces, as most requirements presuppose."""
        for letter in letters:
            self.do(f"flag {letter} NO_AUTO_CONNECT on")
            self.do(f"flag {letter} NO_AUTO_DOWN on")

    @property
    def address(self) -> str:
        """An address that any build accepts: IPv4, or IPv6 in a build without IPv4."""
        return V4 if self.facts.ipv4 else V6

    def ready(self, letter: str, address: str = "") -> None:
        """Make an unbound iface ready, whatever that shows."""
        address = address or self.address
        self.ask(f"up {letter}")
        self.ask(f"addr{6 if ':' in address else 4} {letter} add {address}")
        self.take()

    def connected(self, letter: str, address: str = "") -> None:
        """Connect a bound iface and give it an address, whatever that shows."""
        address = address or self.address
        self.ask(f"addr{6 if ':' in address else 4} {letter} add {address}")
        self.ask(f"connect {letter}")
        reply = self.ask(f"sim {letter}")
        if reply.values.get("state") == "connecting":
            self._session.execute(("advance", "1000000"))
        self.state(letter, oper="up")
        self.take()
