"""What a move looks at in the state, and what it changes there: all else makes no difference to it.

An answer that was worked out for one state therefore holds for every state that looks the same there. Rules need
not say what they look at: they see ifaces through a `Glass`, which notes it.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple, cast

from .observed import Item
from .state import Iface, Impl, State

NO_IFACE = -1
"""The place of what belongs to no iface."""


class Look(NamedTuple):
    """One thing in the state: a field of the iface at a place (from 0), such as `oper` or `impl.phase`.

    At `NO_IFACE` it is a field of the state itself; `counts.0` is the first of its counts.
    """

    place: int
    field: str


Notes = dict[Look, object]
"""What was seen, or written, where; in the order in which it was first."""


class Glass:
    """Shows an iface, or its implementation, as it is at one moment, and notes what of it is as before the move.

    The fields that the move itself had `written` by then need no note: they follow from what it had looked at.
    """

    __slots__ = ("_notes", "_place", "_prefix", "_shown", "_written")

    def __init__(
        self,
        shown: Iface | Impl,
        written: frozenset[str],
        notes: Notes,
        place: int,
        prefix: str = "",
    ) -> None:
        self._shown = shown
        self._written = written
        self._notes = notes
        self._place = place
        self._prefix = prefix

    def __getattr__(self, name: str) -> object:
        value = getattr(self._shown, name)
        if name == "impl":
            return Glass(value, self._written, self._notes, self._place, "impl.")
        field = self._prefix + name
        if field not in self._written:
            self._notes[Look(self._place, field)] = value
        return value

    @staticmethod
    def on(iface: Iface, written: frozenset[str], notes: Notes, place: int) -> Iface:
        """Return an iface that is seen through a glass; rules read nothing of it but its fields."""
        return cast("Iface", Glass(iface, written, notes, place))


# One empty dictionary for all: thousands of changes are remembered.
_NONE: dict[str, object] = {}
_NO_TOTALS: dict[int, int] = {}


class Change(NamedTuple):
    """What a move leaves changed: fields of ifaces by their place, of their implementations, of the state."""

    ifaces: tuple[tuple[int, dict[str, object], dict[str, object]], ...]
    counts: dict[int, int]
    blames: dict[int, int]
    rest: dict[str, object]

    @classmethod
    def of(cls, written: Notes) -> "Change":
        """Sort what a move has written."""
        ifaces: dict[int, tuple[dict[str, object], dict[str, object]]] = {}
        totals: dict[str, dict[int, int]] = {"counts": {}, "blames": {}}
        rest: dict[str, object] = {}
        for (place, field), value in written.items():
            whose, _, name = field.rpartition(".")
            if place != NO_IFACE:
                own, impl = ifaces.setdefault(place, ({}, {}))
                (impl if whose else own)[name] = value
            elif whose:
                totals[whose][int(name)] = cast("int", value)
            else:
                rest[field] = value
        return cls(
            tuple((place, own or _NONE, impl or _NONE) for place, (own, impl) in ifaces.items()),
            totals["counts"] or _NO_TOTALS,
            totals["blames"] or _NO_TOTALS,
            rest or _NONE,
        )

    def applied(self, state: State, known: Callable[[Iface], Iface]) -> State:
        """Return a state as it is after this change, with ifaces that are `known`."""
        ifaces = state.ifaces
        if self.ifaces:
            changed = list(ifaces)
            for place, own, impl in self.ifaces:
                was = changed[place]
                within = {"impl": was.impl._replace(**impl)} if impl else {}  # type: ignore[arg-type]
                changed[place] = known(was._replace(**own, **within))  # type: ignore[arg-type]
            ifaces = tuple(changed)
        counts = _with(state.counts, self.counts) if self.counts else state.counts
        blames = _with(state.blames, self.blames) if self.blames else state.blames
        after = State(ifaces, state.listeners, state.hook, counts, blames, state.rooms)
        return after._replace(**self.rest) if self.rest else after  # type: ignore[arg-type]


def _with(totals: tuple[int, int, int], changes: dict[int, int]) -> tuple[int, int, int]:
    first, second, third = (changes.get(place, total) for place, total in enumerate(totals))
    return first, second, third


class Way(NamedTuple):
    """One way in which a move may go, whatever the rest of the state: what it shows and does, what it changes."""

    items: tuple[Item, ...]
    change: Change


_Read = Callable[[State], object]


class _Fork(NamedTuple):
    """The next thing that a move looks at, and what comes then for each value that was seen."""

    read: _Read
    branches: dict[object, "_Fork | _Leaf"]


class _Leaf(NamedTuple):
    """An answer, and what must still be seen for it to hold."""

    path: tuple[tuple[_Read, object], ...]
    answer: tuple[Way, ...]


class Memory:
    """Answers to one move, found again by what the move looked at.

    What it looks at next depends on nothing but what it has seen, so the answers are the leaves of a tree.
    """

    def __init__(self) -> None:
        self._root: _Fork | _Leaf | None = None

    def recall(self, state: State) -> tuple[Way, ...] | None:
        """Return the answer for a state, if one is known that looks the same."""
        at = self._root
        while isinstance(at, _Fork):
            at = at.branches.get(at.read(state))
        if at is None:
            return None
        for read, seen in at.path:
            if read(state) != seen:
                return None
        return at.answer

    def keep(self, notes: Notes, answer: tuple[Way, ...]) -> None:
        """Remember an answer that follows from what was seen."""
        path = tuple((_reader(look), seen) for look, seen in notes.items())
        self._root = _grown(self._root, path, answer)


def _grown(
    at: _Fork | _Leaf | None, path: tuple[tuple[_Read, object], ...], answer: tuple[Way, ...]
) -> _Fork | _Leaf:
    """Return a tree with one more answer."""
    if at is None:
        return _Leaf(path, answer)
    (read, seen), rest = path[0], path[1:]
    if isinstance(at, _Leaf):
        (_, other), others = at.path[0], at.path[1:]
        at = _Fork(read, {other: _Leaf(others, at.answer)})
    assert at.read is read
    at.branches[seen] = _grown(at.branches.get(seen), rest, answer)
    return at


@cache
def _reader(look: Look) -> _Read:
    """Return the function that looks at one thing in a state; there are only so many things."""
    place, field = look
    whose, _, name = field.rpartition(".")
    if place == NO_IFACE:
        if whose:
            number = int(name)
            return lambda state: getattr(state, whose)[number]
        return lambda state: getattr(state, field)
    if whose:
        return lambda state: getattr(state.ifaces[place].impl, name)
    return lambda state: getattr(state.ifaces[place], field)
