"""Earlier runs for comparison: verdict and requirements from the summary of each."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connmgr_hil.conformance.results import STANDINGS
from connmgr_hil.files import read_whole
from connmgr_hil.vocabulary.errors import BadInput

SUMMARY = "summary.json"
_MOST_BYTES = 100_000_000
_MOST_RUNS = 60
"""So many runs are shown, the last ones."""


@dataclass(frozen=True)
class Run:
    """One run: when, on what, how it ended, and how many requirements stand how."""

    when: str
    target: str
    verdict: str
    about: str
    counts: dict[str, int]


def history(paths: Iterable[Path]) -> tuple[Run, ...]:
    """Return the runs whose folders are below these, oldest first; empty where there are fewer than two. What is no summary is left out."""
    files = {
        file.resolve(): None for path in paths if path.is_dir() for file in path.rglob(SUMMARY)
    }
    runs = [run for file in files if (run := _read(file)) is not None]
    runs.sort(key=lambda each: each.when)
    return tuple(runs[-_MOST_RUNS:]) if len(runs) > 1 else ()


def _read(file: Path) -> Run | None:
    try:
        document: dict[str, Any] = json.loads(read_whole(file, "a run's summary", _MOST_BYTES))
        origin = document["origin"] or {}
        about = [str(origin.get("release", "")), str(origin.get("commit", ""))[:12]]
        return Run(
            str(origin.get("date", "")) or file.parent.name,
            str(document["target"]),
            str(document["verdict"]),
            " ".join(filter(None, (*about, "changed" if origin.get("changed") else ""))),
            {each: int(document["requirements"][each]) for each in STANDINGS},
        )
    except (BadInput, ValueError, KeyError, TypeError, AttributeError):
        return None
