"""Judges many variants of one trace: a checker is forked where the variants part."""

import copy
from collections.abc import Iterable
from pathlib import Path

from connmgr_hil.checker import Checker, Verdict
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import AnyRecord

TRACES = Path(__file__).parents[1] / "traces" / "native_posix_64"


def recorded(name: str) -> list[AnyRecord]:
    """Return the records of a trace that was recorded from real Zephyr."""
    return list(read_records(TRACES / f"{name}.jsonl"))


def recorded_by_hand(name: str) -> list[AnyRecord]:
    """Return the records of a trace that somebody drove by hand on real Zephyr, where no scenario does so."""
    return list(read_records(Path(__file__).parent / "recorded" / f"{name}.jsonl"))


def fork(checker: Checker) -> Checker:
    """Return a checker that goes on from here by itself; the model, which only remembers, is shared."""
    twin = copy.copy(checker)
    twin._following = checker._following.copy()
    twin._waiting = copy.copy(checker._waiting)
    for name, value in vars(checker._waiting).items():
        if isinstance(value, list | set):
            setattr(twin._waiting, name, copy.copy(value))
    return twin


def judge(records: Iterable[AnyRecord], checker: Checker | None = None) -> Verdict:
    """Return the verdict on these records, or on those that follow what a checker has seen."""
    checker = checker or Checker()
    for record in records:
        if checker.feed(record):
            break
    return checker.finish()
