"""Supposes calls that nobody told: what the application may have called by itself before a record that has no explanation.

An older probe does not tell such calls, nor does any of firmware that the linker could not lead through it.
"""

from collections.abc import Iterable, Iterator

from connmgr_hil.model.heard import UNTOLD, Called
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.observations import EventSeen, StateSeen, Stimulus
from connmgr_hil.vocabulary.stimuli import Words

from .following import Following
from .looks import Look
from .outside import Foreseen
from .verdict import Failure
from .waiting import Numbered

MOST_WAYS = 12
"""So many records times explanations are judged again for each call: with more, that would take minutes."""

_OF_IFACE: tuple[tuple[str, ...], ...] = (
    ("ignore",), ("watch",), ("up",), ("down",), ("disconnect",), ("connect",),
    ("flag", "PERSISTENT", "on"), ("flag", "PERSISTENT", "off"),
    ("flag", "NO_AUTO_CONNECT", "on"), ("flag", "NO_AUTO_CONNECT", "off"),
    ("flag", "NO_AUTO_DOWN", "on"), ("flag", "NO_AUTO_DOWN", "off"),
)  # fmt: skip
_OF_ALL = tuple(
    (("all", what, skip),)
    for what in ("up", "down", "connect", "disconnect")
    for skip in ("0", "1")
)
_TOGETHER = (("down", "up"), ("disconnect", "connect"))
_ADDRESSES: dict[str, Words] = {
    Event.IPV4_ADDR_ADD: ("addr4", "add", "192.0.2.254"),
    Event.IPV6_ADDR_ADD: ("addr6", "add", "2001:db8::fe"),
}

_OF_IMPLEMENTATION = "REQ-IMP-"
_OF_LINK = frozenset((Event.IF_UP, Event.IF_DOWN, Event.CONN_IF_TIMEOUT, Event.CONN_IF_FATAL_ERROR))
"""What an implementation raises. It may do so wrongly without anybody's call, and that is what such a failure is about."""


def supposed_call(before: Following, looks: Iterable[Look], failure: Failure, *, told: bool) -> str:
    """Return which call of the application would explain a record that was refused, empty if none would.

    `before` is what was known before the records of these `looks`. `told` says that the probe tells what it sees of such calls: then
    only those are supposed that it does not see.
    """
    model = before.model
    if model is None or model.world.is_sample or not before.known:
        return ""
    looks = tuple(looks)
    window = looks[0].window
    refused = dict(window).get(failure.record)
    if refused is None or isinstance(refused, Stimulus):
        return ""
    if len(window) * len(before.hypotheses) > MOST_WAYS:
        return ""
    if any(each.startswith(_OF_IMPLEMENTATION) for each in failure.requirements):
        return ""
    if isinstance(refused, EventSeen) and refused.name in _OF_LINK and refused.iface:
        own = model.world.iface(refused.iface).bound
        if own:
            return ""
    for calls in _candidates(window, refused, told=told):
        if any(_explains(before, look, calls, failure.record) for look in looks):
            return " · ".join(" ".join(each) for each in calls)
    return ""


def _explains(before: Following, look: Look, calls: tuple[Words, ...], refused: int) -> bool:
    """Tell whether a window is explained if calls were made before it, in callbacks, or just before the record that was refused.

    After that record there may be other calls.
    """
    made = tuple(Called(UNTOLD, words) for words in calls)
    earlier = before.copy()
    earlier.suppose(calls)
    if not earlier.hypotheses:
        return False  # nobody could have called it there
    earlier.judge(look, set())
    if not earlier.evidence.settled:
        return True
    within = before.copy()
    within.judge(look._replace(calls=(*look.calls, *made)), set())
    if not within.evidence.settled:
        return True
    record = dict(look.window)[refused]
    assert not isinstance(record, Stimulus)
    just_now = before.copy()
    just_now.actors = ()
    just_now.judge(look, set(), [Foreseen(refused, record.t, each) for each in made])
    failure = just_now.evidence.failure
    return failure.record > refused if failure else not just_now.evidence.harmed


def _candidates(
    window: list[Numbered], refused: object, *, told: bool
) -> Iterator[tuple[Words, ...]]:
    if isinstance(refused, EventSeen) and refused.name in _ADDRESSES:
        yield (_on(_ADDRESSES[refused.name], refused.iface),)
    if told:
        return
    yield (("resend",),)
    yield from _OF_ALL
    for index in _ifaces(window, refused):
        for words in _OF_IFACE:
            yield (_on(words, index),)
        for names in _TOGETHER:
            yield tuple((name, str(index)) for name in names)


def _on(words: Words, index: int) -> Words:
    return words[0], str(index), *words[1:]


def _ifaces(window: list[Numbered], refused: object) -> Iterable[int]:
    """Return the ifaces of a window, that of the refused record first."""
    seen = [getattr(refused, "iface", 0)]
    for _, record in window:
        if isinstance(record, EventSeen | StateSeen):
            seen.append(record.iface)
        elif isinstance(record, Stimulus):
            seen += [int(word) for word in record.words[1:3] if word.isdecimal()]
    return [index for index in dict.fromkeys(seen) if index > 0]
