"""DTR and RTS, by which a board may be reset."""

import fcntl
import struct
import termios


def set_levels(descriptor: int, dtr: bool | None, rts: bool | None) -> None:
    """Set DTR and RTS of a terminal where a level is given. Raises `OSError` for what has no such lines."""
    for bit, level in ((termios.TIOCM_DTR, dtr), (termios.TIOCM_RTS, rts)):
        if level is not None:
            request = termios.TIOCMBIS if level else termios.TIOCMBIC
            fcntl.ioctl(descriptor, request, struct.pack("i", bit))
