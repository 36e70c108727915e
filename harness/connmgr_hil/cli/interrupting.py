"""What ^C does: the first ends a run in order, with a report of what there is; the second ends it at once."""

import atexit
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from connmgr_hil.vocabulary.errors import ExitCode

_SOON = 0.001


def heed_interrupts() -> None:
    """Let ^C do so from now on, unless it is ignored: by what a shell starts in the background."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _first)
        signal.signal(signal.SIGALRM, _end_in_order)
        sys.unraisablehook = _unraisable
        # Python's own end would give the signal its default back, and with it another exit status.
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)


def nothing_to_report() -> None:
    """Let every ^C from now on end the process at once."""
    if signal.getsignal(signal.SIGINT) is _first:
        signal.signal(signal.SIGINT, _end_at_once)


def _first(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, _end_at_once)
    _end_in_order(number, frame)


def _end_in_order(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise KeyboardInterrupt


def _end_at_once(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    os._exit(ExitCode.INTERRUPTED)


def _unraisable(what: "sys.UnraisableHookArgs") -> None:
    """Interrupt again, soon, where Python drops what is raised: around a fork, in a finaliser.

    What an interrupt left half made may complain when it goes; nobody needs to hear that.
    """
    if issubclass(what.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, _SOON)
    elif signal.getsignal(signal.SIGINT) is not _end_at_once:
        sys.__unraisablehook__(what)
