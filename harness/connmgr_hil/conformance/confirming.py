"""Starts a device that crashed or hung a second time and repeats its commands, to see whether it ends again."""

import contextlib
from collections.abc import Callable

from connmgr_hil.checker import Outcome
from connmgr_hil.vocabulary.errors import DeviceFault, RigFault, UsageError

from .session import Session

MOST = 2_000
"""A longer walk is not given again only to confirm its end; shrinking does that."""


def ends_again(first: Session, drive: Callable[[Session], None]) -> bool | None:
    """Tell whether a second start, driven by `drive`, fails for the same requirement.

    None when it could not be tried: the rig broke, or too much was lost.
    """
    path = first.path.with_name(f".{first.path.name}.again")
    second = first.anew(path)
    try:
        with contextlib.suppress(DeviceFault, RigFault, UsageError), second:
            drive(second)
    finally:
        path.unlink(missing_ok=True)
    verdict, failure = second.verdict, first.checker.failure
    assert failure is not None
    if verdict is None or verdict.outcome in (Outcome.RIG, Outcome.INCONCLUSIVE):
        return None
    again = verdict.failure
    return again is not None and again.requirements[:1] == failure.requirements[:1]


def ends_again_by_commands(first: Session) -> bool | None:
    """Tell the same of a second start that is given the commands of the first.

    None if that would take long, or where something was done from outside, too.
    """
    commands = first.given
    if first.disturbed or len(commands) > MOST:
        return None

    def drive(second: Session) -> None:
        for words in commands:
            second.attempt(words)

    return ends_again(first, drive)
