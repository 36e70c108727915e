"""Mealy machines: the output for each input in each state, and where two of them differ."""

from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Word = tuple[str, ...]
_Place = TypeVar("_Place", bound=Hashable)


@dataclass(frozen=True)
class Mealy:
    """A complete machine. State 0 is the first; states are numbered as a breadth-first search meets them.

    `rows[state][input]` is the output and the next state.
    """

    inputs: Word
    rows: tuple[Mapping[str, tuple[str, int]], ...]

    def answer(self, word: Sequence[str]) -> tuple[str, ...]:
        """Return the outputs for a word."""
        state, outputs = 0, []
        for each in word:
            output, state = self.rows[state][each]
            outputs.append(output)
        return tuple(outputs)

    def access(self) -> tuple[Word, ...]:
        """Return for each state a shortest word that leads there."""
        words: dict[int, Word] = {0: ()}
        for state in range(len(self.rows)):  # numbered breadth first: known before it is needed
            for each in self.inputs:
                words.setdefault(self.rows[state][each][1], (*words[state], each))
        return tuple(words[state] for state in range(len(self.rows)))


def explore(
    start: _Place,
    inputs: Sequence[str],
    step: Callable[[_Place, str], tuple[str, _Place]],
    most: int,
) -> Mealy:
    """Return the machine of all places that can be reached; `OverflowError` for more than `most`."""
    numbers = {start: 0}
    waiting = deque([start])
    rows: list[dict[str, tuple[str, int]]] = []
    while waiting:
        place = waiting.popleft()
        row = {}
        for each in inputs:
            output, after = step(place, each)
            if after not in numbers:
                numbers[after] = len(numbers)
                waiting.append(after)
            row[each] = output, numbers[after]
        rows.append(row)
        if len(numbers) > most:
            raise OverflowError(f"more than {most} states")
    return Mealy(tuple(inputs), tuple(rows))


def minimal(machine: Mealy) -> Mealy:
    """Return the smallest machine that answers alike (Moore's partition refinement)."""
    inputs, rows = machine.inputs, machine.rows
    block = [0] * len(rows)
    count = 0
    while len(set(block)) != count:
        count = len(set(block))
        signatures: dict[tuple[object, ...], int] = {}
        block = [
            signatures.setdefault(
                (block[state], *((row[each][0], block[row[each][1]]) for each in inputs)),
                len(signatures),
            )
            for state, row in enumerate(rows)
        ]
    member = {number: state for state, number in reversed(list(enumerate(block)))}

    def step(place: int, each: str) -> tuple[str, int]:
        output, after = rows[member[place]][each]
        return output, block[after]

    return explore(block[0], inputs, step, len(rows))


@dataclass(frozen=True)
class Divergence:
    """A word after whose last input two machines show different things, having agreed before."""

    word: Word
    states: tuple[int, int]
    first: str
    second: str


def divergences(one: Mealy, other: Mealy) -> tuple[Divergence, ...]:
    """Return where two machines first differ: each once, the shortest word first. None: they are equal."""
    reached: dict[tuple[int, int], Word] = {(0, 0): ()}
    waiting = deque([(0, 0)])
    found = []
    while waiting:
        pair = waiting.popleft()
        for each in one.inputs:
            (mine, after), (theirs, beyond) = one.rows[pair[0]][each], other.rows[pair[1]][each]
            word = (*reached[pair], each)
            if mine != theirs:
                found.append(Divergence(word, pair, mine, theirs))
            elif (after, beyond) not in reached:
                reached[after, beyond] = word
                waiting.append((after, beyond))
    return tuple(found)
