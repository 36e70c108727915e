"""Terminals: a pseudo terminal of a program on this host, or a serial device."""

import fcntl
import os
import termios

from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .descriptor import DescriptorTransport
from .levels import set_levels

_IFLAG, _OFLAG, _CFLAG, _LFLAG, _ISPEED, _OSPEED, _CC = range(7)
_BAUDS = {
    int(name[1:]): getattr(termios, name)
    for name in dir(termios)
    if name.startswith("B") and name[1:].isdigit() and name != "B0"
}


def open_terminal(
    path: str,
    *,
    baud: int = 115200,
    dtr: bool | None = None,
    rts: bool | None = None,
) -> DescriptorTransport:
    """Open a terminal by its path, raw, keeping what already stands in its buffer.

    Nothing is discarded, HUPCL is turned off so that closing does not reset a board, and DTR and
    RTS are left alone unless a level is asked for. The terminal is locked against a second
    harness. Raises `RigFault` when it cannot be opened, `UsageError` for an unknown baud rate.
    """
    if baud not in _BAUDS:
        known = ", ".join(str(rate) for rate in sorted(_BAUDS) if rate >= 9600)
        raise UsageError(f"{path} cannot have this baud rate", str(baud), f"rates: {known}")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        raise RigFault(
            f"cannot open {path}",
            str(error),
            "is the device plugged in, and do you have permission to read and write it?",
        ) from error
    try:
        _lock(descriptor, path)
        _make_raw(descriptor, _BAUDS[baud])
        set_levels(descriptor, dtr, rts)
    except (OSError, termios.error) as error:
        os.close(descriptor)
        raise RigFault(f"cannot set up {path} as a terminal", str(error)) from error
    except RigFault:
        os.close(descriptor)
        raise
    return DescriptorTransport(descriptor, path)


def _lock(descriptor: int, path: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RigFault(
            f"{path} is in use", "another program has locked it", f"fuser {path} names it"
        ) from error


def _make_raw(descriptor: int, speed: int) -> None:
    settings = termios.tcgetattr(descriptor)
    settings[_IFLAG] = termios.IGNBRK
    settings[_OFLAG] = 0
    settings[_LFLAG] = 0
    settings[_CFLAG] = termios.CS8 | termios.CREAD | termios.CLOCAL
    settings[_ISPEED] = settings[_OSPEED] = speed
    settings[_CC][termios.VMIN] = 1
    settings[_CC][termios.VTIME] = 0
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)
