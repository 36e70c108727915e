"""Finds the traces that a user means."""

import os
from collections.abc import Iterable
from pathlib import Path

from connmgr_hil.vocabulary.errors import UsageError


def find_traces(paths: Iterable[Path]) -> list[Path]:
    """Return these files, each once; folders stand for all traces (*.jsonl) below them, without following links.

    Raises `UsageError` if there is none.
    """
    found = dict.fromkeys(each for path in paths for each in _below(path))
    if not found:
        raise UsageError("there is no trace (*.jsonl)", "none", "name a trace or a folder of them")
    return list(found)


def _below(path: Path) -> list[Path]:
    try:
        if not path.is_dir():
            return [path]
    except OSError:
        return [path]
    return sorted(
        Path(folder, name)
        for folder, _, names in os.walk(path)
        for name in names
        if name.endswith(".jsonl")
    )
