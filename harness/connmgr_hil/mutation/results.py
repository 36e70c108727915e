"""The results of mutants: for a person, as JSON, and line by line so that a run can be resumed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import msgspec

from connmgr_hil.vocabulary.errors import BadInput, NotRecorded

from .mutants import Mutant

Fate = Literal["killed", "survived", "equivalent", "same", "not built", "rig"]
FATES: tuple[Fate, ...] = get_args(Fate)
"""`equivalent` has the object code of the file without a change, `same` that of another mutant (`detail`)."""


class MutantResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The result of one mutant.

    If it was killed: `by` the suite or a walk, in which `scenario`, after how many `commands` of it, for which
    `requirements`; `written_for` are those of the scenario itself. `walks` is how many it had to survive.
    """

    mutant: Mutant
    fate: Fate
    detail: str = ""
    by: Literal["", "verify", "walk"] = ""
    variant: str = ""
    """The variant of the platform that showed this."""
    scenario: str = ""
    commands: int = 0
    requirements: tuple[str, ...] = ()
    written_for: tuple[str, ...] = ()
    walks: int = 0
    seconds: float = 0.0


@dataclass
class MutationReport:
    """The results of all judged mutants, and how many mutants there are."""

    target: str
    total: int
    results: list[MutantResult] = field(default_factory=list)
    wall_seconds: float = 0.0
    interrupted: bool = False
    unjudged: int = 0
    """How many were chosen, and the budget did not reach."""

    def of(self, fate: Fate, source: str = "") -> list[MutantResult]:
        """Return the results of a fate, of one source or all."""
        return [
            each
            for each in self.results
            if each.fate == fate and source in ("", each.mutant.source)
        ]

    def counts(self, source: str = "") -> dict[Fate, int]:
        """Return how many mutants had which fate."""
        return {fate: len(self.of(fate, source)) for fate in FATES}

    def score(self, source: str = "") -> float | None:
        """Return the share of killed mutants among those that differ; None if there are none."""
        counts = self.counts(source)
        judged = counts["killed"] + counts["survived"]
        return counts["killed"] / judged if judged else None

    @property
    def sources(self) -> list[str]:
        """The files that have mutants."""
        return sorted({each.mutant.source for each in self.results})

    def killers(self) -> Counter[str]:
        """Return how many mutants each scenario killed; walks count as one."""
        return Counter(
            each.scenario if each.by == "verify" else "walks" for each in self.of("killed")
        )

    def as_json(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        killed = self.of("killed")
        return {
            "target": self.target,
            "mutants": self.total,
            "unjudged": self.unjudged,
            "interrupted": self.interrupted,
            "counts": self.counts(),
            "score": self.score(),
            "sources": {
                source: {"counts": self.counts(source), "score": self.score(source)}
                for source in self.sources
            },
            "by_verify": sum(each.by == "verify" for each in killed),
            "by_walks": sum(each.by == "walk" for each in killed),
            "wall_seconds": round(self.wall_seconds, 3),
            "results": [
                {"name": each.mutant.name, **msgspec.to_builtins(each)} for each in self.results
            ],
        }


class ResultsFile:
    """The results so far, a line each, in a file that is only ever added to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, MutantResult]:
        """Return the results by the names of their mutants; a last line that was cut is left out."""
        if not self._path.is_file():
            return {}
        lines = self._path.read_text(encoding="utf-8").split("\n")[:-1]
        try:
            found = [msgspec.json.decode(line, type=MutantResult) for line in lines if line]
        except msgspec.MsgspecError as error:
            raise BadInput(f"{self._path} has no results of mutants", str(error)) from error
        return {each.mutant.name: each for each in found}

    def add(self, result: MutantResult) -> None:
        """Add a result. Raises `NotRecorded` if it cannot be written."""
        try:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(result) + b"\n")
        except OSError as error:
            raise NotRecorded(
                f"cannot write {self._path}", str(error), "free some space and run again"
            ) from error


def survivors(path: Path) -> list[Mutant]:
    """Return the mutants that survived, from the JSON of an earlier survey. Raises `BadInput` for another file."""
    try:
        document = msgspec.json.decode(path.read_bytes(), type=_Document)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInput(f"{path} is not a result of 'cmhil mutate'", str(error)) from error
    return [each.mutant for each in _alive(document.results)]


def _alive(results: Iterable["_Told"]) -> Iterable["_Told"]:
    return (each for each in results if each.fate == "survived")


class _Told(msgspec.Struct):
    mutant: Mutant
    fate: str


class _Document(msgspec.Struct):
    results: list[_Told]
