"""Handles ^C, SIGTERM and a closed terminal: the first ends a run with a report, the second ends it at once."""

import atexit
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from connmgr_hil.vocabulary.errors import ExitCode

_SOON = 0.001
_ASKED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _State:
    """Whether this process was asked to end."""

    interrupted = False


def heed_interrupts() -> None:
    """From now on, let them do so, except signals that are ignored: a shell ignores them for background jobs, and so does nohup."""
    heeded = [
        number
        for number in _ASKED
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)
    ]
    for number in heeded:
        signal.signal(number, _first)
    if heeded:
        signal.signal(signal.SIGALRM, _end_in_order)
        sys.unraisablehook = _unraisable
        # Python's own end would give the signals their default back, and with it another exit status.
        for number in heeded:
            atexit.register(signal.signal, number, signal.SIG_IGN)


def nothing_to_report() -> None:
    """Let every one from now on end the process at once."""
    _heed(_end_at_once)


def settle() -> None:
    """Let the first from now on come too late, for what was found is being written; the second ends the process at once."""
    _heed(_too_late)


def interrupted() -> bool:
    """Tell whether this process was asked to end."""
    return _State.interrupted


def _heed(handler: "signal._HANDLER") -> None:
    for number in _ASKED:
        if signal.getsignal(number) in (_first, _too_late):
            signal.signal(number, handler)


def _first(number: int, frame: FrameType | None) -> NoReturn:
    _State.interrupted = True
    # Shell and kernel both signal that a terminal closes: only a person means it when it comes again.
    if signal.getsignal(signal.SIGHUP) is _first:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _heed(_end_at_once)
    _end_in_order(number, frame)


def _too_late(number: int, frame: FrameType | None) -> None:
    del number, frame
    for each in _ASKED:
        if signal.getsignal(each) is _too_late:
            signal.signal(each, _end_at_once)


def _end_in_order(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise KeyboardInterrupt


def _end_at_once(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    os._exit(ExitCode.INTERRUPTED)


def _unraisable(what: "sys.UnraisableHookArgs") -> None:
    """Interrupt again, soon, where Python drops what is raised: around a fork, in a finaliser.

    What an interrupt left half made may complain when it goes; that complaint is suppressed.
    """
    if issubclass(what.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, _SOON)
    elif not _State.interrupted:
        sys.__unraisablehook__(what)
