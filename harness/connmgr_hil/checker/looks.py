"""Closer looks at a window of records that is not explained at first: what happened in the midst of a command.

Callbacks of real ifaces and of the application run while a command or a timer is under way. Mostly it makes no difference whether what
they do counts as done before or after, and following both ways is dear: so they are followed only where it does.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from connmgr_hil.model import World
from connmgr_hil.model.heard import Called, Heard
from connmgr_hil.vocabulary.observations import Part, Reply, Stimulus

from .actors import is_in_callback, is_of_application
from .outside import heard
from .waiting import JudgedRecord, Numbered

MOST_CHANGES = 30
"""Where unknown ifaces change more often in one window, as in a storm, that is not followed: it would take too long."""


class Look(NamedTuple):
    """The records of a window as they are judged, and what was heard of real ifaces.

    `calls` are what the application called in callbacks, `acts` what it called in threads of its own, by the numbers of their parts.
    """

    window: list[Numbered]
    heard: Heard | None
    calls: tuple[Called, ...] = ()
    acts: Mapping[int, Called] = MappingProxyType({})

    @property
    def has_calls(self) -> bool:
        """Whether the application called meanwhile."""
        return bool(self.calls or self.acts)


def closer_looks(world: World, window: list[Numbered], first: Heard | None) -> Iterator[Look]:
    """Yield the closer looks that a window allows, the cheapest first; `first` is what was heard of real ifaces in it."""
    called = {
        record.id: Called(record.id, record.words)
        for _, record in window
        if isinstance(record, Stimulus) and is_of_application(record.id)
    }
    calls = tuple(call for ident, call in sorted(called.items()) if is_in_callback(ident))
    acts = {ident: call for ident, call in called.items() if not is_in_callback(ident)}
    nested, within = window, first
    if called:
        nested = [
            (number, _as_part(record))
            for number, record in window
            if not (isinstance(record, Stimulus) and record.id in called)
        ]
        within = heard(world, nested)
        yield Look(nested, within._replace(changes=()) if within else None, calls, acts)
    if within and 0 < len(within.changes) <= MOST_CHANGES:
        yield Look(nested, within, calls, acts)


def amid(looks: Iterable[Look]) -> str:
    """Return what the application called about an iface in a thread of its own, while a command of the run was about it too; empty if nothing.

    The model has such a call before or after the command, and does not follow it where it falls in the midst.
    """
    for look in looks:
        told = [each.words for _, each in look.window if isinstance(each, Stimulus)]
        sound = {
            each.index
            for _, each in look.window
            if isinstance(each, Part) and (each.status == "0" or each.status.startswith("-"))
        }
        for ident, call in look.acts.items():
            if ident in sound and any(words[1:2] == call.words[1:2] for words in told):
                return " ".join(call.words)
    return ""


def _as_part(record: JudgedRecord) -> JudgedRecord:
    """Return what tells how a call of the application ended, as what tells that of a part of a command."""
    if isinstance(record, Reply) and is_of_application(record.id):
        return Part(t=record.t, index=record.id, status=record.status, hook=True)
    return record
