"""Stimuli: what is done to a device, as the words of the probe's command language.

A stimulus is a tuple of words, exactly as they go over the line: readable in a trace, easy to
replay and to shrink. The functions here are the usual way to make them; `commands.command` reads them.
"""

import ipaddress
from typing import Literal

from .events import Event

Words = tuple[str, ...]

Context = Literal["shell", "wq", "cb"]
FLAGS = ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN", "DISCONNECTING")
BULK = ("up", "down", "connect", "disconnect")


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
    return ("listen", str(name), "add", ",".join(events))


def unlisten(name: str) -> Words:
    """Remove a listener."""
    return ("listen", str(name), "del")


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
    return ("sim", str(iface), str(name), str(value))


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
