"""What was heard in a window of a run, and how it leads a move of the model along.

Unknown ifaces, and an application that calls by itself, make for very many ways. Those that would have shown something else than was heard
are not followed.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from connmgr_hil.vocabulary.events import Event

from .driver import NO_MORE_THAN_0
from .state import UNKNOWN


class Impossible(Exception):
    """A way that no device goes which keeps its guarantees."""


class DriverChange(NamedTuple):
    """What was heard of an unknown iface: its link went, or an address came or went, and whether it then had one that counts."""

    iface: int
    event: Event
    has: bool


UNTOLD = 0
"""The part of a call that nobody told."""


class Called(NamedTuple):
    """A call by the application in a callback or in its own thread, and the number of the part with its result."""

    part: int
    words: tuple[str, ...]


class Heard(NamedTuple):
    """What was heard of unknown ifaces: spares following all the ways in which they would have shown something else.

    `ups`: how often each was heard to go admin-up or oper-up. `taken_up`: those that were told to go admin-up once only, and did.
    `order`: all that was heard, of any iface: events, and parts by their number with whether they returned 0.
    `changes`: what they did unasked in the midst of a command, in order; then that command raised all that was heard.
    """

    ups: frozenset[tuple[tuple[Event, int], int]]
    taken_up: frozenset[int]
    order: tuple[tuple[str, int], ...]
    changes: tuple[DriverChange, ...] = ()


class Guide:
    """Leads a move along what was heard; without that, it leads nowhere and allows everything.

    A `strict` one allows nothing to be shown that was not heard.
    """

    def __init__(self, heard: Heard | None, *, strict: bool) -> None:
        self._heard = heard
        self.knows = heard is not None
        """Whether anything is known of what was heard."""
        self._to_hear = iter(heard.order) if heard and strict else None
        self._to_queue = deque(_events_of(heard)) if heard and heard.changes else None
        self._ups = dict(heard.ups) if heard else {}
        self._changes = heard.changes if heard else ()

    def follow_shown(self, kind: str, key: tuple[object, ...]) -> None:
        """Go on to the next occurrence of this one in what was heard; others may come from changes that nobody asked for.

        Raises `Impossible` if it was not heard after the previous ones.
        """
        if self._to_hear is not None and not _is_among(self._to_hear, kind, key):
            raise Impossible

    def follow_queued(self, event: Event, index: int) -> None:
        """Go on to the next event that was heard, which must be this one: events are heard in the order of the queue.

        Raises `Impossible` if another one was heard.
        """
        if (event, index) in self._ups:
            self._ups[event, index] -= 1
        if self._to_queue is None:
            return
        if not self._to_queue:
            raise Impossible
        name, which = self._to_queue.popleft()
        if name != event or index not in (UNKNOWN, which):
            raise Impossible
        if self._changes and self._changes[0][:2] == (which, event):
            self._changes = self._changes[1:]

    @property
    def is_close(self) -> bool:
        """Whether it is known what is queued next."""
        return self._to_queue is not None

    @property
    def is_at_end(self) -> bool:
        """Whether all events that were heard are shown, if it is known what is queued next."""
        return not self._to_queue

    def is_next(self, event: Event, index: int) -> bool:
        """Tell whether this event of an unknown iface was the next to be queued."""
        following = self._to_queue[0] if self._to_queue else None
        return following == (event, index)

    def expects_up(self, event: Event, index: int) -> bool:
        """Tell whether what was heard allows an iface to go up once more."""
        return not self.knows or self._ups.get((event, index), 0) > 0

    def change_of(self, index: int) -> DriverChange | None:
        """Return the change of this iface that was heard behind all that was queued, if that is one."""
        change = self._changes[0] if self._changes else None
        if change is None or change.iface != index or not self.is_next(change.event, index):
            return None
        return change

    def was_taken_up(self, index: int) -> bool:
        """Tell whether an unknown iface was told only once to go admin-up, and did."""
        return self._heard is not None and index in self._heard.taken_up


def _events_of(heard: Heard) -> Iterator[tuple[str, int]]:
    return (each for each in heard.order if not each[0].startswith("part"))


def _is_among(rest: Iterator[tuple[str, int]], kind: str, key: tuple[object, ...]) -> bool:
    if kind == "event" and key[0] == "early":
        name, number = key[1:3]
        return any(name == each and number in (UNKNOWN, which) for each, which in rest)
    if kind == "part":
        name, status = f"part {key[0]}", key[2]
        return any(
            name == each and (status == NO_MORE_THAN_0 or (status == "0") is bool(ok))
            for each, ok in rest
        )
    return True
