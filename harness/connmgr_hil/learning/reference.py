"""The reference model's automaton: computed, not learned, since the model can be asked for every state."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from connmgr_hil.model import Expire, Model, State
from connmgr_hil.model.commands import is_modelled
from connmgr_hil.model.observed import Arm, Cancel, Item, Owed, Unpredicted
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.stimuli import Words

from . import outputs
from .machine import Mealy, explore, minimal

MOST_PLACES = 20_000


class Position(NamedTuple):
    """Where the model stands: its state, and what its timers have left in microseconds."""

    state: State
    clocks: tuple[tuple[str, int], ...] = ()
    stormy: bool = False


class Reference:
    """The model as a machine. Where it leaves a choice open, the first outcome is followed.

    `ambiguous` counts the steps where the choice is visible; there the machine is one of several that conform. Without `timed` it does not show when during a wait something came, like a device whose time is not granted.
    """

    def __init__(
        self, model: Model, iface: int, commands: Mapping[str, Words], *, timed: bool = True
    ) -> None:
        self._timed = timed
        self._model = model
        self._iface = iface
        self._commands = commands
        self.ambiguous = 0
        self.places = 0

    def machine(self, preparation: Iterable[Words]) -> Mealy:
        """Return the smallest machine after these commands. Raises `UsageError` when it is too large."""
        booted = self._model.boot()[0]
        place, _ = self._after(Position(booted.state), booted.items, 0)
        for words in preparation:
            _, place = self.step(place, words)
        self.ambiguous = 0
        try:
            whole = explore(
                place,
                tuple(self._commands),
                lambda at, name: self.step(at, self._commands[name]),
                MOST_PLACES,
            )
        except OverflowError as error:
            raise UsageError(
                "the model has no small automaton for these inputs", str(error), "use fewer inputs"
            ) from error
        self.places = len(whole.rows)
        return minimal(whole)

    def step(self, place: Position, words: Words) -> tuple[str, Position]:
        """Carry out a command; return what it shows, and where the model stands then."""
        if place.stormy:
            return outputs.STORM, place
        if words[0] == "advance":
            after, seen = self._pass(place, int(words[1]))
        elif is_modelled(words):
            outcomes = self._model.step(place.state, words)
            after, seen = self._after(place._replace(state=outcomes[0].state), outcomes[0].items, 0)
            if len(outcomes) > 1:
                lines = {outputs.line(self._seen(each.items, 0)) for each in outcomes}
                self.ambiguous += len(lines) > 1
        else:
            after, seen = place, []
        return outputs.STORM if after.stormy else outputs.line(seen), after

    def _pass(self, place: Position, usec: int) -> tuple[Position, list[outputs.Seen]]:
        seen: list[outputs.Seen] = []
        passed = 0
        while place.clocks and not place.stormy:
            slot, left = min(place.clocks, key=lambda clock: (clock[1], clock[0]))
            if passed + left > usec:
                break
            passed += left
            clocks = tuple((name, rest - left) for name, rest in place.clocks if name != slot)
            outcome = self._model.step(place.state, Expire(slot))[0]
            at = outputs.tenths(passed) if self._timed else 0
            place, shown = self._after(Position(outcome.state, clocks), outcome.items, at)
            seen += shown
        rest = tuple((name, left - (usec - passed)) for name, left in place.clocks)
        return place._replace(clocks=rest), seen

    def _after(
        self, place: Position, items: Iterable[Item], at: int
    ) -> tuple[Position, list[outputs.Seen]]:
        clocks = dict(place.clocks)
        stormy = place.stormy
        for item in items:
            if isinstance(item, Arm):
                clocks[item.slot] = item.usec
            elif isinstance(item, Cancel):
                clocks.pop(item.slot, None)
            elif isinstance(item, Unpredicted):
                stormy = True
        return Position(place.state, tuple(sorted(clocks.items())), stormy), self._seen(items, at)

    def _seen(self, items: Iterable[Item], at: int) -> list[outputs.Seen]:
        seen: list[outputs.Seen] = []
        for item in items:
            if not isinstance(item, Owed):
                continue
            if item.kind == "event" and item.key[0] == "early":
                _, name, iface, _, _, info = item.key
                seen.append(outputs.event(at, str(name), _number(iface), self._iface, info))
            elif item.kind == "call":
                seen.append(outputs.call(at, str(item.key[1]), _number(item.key[0]), self._iface))
            elif item.kind == "reply":
                seen += outputs.status(str(item.key[0]))
        return seen


def _number(iface: object) -> int:
    assert isinstance(iface, int)
    return iface
