"""Judges a trace from a file, recorded by anyone, in constant memory."""

from pathlib import Path

from connmgr_hil.model import Profile
from connmgr_hil.trace import read_records

from .checker import Checker
from .limits import Limits
from .verdict import Verdict


def check_trace(
    path: Path, profile: Profile | None = None, limits: Limits | None = None
) -> Verdict:
    """Return the verdict on a trace file.

    Raises `BadInput` naming file and line when the file is no trace or damaged.
    """
    checker = Checker(limits, profile)
    for record in read_records(path):
        checker.feed(record)
    return checker.finish()
