"""How a device ended: crash, hang, restart (REQ-LIFE, addendum of November 2026, section 3)."""

from dataclasses import replace

from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.observations import Crashed, EventSeen, Reset, Stuck
from connmgr_hil.vocabulary.wording import say

from .blame import blamed, sentence_of
from .limits import CALL_USEC
from .verdict import Failure


def kind_of(record: Crashed | Stuck | Reset) -> str:
    """Return what makes two deaths the same kind, for those who compare failures."""
    if isinstance(record, Reset):
        return "reset"
    return f"crash {record.reason}" if isinstance(record, Crashed) else f"stuck {record.what}"


MISSING = frozenset({"reply", "state", "silence"})
"""The kinds of failures that mean something expected is missing."""


def explains(record: Crashed | Stuck, kind: str) -> bool:
    """Tell whether what stopped in a device is why something was missing: a failure of that kind."""
    stopped = isinstance(record, Crashed) or record.what in ("dispatcher", "monitor")
    return stopped and kind in MISSING


def was_held_up(record: EventSeen, failed: Failure) -> bool:
    """Tell whether an iface's IF_ADMIN_UP, for which a command failed, came so late that a callback held up the thread that delivers it."""
    own = failed.iface in (0, record.iface)
    late = record.t - failed.t > CALL_USEC
    return failed.kind == "reply" and own and late and record.name == Event.IF_ADMIN_UP


def held_up(record: EventSeen, number: int, failed: Failure) -> Failure:
    """Return what fails by such an event, record `number` of a trace: the automatic connect runs in the thread that delivers it."""
    requirements = blamed(f"late {record.name}")
    late = (record.t - failed.t) / 1e6
    return replace(
        failed,
        requirements=requirements,
        sentence=sentence_of(requirements),
        record=number,
        t=record.t,
        seen=f"{record.name} of iface {record.iface} {late:.3f} s after the command: a callback held up the thread that delivers it",
        allowed=(f"{record.name} before the reply",),
        owed=(),
        later=(),
        kind=f"late {record.name}",
    )


def failure(record: Crashed | Stuck | Reset, number: int, t: int, since: str) -> Failure:
    """Return what fails by such an end: record `number` of a trace, after the commands of `since`.

    `t` is the device time so far, for a record that has none.
    """
    requirements = blamed(kind_of(record))
    at = t if isinstance(record, Reset) else record.t or t
    said = say(record)
    return Failure(
        requirements, sentence_of(requirements), number, at, said.line(), (), (), since,
        "\n".join(said.more), kind=kind_of(record),
    )  # fmt: skip
