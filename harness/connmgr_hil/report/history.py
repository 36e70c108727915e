"""The runs of a folder, from the summary of each: the latest of a target is reported on, earlier ones are its history."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from connmgr_hil.conformance.results import STANDINGS
from connmgr_hil.files import read_whole
from connmgr_hil.vocabulary.errors import BadInput

SUMMARY = "summary.json"
_MOST_BYTES = 100_000_000
_MOST_RUNS = 60
"""Maximum number of runs that are shown: the last ones."""


@dataclass(frozen=True)
class Run:
    """One run: when, on what, how it ended, and how many requirements stand how.

    `key` is equal for runs of one target, variant and shard; `excused` are its known deviations, by the trace that shows each.
    """

    when: str
    target: str
    verdict: str
    about: str
    counts: dict[str, int]
    folder: Path
    key: tuple[str, ...]
    excused: dict[Path, str] = field(default_factory=dict)

    def excuse(self, trace: Path) -> str:
        """Return the known deviation by which one of its traces failed in the run itself, or an empty string."""
        parts = real_path(trace).relative_to(self.folder).parts
        return next(
            (why for file, why in self.excused.items() if file.parts[-len(parts) :] == parts), ""
        )


def real_path(trace: Path) -> Path:
    """Return where a trace is, links followed; a link that leads to itself stays as it is."""
    return Path(os.path.realpath(trace))


def runs_below(paths: Iterable[Path]) -> tuple[Run, ...]:
    """Return the runs whose folders are these or below them, oldest first. What is no summary is left out."""
    files = {
        real_path(file): None for path in paths if path.is_dir() for file in path.rglob(SUMMARY)
    }
    runs = [run for file in files if (run := _read(file)) is not None]
    return tuple(sorted(runs, key=lambda each: (each.when, each.folder)))


def history(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Return the last runs, to be shown in a row; empty if there are fewer than two."""
    return tuple(runs[-_MOST_RUNS:]) if len(runs) > 1 else ()


def run_of(trace: Path, runs: Iterable[Run]) -> Run | None:
    """Return the run in whose folder a trace is; None for one that is in none."""
    folders = {run.folder: run for run in runs}
    return next((folders[each] for each in real_path(trace).parents if each in folders), None)


def latest_only(traces: Iterable[Path], runs: Sequence[Run]) -> list[Path]:
    """Return the traces without those of a run after which another was made of the same target, variant and shard."""
    latest = {run.key: run for run in runs}
    return [
        trace for trace in traces if (run := run_of(trace, runs)) is None or latest[run.key] is run
    ]


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
            file.parent,
            (
                str(document["target"]),
                option_given(origin.get("device") or (), "--variant"),
                option_given(origin.get("command") or (), "--shard"),
            ),
            {
                Path(each["trace"]): str(each["excused"])
                for each in document.get("scenarios", ())
                if each["trace"] and each["excused"]
            },
        )
    except (BadInput, ValueError, KeyError, TypeError, AttributeError):
        return None


def option_given(words: Sequence[str], name: str) -> str:
    """Return what an option is given in a command line: `--shard 1/4` or `--shard=1/4`; empty if it is not."""
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        if str(word).startswith(f"{name}="):
            return str(word).partition("=")[2]
        if word == name:
            return str(following)
    return ""
