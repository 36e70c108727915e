"""The ifaces of a device, by role, and what can be done to them."""

import ipaddress
from collections.abc import Callable

from connmgr_hil.conformance.session import Session
from connmgr_hil.vocabulary.errors import Unmet, UsageError
from connmgr_hil.vocabulary.facts import ROLES, IfaceFacts
from connmgr_hil.vocabulary.observations import AnyRecord, Reply, StateSeen
from connmgr_hil.vocabulary.status import status_of
from connmgr_hil.vocabulary.stimuli import Words, words

Give = Callable[[Words], Reply]
"""Gives a command to the device and returns its reply."""

Missed = Callable[[Unmet], Unmet]
"""Records what a test misses, and returns the error for it."""

_LETTERS = {name: letter for letter, name in ROLES.items()}


class Iface:
    """One iface of the device.

    Every method gives one command, and raises `Unmet` when it does not return what `returns`
    says: `0`, another number, or an errno symbol such as `-ENOTSUP`. As text an iface is its role
    letter, or its number if it has no role, so it can stand in a command: `f"up {iface}"`.
    """

    def __init__(self, facts: IfaceFacts, network: "Network") -> None:
        self._network = network
        self.facts = facts
        self.index = facts.index
        self.name = facts.name
        self.letter = _LETTERS.get(facts.name, "")
        self.bound = facts.bound
        self.auto_started = facts.auto
        self.simulated = facts.sim

    def __str__(self) -> str:
        return self.letter or str(self.index)

    def __repr__(self) -> str:
        return f"<Iface {self.index} {self.name}>"

    def _do(self, given: Words, returns: str = "0") -> Reply:
        returns = status_of(returns)
        reply = self._network.give(given)
        if reply.status != returns:
            told = f"'{' '.join(given)}' ({self.name}) should return {returns}"
            raise self._network.missed(
                Unmet(told, f"it returned {reply.status}", log=self._network.log)
            )
        return reply

    def up(self, *, returns: str = "0") -> Reply:
        """Take the iface admin-up (`net_if_up`)."""
        return self._do(words("up", self.index), returns)

    def down(self, *, returns: str = "0") -> Reply:
        """Take the iface admin-down (`net_if_down`)."""
        return self._do(words("down", self.index), returns)

    def connect(self, *, returns: str = "0") -> Reply:
        """Connect it (`conn_mgr_if_connect`)."""
        return self._do(words("connect", self.index), returns)

    def disconnect(self, *, returns: str = "0") -> Reply:
        """Disconnect it (`conn_mgr_if_disconnect`)."""
        return self._do(words("disconnect", self.index), returns)

    def add(self, address: str) -> Reply:
        """Add an IPv4 or IPv6 address."""
        return self._do(self._address("add", address))

    def delete(self, address: str) -> Reply:
        """Remove an IPv4 or IPv6 address."""
        return self._do(self._address("del", address))

    def _address(self, verb: str, text: str) -> Words:
        try:
            address = ipaddress.ip_address(text)
        except ValueError as error:
            remedy = "such as 192.0.2.1 or 2001:db8::1"
            raise UsageError("this is not an IPv4 or IPv6 address", repr(text), remedy) from error
        return words(f"addr{address.version}", self.index, verb, address)

    def carrier(self, on: bool) -> Reply:
        """Give it a carrier, or take it away."""
        return self._do(words("carrier", self.index, on))

    def dormant(self, on: bool) -> Reply:
        """Make it dormant, or wake it."""
        return self._do(words("dormant", self.index, on))

    def ignore(self) -> Reply:
        """Let the monitor ignore it (`conn_mgr_ignore_iface`)."""
        return self._do(words("ignore", self.index))

    def watch(self) -> Reply:
        """Let the monitor watch it again (`conn_mgr_watch_iface`)."""
        return self._do(words("watch", self.index))

    def set_timeout(self, seconds: int, *, returns: str = "0") -> Reply:
        """Set its connectivity timeout in seconds; 0 is none."""
        return self._do(words("timeout", self.index, seconds), returns)

    def set_flag(self, flag: str | int, on: bool, *, returns: str = "0") -> Reply:
        """Set a connectivity flag: PERSISTENT, NO_AUTO_CONNECT, NO_AUTO_DOWN, or a number."""
        return self._do(words("flag", self.index, flag, on), returns)

    def lose(self, *, returns: str = "0") -> Reply:
        """Let its simulated network be lost; `-ENOTCONN` when it is not connected."""
        return self._do(words("lose", self.index), returns)

    def fatal(self, info: int | None = None) -> Reply:
        """Let its simulated implementation meet a fatal error."""
        return self._do(words("fatal", self.index, info))

    def knob(self, name: str, value: str | int) -> Reply:
        """Turn a knob of its simulated implementation (`zephyr_app/PROTOCOL.md`, section 3)."""
        return self._do(words("sim", self.index, name, value))

    def counters(self) -> dict[str, str]:
        """Read the counters and the state of its simulated implementation."""
        return self._do(words("sim", self.index)).values

    def state(self) -> StateSeen:
        """Look at it, which changes nothing."""
        return self._network.look(self.index)

    @property
    def ready(self) -> bool:
        """Tell whether the monitor takes it for ready: oper-up, with an address, not ignored."""
        monitor = self.state().monitor
        if monitor == "?":
            raise UsageError(
                "the monitor's state of an iface is unknown",
                "this build does not report it",
                "use L4 events instead",
            )
        return "r" in monitor


class Network:
    """The ifaces of a device by role; each list is in index order and may be empty."""

    def __init__(
        self, session: Session, give: Give | None = None, missed: Missed | None = None
    ) -> None:
        self._session = session
        self.give: Give = give or session.execute
        self.missed: Missed = missed or session.missed
        self.ifaces = tuple(Iface(facts, self) for facts in session.ifaces)
        self._states: dict[int, StateSeen] = {}
        session.watch(self._record)

    def _record(self, record: AnyRecord) -> None:
        if isinstance(record, StateSeen):
            self._states[record.iface] = record

    @property
    def bound(self) -> tuple[Iface, ...]:
        """Ifaces that a simulated network can be reached by: bound, and not started by themselves."""
        return tuple(
            each for each in self.ifaces if each.bound and each.simulated and not each.auto_started
        )

    @property
    def unbound(self) -> tuple[Iface, ...]:
        """Ifaces of the application without a connectivity implementation."""
        return tuple(each for each in self.ifaces if each.letter in ("U", "V"))

    @property
    def auto_started(self) -> tuple[Iface, ...]:
        """Ifaces that are admin-up from boot on."""
        return tuple(each for each in self.ifaces if each.auto_started)

    @property
    def real(self) -> tuple[Iface, ...]:
        """The board's own ifaces: a cable, a radio, a modem."""
        return tuple(each for each in self.ifaces if not each.letter)

    @property
    def log(self) -> str:
        """The path of the trace."""
        return str(self._session.path)

    def find(self, text: str | int) -> Iface:
        """Return the iface of a role letter, a name or an index.

        Raises `UsageError` listing what this device has.
        """
        wanted = str(text).strip()
        for each in self.ifaces:
            if wanted.casefold() in (each.letter.casefold(), each.name.casefold(), str(each.index)):
                return each
        have = ", ".join(
            f"{each.letter or '-'} = {each.name} = {each.index}" for each in self.ifaces
        )
        raise UsageError(
            "there is no such iface (role letter, name or index)",
            repr(wanted),
            f"this device has: {have}",
        )

    def look(self, index: int) -> StateSeen:
        """Return how an iface stands now."""
        self._states.pop(index, None)
        self._session.execute(("state", str(index)))
        if index not in self._states:
            told = f"the device did not show the state of iface {index}"
            raise self.missed(Unmet(told, "the device did not report it"))
        return self._states[index]
