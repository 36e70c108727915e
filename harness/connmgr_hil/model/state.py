"""The model's state between two moves: frozen, hashable, printable.

Between moves nothing is in flight (the event queue is empty and every thread waits), so the state holds
what `net_if`, the monitor, the bindings and the simulated implementation remember, and nothing else.
"""

import ipaddress
from functools import lru_cache
from typing import Literal, NamedTuple

from .world import World

# The monitor's word, in our own bits (specification 1.2; Zephyr's differ by version).
UP, SET6, SET4, IGNORED, READY, READY4, READY6, CHANGED = (1 << bit for bit in range(8))
_LETTERS = (
    (UP, "u"),
    (SET4, "4"),
    (SET6, "6"),
    (IGNORED, "i"),
    (READY, "r"),
    (READY4, "x"),
    (READY6, "y"),
    (CHANGED, "c"),
)

UNKNOWN = -1
"""Which iface the monitor remembers, if the device was not restarted and it was not seen."""

PERSISTENT, NO_AUTO_CONNECT, NO_AUTO_DOWN, DISCONNECTING = 1, 2, 4, 8
TIMEOUT, IDLE_TIMEOUT = 16, 32
SETTINGS = PERSISTENT | NO_AUTO_CONNECT | NO_AUTO_DOWN | TIMEOUT | IDLE_TIMEOUT
"""What the API sets on a bound iface, each a bit; its implementation's `init` may set them, too."""

_FLAGS = (
    (PERSISTENT, "PERSISTENT"),
    (NO_AUTO_CONNECT, "NO_AUTO_CONNECT"),
    (NO_AUTO_DOWN, "NO_AUTO_DOWN"),
    (DISCONNECTING, "DISCONNECTING"),
)


def word_text(word: int) -> str:
    """Return a monitor word as the letters of a `state` frame."""
    return "".join(letter for bit, letter in _LETTERS if word & bit) or "-"


@lru_cache(maxsize=4096)
def is_link_local(address: str) -> bool:
    """Tell whether an address is link-local, so that it does not count (specification 1.2)."""
    return ipaddress.ip_address(address).is_link_local


class Address(NamedTuple):
    """A unicast address and its state: `p` preferred, `t` tentative, `d` deprecated."""

    text: str
    state: str = "p"

    @property
    def counts(self) -> bool:
        """Whether the monitor may call this address qualifying: preferred, not link-local."""
        return self.state == "p" and not is_link_local(self.text)


Phase = Literal["idle", "connecting", "connected"]
EndedBy = Literal[
    "", "timeout", "fatal", "aborted", "loss", "disconnect", "cancelled", "down", "perhaps, by down"
]
# A fatal error ends a connection ("fatal") or an attempt ("aborted"), disconnect likewise.
# The attempt of an unknown iface may or may not go on while it is admin-down.
Beginning = Literal["", "loss", "loss, persistent since"]


class Impl(NamedTuple):
    """What the simulated connectivity implementation knows of one iface, with its knobs."""

    phase: Phase = "idle"
    ended: EndedBy = ""
    """How the last attempt or connection ended; only explanations look at this and the next three."""
    began: Beginning = ""
    """What began the last attempt, if not a call of connect."""
    again: bool = False
    """connect was called again since."""
    persisted: bool = False
    """Whether the iface was persistent when the attempt began."""
    mode: str = "async"
    delay_ms: int = 100
    fails: int = 0
    connect_rc: int = 0
    disconnect_rc: int = 0
    teardown_ms: int = 0
    fatal_keeps: bool = False
    watch_admin: bool = False
    block_ms: int = 0
    configured: bool = True
    option: str = "00000000"
    tearing: bool = False
    lingers: EndedBy = ""
    """A real iface was seen admin-down with a link though its connection had ended so: taken up, it is oper-up at once."""
    overdue: bool = False
    """The timeout of a real iface's attempt is over: TIMEOUT may come."""


# What a real iface's addresses are is not known (`real`).
_UNKNOWN = {"0.0.0.0": "an IPv4 address", "::": "an IPv6 address"}  # noqa: S104 - no socket


class Iface(NamedTuple):
    """One iface: `net_if`'s view, the monitor's word, and the binding."""

    admin: bool = False
    carrier: bool = True
    dormant: bool = False
    oper: bool = False
    a4: tuple[Address, ...] = ()
    a6: tuple[Address, ...] = ()
    word: int = 0
    flags: int = 0
    timeout: int = 0
    idle_timeout: int = 0
    given: int = 0
    """Whether it has or lacks a configuration for addresses, of IPv4 and IPv6, each a bit (`room`)."""
    maybe: int = 0
    """As what a real iface may have been found, if that is not settled yet (`unseen`); `word` then has the bits that are."""
    unseen: int = 0
    """The settings of a real iface that were neither set nor seen: they are as its implementation left them."""
    impl: Impl = Impl()
    l2_rc: int = 0
    """What its L2 answers when it is enabled."""
    l2_down_rc: int = 0
    """What its L2 answers when it is disabled."""

    @property
    def oper_text(self) -> str:
        """The oper state as a `state` frame names it."""
        if self.oper:
            return "up"
        return "dormant" if self.admin and self.carrier and self.dormant else "down"

    @property
    def is_notable(self) -> bool:
        """Whether anything about this iface is out of the ordinary."""
        return bool(self.admin or self.a4 or self.a6 or self.word or self.flags or self.timeout)

    def describe(self, *, simulated: bool) -> str:
        """Return the iface in Zephyr's words."""
        words = ["admin-up" if self.admin else "admin-down"]
        words.append("dormant" if self.oper_text == "dormant" else f"oper-{self.oper_text}")
        if not self.carrier:
            words.append("no carrier")
        words += [
            _UNKNOWN.get(address.text, address.text)
            + ("" if address.state == "p" else f" ({address.state})")
            for address in self.a4 + self.a6
        ]
        words += [name for bit, name in _FLAGS if self.flags & bit]
        if self.timeout:
            words.append(f"timeout {self.timeout} s")
        if simulated:
            words.append(self.impl.phase)
        words.append(f"(monitor: {word_text(self.word)})")
        return ", ".join(words)


class Listener(NamedTuple):
    """A registered net_mgmt callback."""

    name: str
    mask: int
    fixed: bool = False
    """Registered at build time, not when the device runs."""


def with_newest(listeners: tuple[Listener, ...], *new: Listener) -> tuple[Listener, ...]:
    """Return the callbacks with new ones, the newest first: before the others, and behind those that are fixed."""
    fixed = tuple(each for each in listeners if each.fixed)
    return (*fixed, *new, *listeners[len(fixed) :])


class Hook(NamedTuple):
    """A command that the early listener executes when it gets an event."""

    event: str
    iface: int
    left: int
    words: tuple[str, ...]


class State(NamedTuple):
    """Everything that a conforming device remembers between two moves.

    `counts` and `blames` are the monitor's totals: (any, IPv4, IPv6). Profile P34 uses only `counts[0]`, and keeps
    its last ready and last unready iface in `blames[0]` and `blames[1]`.
    """

    ifaces: tuple[Iface, ...]
    listeners: tuple[Listener, ...] = ()
    hook: Hook | None = None
    counts: tuple[int, int, int] = (0, 0, 0)
    blames: tuple[int, int, int] = (0, 0, 0)
    rooms: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    """Of IPv4 and IPv6: for how many addresses an iface has room, 0 as long as this is unknown, and how many one was seen to have (`room`)."""

    def table(self, world: World, about: int = 0) -> str:
        """Return the state as lines a person can read, for failures.

        The iface that it is `about` comes first; those at rest (admin-down, nothing set) are only counted.
        """
        lines = []
        resting = 0
        order = sorted(world.ifaces, key=lambda facts: facts.index != about)
        for facts in order:
            iface = self.ifaces[facts.index - 1]
            if facts.index != about and not iface.is_notable:
                resting += 1
                continue
            lines.append(f"iface {facts.index} {facts.name}: {iface.describe(simulated=facts.sim)}")
        if resting:
            lines.append(f"({resting} more ifaces are at rest)")
        return "\n".join(lines)
