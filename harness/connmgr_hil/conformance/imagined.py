"""A device that exists only in the model: what would happen, without a real device."""

from collections.abc import Iterable
from copy import copy

from connmgr_hil.model import Expire, Model, State
from connmgr_hil.model.commands import is_modelled
from connmgr_hil.model.observed import Arm, Cancel, Item, Unpredicted
from connmgr_hil.vocabulary.stimuli import Words


class Imagined:
    """Carries out commands in the model, taking the first of the possible outcomes.

    `stormy` is set once the model predicts nothing any more.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._clocks: dict[str, int] = {}
        self._now = 0
        self.stormy = False
        booted = model.boot()[0]
        self.state: State = booted.state
        self._apply(booted.items)

    def do(self, words: Words) -> None:
        """Carry out a command, or let time pass."""
        if self.stormy:
            return
        if words[0] == "advance":
            self._pass(int(words[1]))
        elif words[0] == "reset":
            self.state = self._model.boot()[0].state
            self._clocks.clear()
        elif is_modelled(words):
            outcome = self._model.step(self.state, words)[0]
            self.state = outcome.state
            self._apply(outcome.items)

    def fork(self) -> "Imagined":
        """Return an independent copy of this device in its present state."""
        other = copy(self)
        other._clocks = dict(self._clocks)  # noqa: SLF001 - one class
        return other

    def run(self, commands: Iterable[Words]) -> "Imagined":
        """Carry out commands one after the other; return this device."""
        for words in commands:
            self.do(words)
        return self

    @property
    def pending(self) -> tuple[tuple[str, int], ...]:
        """The timers that run, each with the microseconds it has left."""
        return tuple(sorted((slot, at - self._now) for slot, at in self._clocks.items()))

    def _pass(self, usec: int) -> None:
        until = self._now + usec
        while self._clocks and not self.stormy:
            slot, at = min(self._clocks.items(), key=lambda item: (item[1], item[0]))
            if at > until:
                break
            self._now = at
            del self._clocks[slot]
            outcome = self._model.step(self.state, Expire(slot))[0]
            self.state = outcome.state
            self._apply(outcome.items)
        self._now = until

    def _apply(self, items: Iterable[Item]) -> None:
        for item in items:
            if isinstance(item, Arm):
                self._clocks[item.slot] = self._now + item.usec
            elif isinstance(item, Cancel):
                self._clocks.pop(item.slot, None)
            elif isinstance(item, Unpredicted):
                self.stormy = True
