"""What an input showed, as one line of text: equal lines, equal behaviour.

Zephyr does not promise how events of different layers and calls interleave (specification 9, 2), so those of
one instant are put in a fixed order: status, calls, then events layer by layer, each layer in the order seen.
"""

from collections.abc import Iterable
from typing import NamedTuple

from connmgr_hil.vocabulary.events import Event, Layer, layer_of

NOTHING = "nothing"
RESTARTED = "the device restarted"
STORM = "a storm of events"

_ORDER = ("status", "call", *Layer)


class Seen(NamedTuple):
    """One thing shown: when after the input was given (tenths of a second), of what kind, in words."""

    tenths: int
    kind: str
    text: str


def tenths(usec: int) -> int:
    """Round a time to tenths of a second: finer differences are the device's own affair."""
    return round(usec / 100_000)


def status(text: str) -> list[Seen]:
    """Return what a reply says; 0 goes without saying."""
    return [] if text == "0" else [Seen(0, "status", f"returns {text}")]


def call(at: int, op: str, iface: int, about: int) -> Seen:
    """Return a call of the connectivity implementation, as seen when iface `about` is learned."""
    return Seen(at, "call", f"calls {op}{_elsewhere(iface, about)}")


def event(at: int, name: str, iface: int, about: int, info: object) -> Seen:
    """Return an event, as seen when iface `about` is learned."""
    kind = layer_of(Event(name)) if name in Event.__members__ else Layer.L4
    extra = "" if info in (None, "-") else f" info {info}"
    return Seen(at, kind, f"{name}{extra}{_elsewhere(iface, about)}")


def _elsewhere(iface: int, about: int) -> str:
    return "" if iface == about else f" (iface {iface})"


def line(seen: Iterable[Seen]) -> str:
    """Return all that an input showed as one line."""
    ordered = sorted(seen, key=lambda each: (each.tenths, _ORDER.index(each.kind)))
    texts = [
        f"{each.text} at {each.tenths / 10:g} s" if each.tenths else each.text for each in ordered
    ]
    return ", ".join(texts) or NOTHING
