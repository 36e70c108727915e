"""Other users of the Connection Manager besides the run: the user's application.

In the sample application nobody else calls the API, so a change without a request is a failure. Another application may take its ifaces up and
down, as many samples of Zephyr do in `main`; that must not count as an automation (REQ-AUTO-006, REQ-AUTO-020).
"""

from collections.abc import Iterable, Iterator

from connmgr_hil.model import World
from connmgr_hil.vocabulary.events import L4_EVENTS, Event
from connmgr_hil.vocabulary.observations import (
    ActorCall,
    AnyRecord,
    CallSeen,
    EventSeen,
    Reply,
    Stimulus,
)
from connmgr_hil.vocabulary.parsing import normal
from connmgr_hil.vocabulary.stimuli import Words

from .hypothesis import Hypothesis

CHANGING = frozenset(
    ("up", "down", "connect", "disconnect", "all", "ignore", "watch", "flag", "timeout")
)
"""What the application may call that makes a difference to what a scenario waits for."""

_FIRST_ID = 1_000_000_000
_FIRST_IN_CALLBACK = 2_000_000_000

_DISPATCHER = "net_mgmt"
"""The thread that executes callbacks."""


def as_command(call: ActorCall, record: int) -> tuple[Stimulus, Reply]:
    """Return what a call of the application would be if the run had made it: it is judged alike.

    `record` is its number in the trace; from it comes an id that no command of the run has.
    """
    ident = record + (_FIRST_IN_CALLBACK if call.thread == _DISPATCHER else _FIRST_ID)
    return (
        Stimulus(id=ident, words=normal(call.words)),
        Reply(t=call.t, id=ident, t0=call.t0, status=call.status),
    )


def is_of_application(ident: int) -> bool:
    """Tell whether a command is a call of the application."""
    return ident >= _FIRST_ID


def is_in_callback(ident: int) -> bool:
    """Tell whether a command is what the application called in a callback, in the midst of another."""
    return ident >= _FIRST_IN_CALLBACK


def supposed_calls(declared: Iterable[str], record: AnyRecord) -> Iterator[Words]:
    """Yield the calls by which the application may have brought about what was seen: those that its platform file declares."""
    if isinstance(record, CallSeen):
        causes: tuple[str, ...] = (record.op,)
    elif isinstance(record, EventSeen) and record.iface:
        causes = _CAUSES.get(record.name, ())
    else:
        return
    for name in declared:
        if name in causes:
            yield name, str(record.iface)


_CAUSES: dict[str, tuple[str, ...]] = {
    Event.IF_ADMIN_UP: ("up", "connect"),
    Event.IF_ADMIN_DOWN: ("down", "disconnect"),
}


def another_acted(world: World, seen: EventSeen, hypotheses: Iterable[Hypothesis]) -> str:
    """Return why an event that has no explanation may be another actor's doing, or an empty string.

    No automation takes an iface admin-up, and none touches an unbound one. An event that comes though the iface's admin state was that already is nobody's.
    One that finds an iface admin-up that was taken down was overtaken by somebody in a callback.
    """
    name, index = seen.name, seen.iface
    if world.is_sample or index < 1:
        return ""
    facts = world.iface(index)
    if name == Event.IF_ADMIN_UP:
        acts, what = any(not each.state.ifaces[index - 1].admin for each in hypotheses), "up"
    elif name == Event.IF_ADMIN_DOWN and not facts.bound:
        acts, what = any(each.state.ifaces[index - 1].admin for each in hypotheses), "down"
    elif name in L4_EVENTS and seen.admin:
        acts, what = all(not each.state.ifaces[index - 1].admin for each in hypotheses), "up"
    else:
        return ""
    if not acts:
        return ""
    return (
        f"iface {index} ({facts.name}) was taken admin-{what}, and neither a command nor an automation does that: "
        "the application seems to use the Connection Manager itself\n"
        "  next: declare what it does in the platform file (actors), or build the probe into an application that leaves its ifaces to the run"
    )
