"""Caches every answer of a device, so that nothing is asked twice, and keeps to the budget."""

import time
from collections.abc import Callable

from connmgr_hil.vocabulary.errors import ConnMgrHilError, ExitCode

from .machine import Word

Ask = Callable[[Word], tuple[str, ...]]


class BudgetSpent(Exception):
    """No more questions may be asked; says which limit was met."""


class Unsteady(ConnMgrHilError):
    """The device answered the same question in two ways: it is no Mealy machine for these inputs."""

    exit_code = ExitCode.INCONCLUSIVE


class Memory:
    """The answers of a device to words and all their beginnings."""

    def __init__(self, ask: Ask, *, queries: int, seconds: float, log: str = "") -> None:
        self._ask = ask
        self._log = log
        self._most = queries
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._known: dict[Word, str] = {}
        self.queries = 0
        self.remembered = 0

    def ask(self, word: Word) -> tuple[str, ...]:
        """Return the outputs for a word.

        Raises `BudgetSpent`, and `Unsteady` when an answer contradicts an earlier one.
        """
        if word in self._known or not word:
            self.remembered += 1
            return tuple(self._known[word[:end]] for end in range(1, len(word) + 1))
        if self.queries >= self._most:
            raise BudgetSpent(f"{self._most} queries were asked")
        if time.monotonic() > self._deadline:
            raise BudgetSpent(f"{self._seconds:g} s are over")
        self.queries += 1
        answers = self._ask(word)
        for end, answer in enumerate(answers, 1):
            before = self._known.setdefault(word[:end], answer)
            if before != answer:
                raise Unsteady(
                    "the device answered the same inputs in two ways",
                    f"after {' · '.join(word[:end])}: {before}; the next time: {answer}",
                    "a reset may leave something behind; see the trace, and try fewer inputs",
                    self._log,
                )
        return answers
