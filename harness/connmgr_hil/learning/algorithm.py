"""The only module that uses AALpy, which has no types: a typed wrapper for its KV algorithm."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from connmgr_hil.vocabulary.errors import UsageError

from .machine import Mealy, Word, explore
from .memory import Ask

Doubt = Callable[[Mealy], Word | None]
"""Returns a word for which the device does not answer as a machine does, up to the first wrong answer."""


def learn_mealy(inputs: Word, ask: Ask, doubt: Doubt) -> Mealy:
    """Learn a Mealy machine by asking for words, until no doubt about it is left.

    Kearns and Vazirani's algorithm, with counterexamples cut as Rivest and Schapire do: few words are
    asked, and each costs a reset. Exceptions of `ask` and `doubt` are passed on.
    Raises `UsageError` if AALpy is not installed.
    """
    try:
        base: Any = import_module("aalpy.base")
        algorithms: Any = import_module("aalpy.learning_algs")
    except ImportError as error:
        raise UsageError(
            "cannot learn automata without AALpy", str(error), "pip install aalpy"
        ) from error

    class System(base.SUL):  # type: ignore[misc] # its base is untyped
        """The device, as AALpy wants to see it."""

        _word: Word = ()

        def pre(self) -> None:
            self._word = ()

        def post(self) -> None:
            pass

        def step(self, letter: str) -> str:
            self._word = (*self._word, letter)
            return ask(self._word)[-1]

        def query(self, word: Word) -> list[str]:
            return list(ask(tuple(word)))

    class Doubter(base.Oracle):  # type: ignore[misc] # its base is untyped
        """The equivalence oracle."""

        def find_cex(self, hypothesis: Any) -> Word | None:
            return doubt(_machine(inputs, hypothesis))

    system = System()
    learned = algorithms.run_KV(
        list(inputs),
        system,
        Doubter(list(inputs), system),
        "mealy",
        cex_processing="rs",
        cache_and_non_det_check=False,
        print_level=0,
    )
    return _machine(inputs, learned)


def _machine(inputs: Word, automaton: Any) -> Mealy:
    def step(state: Any, name: str) -> tuple[str, Any]:
        return str(state.output_fun[name]), state.transitions[name]

    return explore(automaton.initial_state, inputs, step, len(automaton.states))
