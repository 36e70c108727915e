"""Carries out a move in every way it can go."""

from collections.abc import Callable, Iterator

from .heard import Impossible
from .kernel import Kernel, Unpredictable
from .observed import Unpredicted

MOST_WAYS = 1_500
"""A move that may go in more ways than this is not followed."""

FEW_WAYS = 150
"""From this number of ways on, only those that match what was heard are followed, if that is known."""

CLOSE_WAYS = 3_000
"""Maximum number of ways that are followed of a move during which unknown ifaces change."""

BOOT_WAYS = 2_000
"""The boot may go in more, since which of the ifaces were ready is settled there."""

STORM_CHOICES = 2
"""The maximum in a storm, whose order is not judged for long."""


def explore(make: Callable[[tuple[int, ...]], Kernel], most: int = MOST_WAYS) -> Iterator[Kernel]:
    """Run a move once for every combination of its choices; yield the kernels at rest, but for those that are `Impossible`.

    A move that storms, or loses events because the queue is full, ends with an `Unpredicted` item. Beyond `most` ways, every further one is just `Unpredicted`.
    """
    prefixes: list[tuple[int, ...]] = [()]
    ways = 0
    while prefixes:
        ways += 1
        prefix = prefixes.pop()
        kernel = make(prefix)
        possible = True
        try:
            kernel.run()
        except Unpredictable as error:
            kernel.do(Unpredicted(error.rule))
        except Impossible:
            possible = False
        kernel.end()
        followed = len(kernel.taken)
        if _ended_unpredicted(kernel):
            followed = min(followed, STORM_CHOICES)
        elif ways > most:
            kernel.items[:] = [Unpredicted("manifold")]
            yield kernel
            return
        picks = tuple(pick for pick, _ in kernel.taken)
        prefixes.extend(
            (*picks[:position], other)
            for position in range(len(prefix), followed)
            for other in range(1, kernel.taken[position][1])
        )
        if possible:
            yield kernel


def _ended_unpredicted(kernel: Kernel) -> bool:
    return bool(kernel.items) and isinstance(kernel.items[-1], Unpredicted)
