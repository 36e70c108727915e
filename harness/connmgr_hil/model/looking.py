"""What a move looks at in the state, and what it changes there: all else makes no difference to it.

An answer that was worked out for one state therefore holds for every state that looks the same there. Rules need
not say what they look at: they see ifaces through a `Glass`, which notes it.
"""

from collections.abc import Callable
from functools import lru_cache
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
        sorted_ = tuple((place, own, impl) for place, (own, impl) in ifaces.items())
        return cls(sorted_, totals["counts"], totals["blames"], rest)

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
        after = State(ifaces, state.listeners, state.hook, counts, blames)
        return after._replace(**self.rest) if self.rest else after  # type: ignore[arg-type]


def _with(totals: tuple[int, int, int], changes: dict[int, int]) -> tuple[int, int, int]:
    first, second, third = (changes.get(place, total) for place, total in enumerate(totals))
    return first, second, third


class Way(NamedTuple):
    """One way in which a move may go, whatever the rest of the state: what it shows and does, what it changes."""

    items: tuple[Item, ...]
    change: Change


class _Node(NamedTuple):
    """The next thing that a move looks at, and what comes then for each value that was seen."""

    read: Callable[[State], object]
    branches: dict[object, "_Node | tuple[Way, ...]"]


class Memory:
    """Answers to one move, found again by what the move looked at.

    What it looks at next depends on nothing but what it has seen, so the answers are the leaves of a tree.
    """

    def __init__(self) -> None:
        self._root: _Node | tuple[Way, ...] | None = None

    def recall(self, state: State) -> tuple[Way, ...] | None:
        """Return the answer for a state, if one is known that looks the same."""
        node = self._root
        while isinstance(node, _Node):
            node = node.branches.get(node.read(state))
        return node

    def keep(self, notes: Notes, answer: tuple[Way, ...]) -> None:
        """Remember an answer that follows from what was seen."""
        node: _Node | tuple[Way, ...] = answer
        looks = list(notes.items())
        if self._root is None:
            self._root = _branch(looks, answer)
            return
        at = self._root
        for number, (_, seen) in enumerate(looks):
            assert isinstance(at, _Node)
            following = at.branches.get(seen)
            if following is None:
                at.branches[seen] = _branch(looks[number + 1 :], answer)
                return
            at = following
        assert node == at


def _branch(looks: list[tuple[Look, object]], answer: tuple[Way, ...]) -> "_Node | tuple[Way, ...]":
    node: _Node | tuple[Way, ...] = answer
    for look, seen in reversed(looks):
        node = _Node(_reader(look), {seen: node})
    return node


@lru_cache(maxsize=1_000)
def _reader(look: Look) -> Callable[[State], object]:
    """Return a function that looks at one thing in a state."""
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
