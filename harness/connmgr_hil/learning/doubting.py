"""The equivalence test: tries to show that a learned machine does not match the device yet.

It first uses the reference model: wherever the machine and the model differ, the device decides which is
right. Then random words, each from a state of the machine, look for differences from both.
"""

from random import Random

from .machine import Mealy, Word, divergences
from .memory import Ask, BudgetSpent

LONGEST = 12
"""Maximum number of inputs after the way to a random state."""


class Doubts:
    """Asks the device about each machine that is proposed; remembers the last of them.

    `tests` is the number of random words that a machine must stand, `states` how large it may grow:
    `BudgetSpent` beyond that.
    """

    def __init__(self, ask: Ask, reference: Mealy, *, tests: int, states: int, seed: int) -> None:
        self._ask = ask
        self._reference = reference
        self._tests = tests
        self._states = states
        self._random = Random(seed)
        self.latest: Mealy | None = None
        self.rounds = 0

    def wrong_about(self, machine: Mealy) -> Word | None:
        """Return a shortest beginning of some word for which the machine is wrong, if one is found."""
        self.latest = machine
        self.rounds += 1
        if len(machine.rows) > self._states:
            raise BudgetSpent(f"its automaton has more than {self._states} states")
        for divergence in divergences(machine, self._reference):
            if wrong := self._wrong(machine, divergence.word):
                return wrong
        access = machine.access()
        for _ in range(self._tests):
            length = self._random.randint(1, LONGEST)
            tail = self._random.choices(machine.inputs, k=length)
            if wrong := self._wrong(machine, (*self._random.choice(access), *tail)):
                return wrong
        return None

    def _wrong(self, machine: Mealy, word: Word) -> Word | None:
        pairs = zip(self._ask(word), machine.answer(word), strict=True)
        for end, (seen, told) in enumerate(pairs, 1):
            if seen != told:
                return word[:end]
        return None
