"""The result of a campaign; it does not depend on which worker did what, or when."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.share import MOST_INCONCLUSIVE, Share
from connmgr_hil.files import replace_file
from connmgr_hil.vocabulary.errors import ExitCode

from .task import Done, Piece, Task

_OUTCOMES = {
    "missed": Outcome.FAILS,
    "wrong_reason": Outcome.FAILS,
    "caught": Outcome.CONFORMS,
    "equivalent": Outcome.CONFORMS,
    "unreachable": Outcome.CONFORMS,
}


@dataclass
class Sums:
    """What the walks or the defect runs on one target came to."""

    outcomes: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    storms: int = 0
    device_usec: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    situations: set[str] = field(default_factory=set)


@dataclass
class Summary:
    """The sum of a campaign so far. Traces go to `out` as they come in."""

    out: Path
    seed: int
    walks: dict[str, Sums] = field(default_factory=dict)
    defects: dict[str, Sums] = field(default_factory=dict)
    told: list[tuple[Task, Piece, str]] = field(default_factory=list)
    interrupted: bool = False
    unrecorded: str = ""
    """Why the campaign ended before its end: a trace could not be written."""
    broken: str = ""
    """Why the campaign ended before its end: those who did the work are gone."""
    most_inconclusive: float = MOST_INCONCLUSIVE
    wall_seconds: float = 0.0

    def add(self, done: Done) -> None:
        """Take in what came of a task. Raises `NotRecorded` when a trace cannot be written."""
        task = done.task
        sums = (self.defects if task.defect else self.walks).setdefault(task.target, Sums())
        sums.answers += Counter(done.answers)
        sums.situations.update(done.situations)
        for piece in done.pieces:
            trace = self._keep(task, piece)
            sums.outcomes[piece.outcome] += 1
            sums.steps += piece.steps
            sums.storms += piece.storms
            sums.device_usec += piece.device_usec
            if piece.outcome not in ("conforms", "caught", "equivalent", "unreachable"):
                self.told.append((task, piece, trace))

    def _keep(self, task: Task, piece: Piece) -> str:
        folder = self.out / Path(task.target).stem / ("defects" if task.defect else "walks")
        path = folder / f"{piece.name}.jsonl"
        for text, place in (
            (piece.trace, path),
            (piece.minimal, path.with_suffix(".min.jsonl")),
        ):
            if text:
                replace_file(place, text, "free some space and run again")
        # That of a piece which was done before the campaign went on is there already.
        return str(path.relative_to(self.out)) if piece.trace or path.is_file() else ""

    @property
    def outcome(self) -> Outcome:
        """The outcome of all pieces together; a campaign in which nothing ran is inconclusive."""
        if (self.unrecorded or self.broken) and not any(
            _OUTCOMES.get(name, name) == Outcome.FAILS for name in self._seen()
        ):
            return Outcome.RIG
        seen = self._seen()
        if self.share.inconclusive and not self.share.is_too_large:
            seen -= {str(Outcome.INCONCLUSIVE)}
        outcomes = [_OUTCOMES.get(name) or Outcome(name) for name in sorted(seen)]
        return Outcome.worst(outcomes) if outcomes else Outcome.INCONCLUSIVE

    @property
    def share(self) -> Share:
        """How many walks were inconclusive, and how many may be."""
        outcomes = [sums.outcomes for sums in self.walks.values()]
        inconclusive = sum(each[str(Outcome.INCONCLUSIVE)] for each in outcomes)
        return Share(inconclusive, sum(each.total() for each in outcomes), self.most_inconclusive)

    def _seen(self) -> set[str]:
        return {
            name
            for sums in (*self.walks.values(), *self.defects.values())
            for name in sums.outcomes
        }

    @property
    def verdict(self) -> str:
        """The outcome in a word; `none` where the campaign was interrupted."""
        return "none" if self.interrupted else str(self.outcome)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of `cmhil`."""
        return ExitCode.INTERRUPTED if self.interrupted else self.outcome.exit_code

    def as_json(self) -> dict[str, object]:
        """Return the summary as a JSON object. All but `run` depends on nothing but the seed."""
        return {
            "verdict": self.verdict,
            "seed": self.seed,
            "share": self.share.as_json(),
            "walks": {name: _walks(sums) for name, sums in sorted(self.walks.items())},
            "defects": {
                name: dict(sorted(sums.outcomes.items()))
                for name, sums in sorted(self.defects.items())
            },
            "pieces": [
                {
                    "target": task.target,
                    "name": piece.name,
                    "outcome": piece.outcome,
                    "reason": piece.reason,
                    "blamed": list(piece.blamed),
                    "scenario": piece.scenario,
                    "shrunk": list(piece.shrunk),
                    "trace": trace,
                }
                for task, piece, trace in sorted(self.told, key=_order)
            ],
            "run": {
                "interrupted": self.interrupted,
                "broken": self.broken,
                "wall_seconds": round(self.wall_seconds, 3),
            },
        }


def _order(each: tuple[Task, Piece, str]) -> tuple[str, str, int, str]:
    task, piece, _ = each
    return task.target, task.defect, task.first, piece.name


def _walks(sums: Sums) -> dict[str, object]:
    return {
        "outcomes": dict(sorted(sums.outcomes.items())),
        "steps": sums.steps,
        "storms": sums.storms,
        "device_seconds": sums.device_usec / 1e6,
        "situations": len(sums.situations),
        "answers": dict(sorted(sums.answers.items())),
    }


def rows(summary: Summary) -> Iterable[tuple[str, ...]]:
    """Return the summary as rows of a table: target, what, how often, how it ended."""
    for kind, table in (("walks", summary.walks), ("defects", summary.defects)):
        for name, sums in sorted(table.items()):
            ends = ", ".join(
                f"{count} {outcome.replace('_', ' ')}"
                for outcome, count in sorted(sums.outcomes.items())
            )
            steps = str(sums.steps) if kind == "walks" else "-"
            yield name, kind, str(sums.outcomes.total()), steps, ends
