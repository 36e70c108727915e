"""Stimuli: what is done to a device, as the words of the probe's command language.

A stimulus is a tuple of words, exactly as they go over the line: readable in a trace, easy to
replay and to shrink. `validate` tells a sound one from a broken one; the functions here are the usual way to make them.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Literal

from .errors import BadInput
from .events import Event

Words = tuple[str, ...]

Context = Literal["shell", "wq", "cb"]
FLAGS = ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN", "DISCONNECTING")
BULK = ("up", "down", "connect", "disconnect")
KNOBS = (
    "mode",
    "delay_ms",
    "fails",
    "connect_rc",
    "disconnect_rc",
    "teardown_ms",
    "fatal_keeps",
    "watch_admin",
    "block_ms",
    "configured",
)
LISTENERS = ("early", "late1", "late2", "late3")


def _on_off(value: bool) -> str:
    return "on" if value else "off"


def up(iface: int) -> Words:
    """Take an iface admin-up."""
    return ("up", str(iface))


def down(iface: int) -> Words:
    """Take an iface admin-down."""
    return ("down", str(iface))


def carrier(iface: int, on: bool) -> Words:
    """Set or clear the carrier of an iface."""
    return ("carrier", str(iface), _on_off(on))


def dormant(iface: int, on: bool) -> Words:
    """Set or clear the dormant state of an iface."""
    return ("dormant", str(iface), _on_off(on))


def _address(iface: int, verb: str, address: str) -> Words:
    version = ipaddress.ip_address(address).version
    return (f"addr{version}", str(iface), verb, address)


def add(iface: int, address: str) -> Words:
    """Add an IPv4 or IPv6 address to an iface."""
    return _address(iface, "add", address)


def delete(iface: int, address: str) -> Words:
    """Remove an IPv4 or IPv6 address from an iface."""
    return _address(iface, "del", address)


def connect(iface: int) -> Words:
    """Connect an iface through its connectivity implementation."""
    return ("connect", str(iface))


def disconnect(iface: int) -> Words:
    """Disconnect an iface through its connectivity implementation."""
    return ("disconnect", str(iface))


def timeout(iface: int, seconds: int | None = None) -> Words:
    """Set the connectivity timeout in seconds, or get it."""
    return ("timeout", str(iface)) if seconds is None else ("timeout", str(iface), str(seconds))


def idle(iface: int, seconds: int | None = None) -> Words:
    """Set the idle timeout of an iface, or get it (4.3)."""
    return ("idle", str(iface)) if seconds is None else ("idle", str(iface), str(seconds))


def used(iface: int) -> Words:
    """Tell the Connection Manager that an iface was used, which restarts its idle timer (4.3)."""
    return ("used", str(iface))


def flag(iface: int, name: str | int, value: bool | None = None) -> Words:
    """Set a connectivity flag, or get it. `name` may be a number, also an illegal one."""
    words = ("flag", str(iface), str(name))
    return words if value is None else (*words, _on_off(value))


def set_opt(iface: int, name: int, value: bytes | None, length: int | None = None) -> Words:
    """Set an option of the connectivity implementation; None is a NULL pointer."""
    words = ("opt-set", str(iface), str(name), "null" if value is None else value.hex())
    return words if length is None else (*words, str(length))


def get_opt(iface: int, name: int, length: int | Literal["null-value", "null-length"]) -> Words:
    """Get an option into a buffer of so many bytes (0 to 32), or with a NULL pointer."""
    return ("opt-get", str(iface), str(name), str(length))


def bound(iface: int) -> Words:
    """Ask whether an iface is bound to a connectivity implementation."""
    return ("bound", str(iface))


def ignore(iface: int) -> Words:
    """Let the monitor ignore an iface."""
    return ("ignore", str(iface))


def watch(iface: int) -> Words:
    """Let the monitor watch an iface again."""
    return ("watch", str(iface))


def ignored(iface: int) -> Words:
    """Ask whether the monitor ignores an iface."""
    return ("ignored", str(iface))


def ignore_l2(l2: str) -> Words:
    """Ignore all ifaces of an L2; `null` selects offloaded ones."""
    return ("ignore-l2", l2)


def watch_l2(l2: str) -> Words:
    """Watch all ifaces of an L2."""
    return ("watch-l2", l2)


def resend() -> Words:
    """Ask the monitor for its present status events."""
    return ("resend",)


def bulk(what: str, skip_ignored: bool) -> Words:
    """Call one of the bulk functions `conn_mgr_all_if_*`."""
    return ("all", what, "1" if skip_ignored else "0")


def raise_event(event: Event, iface: int, info: int | str | None = None) -> Words:
    """Notify an event from outside, with an int or `len=N` zero bytes as its info."""
    words = ("raise", str(event), str(iface))
    return words if info is None else (*words, str(info))


def listen(name: str, *events: Event) -> Words:
    """Register a listener for these events of one layer."""
    return ("listen", name, "add", ",".join(events))


def unlisten(name: str) -> Words:
    """Remove a listener."""
    return ("listen", name, "del")


def hook(event: Event, iface: int, count: int, command: Words) -> Words:
    """Let the early listener execute a command when it gets an event."""
    return ("hook", str(event), str(iface), str(count), *command)


def on(context: Context, command: Words) -> Words:
    """Execute a command in a chosen context: shell thread, work queue, or event callback."""
    return ("on", context, *command)


def burst(*commands: Words) -> Words:
    """Execute commands with nothing else running in between."""
    words: list[str] = ["burst"]
    for position, command in enumerate(commands):
        words += [";"] * (position > 0) + list(command)
    return tuple(words)


def advance(seconds: float) -> Words:
    """Let device time pass."""
    return ("advance", str(round(seconds * 1_000_000)))


def knob(iface: int, name: str, value: str | int) -> Words:
    """Set a knob of the simulated connectivity implementation."""
    return ("sim", str(iface), name, str(value))


def counters(iface: int) -> Words:
    """Read the counters of the simulated connectivity implementation."""
    return ("sim", str(iface))


def lose(iface: int) -> Words:
    """Let the simulated network be lost."""
    return ("lose", str(iface))


def fatal(iface: int, info: int | str | None = None) -> Words:
    """Let the simulated implementation meet a fatal error."""
    return ("fatal", str(iface)) if info is None else ("fatal", str(iface), str(info))


def l2_enable(iface: int, status: int) -> Words:
    """Let the stubborn L2 answer this status when it is enabled; 0 works."""
    return ("l2-enable", str(iface), str(status))


def split_burst(words: Words) -> list[Words]:
    """Return the commands of a burst, given the words after `burst`."""
    commands: list[list[str]] = [[]]
    for word in words:
        if word == ";":
            commands.append([])
        else:
            commands[-1].append(word)
    return [tuple(command) for command in commands]


# --- grammar ---------------------------------------------------------------------------------

_Check = Callable[[str], bool]


def _matches(pattern: str) -> _Check:
    compiled = re.compile(pattern)
    return lambda word: compiled.fullmatch(word) is not None


def _is_address(version: int) -> _Check:
    def check(word: str) -> bool:
        try:
            return ipaddress.ip_address(word).version == version
        except ValueError:
            return False

    return check


def _one_of(*words: str) -> _Check:
    return lambda word: word in words


_IFACE = _matches(r"\d{1,3}")
_INT = _matches(r"-?\d{1,10}")
_ONOFF = _one_of("on", "off")
_EVENT = _one_of(*Event)
_EVENTS: _Check = lambda word: all(part in Event.__members__ for part in word.split(","))  # noqa: E731
_FLAG: _Check = lambda word: word in FLAGS or word.isdigit()  # noqa: E731
_INFO = _matches(r"-?\d{1,10}|len=\d{1,3}")
_HEX = _matches(r"(?:[0-9a-f]{2})*|null")
_L2 = _matches(r"[A-Za-z0-9_]+")

# Each form is (required words, optional words).
_FORMS: dict[str, list[tuple[tuple[_Check, ...], tuple[_Check, ...]]]] = {
    "hello": [((), (_matches(r"\w+"),))],
    "ping": [((), ())],
    "mode": [((_one_of("human", "machine"),), ())],
    "again": [((_matches("[0-9a-f]+"), _matches("[0-9a-f]+")), ())],
    "advance": [((_matches(r"\d{1,15}"),), ())],
    "up": [((_IFACE,), ())],
    "down": [((_IFACE,), ())],
    "carrier": [((_IFACE, _ONOFF), ())],
    "dormant": [((_IFACE, _ONOFF), ())],
    "addr4": [((_IFACE, _one_of("add", "del"), _is_address(4)), ())],
    "addr6": [((_IFACE, _one_of("add", "del"), _is_address(6)), (_matches(r"\d{1,5}"),))],
    "connect": [((_IFACE,), ())],
    "disconnect": [((_IFACE,), ())],
    "timeout": [((_IFACE,), (_INT,))],
    "idle": [((_IFACE,), (_INT,))],
    "used": [((_IFACE,), ())],
    "flag": [((_IFACE, _FLAG), (_ONOFF,))],
    "opt-set": [((_IFACE, _INT, _HEX), (_INT,))],
    "opt-get": [((_IFACE, _INT, _matches(r"\d{1,2}|null-value|null-length")), ())],
    "bound": [((_IFACE,), ())],
    "ignore": [((_IFACE,), ())],
    "watch": [((_IFACE,), ())],
    "ignored": [((_IFACE,), ())],
    "ignore-l2": [((_L2,), ())],
    "watch-l2": [((_L2,), ())],
    "resend": [((), ())],
    "all": [((_one_of(*BULK), _one_of("0", "1")), ())],
    "raise": [((_EVENT, _IFACE), (_INFO,))],
    "listen": [
        ((_one_of(*LISTENERS), _one_of("add"), _EVENTS), ()),
        ((_one_of(*LISTENERS), _one_of("del")), ()),
        ((_one_of("early"), _one_of("add")), ()),
    ],
    "state": [((), (_IFACE,))],
    "stats": [((), ())],
    "reset": [((), ())],
    "reboot": [((), ())],
    "sim": [((_IFACE,), ()), ((_IFACE, _one_of(*KNOBS), _matches(r"-?\w+")), ())],
    "lose": [((_IFACE,), ())],
    "fatal": [((_IFACE,), (_INFO,))],
    "defect": [((_matches(r"[\w-]+"), _ONOFF), ()), ((_one_of("off"),), ())],
    "defects": [((), ())],
    "l2-enable": [((_IFACE, _INT), ())],
}


def validate(words: Words) -> None:
    """Check that these words are a command of the probe's language.

    Raises `BadInput` naming the word that does not fit.
    """
    if not words:
        raise BadInput("a command needs at least one word")
    head, rest = words[0], words[1:]
    if head == "burst":
        for command in split_burst(rest):
            validate(command)
        return
    if head == "shell":  # a line for upstream's own shell; any, because wrong ones are tried too
        return
    if head == "on":
        if not rest or rest[0] not in ("shell", "wq", "cb"):
            raise BadInput("'on' needs a context", " ".join(words), "use shell, wq or cb")
        validate(rest[1:])
        return
    if head == "hook":
        if rest == ("off",):
            return
        if len(rest) < 4 or not (_EVENT(rest[0]) and _IFACE(rest[1]) and rest[2].isdigit()):
            raise BadInput("'hook' needs EVENT IFACE COUNT COMMAND", " ".join(words))
        validate(rest[3:])
        return
    forms = _FORMS.get(head)
    if forms is None:
        raise BadInput(f"no command {head!r}", " ".join(words), "commands: " + ", ".join(COMMANDS))
    for required, optional in forms:
        checks = (required + optional)[: len(rest)]
        if len(required) <= len(rest) == len(checks) and all(
            check(word) for check, word in zip(checks, rest, strict=True)
        ):
            return
    raise BadInput(f"arguments that '{head}' takes", " ".join(words), "see zephyr_app/PROTOCOL.md")


COMMANDS = tuple(sorted({*_FORMS, "burst", "on", "hook"}))
"""All command words of the probe's language."""
