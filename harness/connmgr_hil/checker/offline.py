"""Judges a trace from a file, recorded by anyone, in constant memory."""

from collections.abc import Iterator
from pathlib import Path

from connmgr_hil.model import Profile
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from connmgr_hil.vocabulary.observations import AnyRecord

from .checker import Checker
from .limits import Limits
from .verdict import Verdict


def fed(checker: Checker, path: Path) -> Iterator[AnyRecord]:
    """Yield the records of a trace file, each after the checker has judged it.

    Raises `BadInput` naming the file, and the line when it is no trace or damaged there.
    """
    try:
        for record in read_records(path):
            checker.feed(record)
            yield record
    except BadInput:
        raise
    except UsageError as error:
        # Sound, but about a device that no model is for.
        raise BadInput(f"{path}: {error.wanted}", error.seen, error.remedy) from error


def check_trace(
    path: Path, profile: Profile | None = None, limits: Limits | None = None
) -> Verdict:
    """Return the verdict on a trace file.

    Raises `BadInput` as `fed` does.
    """
    checker = Checker(limits, profile)
    for _record in fed(checker, path):
        pass
    return checker.finish(cut=not checker.ended)
