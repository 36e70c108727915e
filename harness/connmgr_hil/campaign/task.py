"""The tasks of a campaign and their results: plain data that can be sent between machines."""

from collections.abc import Iterable

import msgspec

from connmgr_hil.vocabulary.stimuli import Words

BATCH = 5
"""Walks in one task: a lost worker loses no more than these, and few tasks keep the overhead low."""


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A few walks, or the hunt for one defect, each on a fresh device.

    A worker needs nothing else except the image on its own disk. `shrink` is the budget in
    seconds for each failing walk, 0 to leave it as it is.
    """

    target: str
    image: str = ""
    variant: str = ""
    seed: int = 0
    first: int = 0
    walks: int = 0
    steps: int = 0
    before: tuple[Words, ...] = ()
    defect: str = ""
    keep: bool = False
    shrink: float = 0.0

    @property
    def label(self) -> str:
        """What a person would call it."""
        if self.defect:
            return f"{self.target} defect {self.defect}"
        return f"{self.target} walks {self.first} to {self.first + self.walks - 1}"


class Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one walk or one defect run ended. `trace` is the text of the trace, `minimal` that of the shrunk one."""

    name: str
    outcome: str
    reason: str = ""
    steps: int = 0
    storms: int = 0
    device_usec: int = 0
    trace: str = ""
    minimal: str = ""
    shrunk: tuple[str, ...] = ()
    blamed: tuple[str, ...] = ()
    scenario: str = ""


class Done(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What came of a task. `situations` and `answers` are what its walks reached.

    `unrecorded` tells why a trace could not be written where it was done: what follows could not be, either.
    """

    task: Task
    pieces: tuple[Piece, ...]
    situations: tuple[str, ...] = ()
    answers: dict[str, int] = {}
    unrecorded: str = ""


def plan(
    bases: Iterable[Task], *, walks: int, defects: dict[str, tuple[str, ...]], batch: int = BATCH
) -> list[Task]:
    """Return the tasks of a campaign: for each base its walks in batches, and the defects of its target."""
    tasks: list[Task] = []
    for base in bases:
        tasks += [
            msgspec.structs.replace(base, first=first, walks=min(batch, walks - first))
            for first in range(0, walks, batch)
        ]
        tasks += [
            msgspec.structs.replace(base, defect=name) for name in defects.get(base.target, ())
        ]
    return tasks
