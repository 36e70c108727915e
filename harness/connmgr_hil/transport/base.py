"""What every line to a device can do, whatever it is made of."""

import time
from typing import Protocol

TAIL = 240
"""So many of the last bytes are kept for error messages."""


class Transport(Protocol):
    """A line to a device: bytes in, bytes out.

    Deadlines are absolute times of `time.monotonic()`. A line that ended raises `LineClosed`, with
    the last bytes that came over it.
    """

    @property
    def name(self) -> str:
        """What a user would call this line, for messages."""

    @property
    def tail(self) -> bytes:
        """The last bytes that were read."""

    def write(self, data: bytes) -> None:
        """Send all of these bytes."""

    def read(self, deadline: float) -> bytes:
        """Return what has come as soon as anything has, or nothing at the deadline."""

    def close(self) -> None:
        """End the line; closing twice does no harm."""

    def fileno(self) -> int:
        """Return the descriptor to wait on, or -1 where there is none."""


def after(seconds: float) -> float:
    """Return the deadline that lies so many seconds from now."""
    return time.monotonic() + seconds


def escaped(data: bytes) -> str:
    """Show bytes on one line, the way a programmer would type them; `nothing` for none."""
    return repr(data)[1:] if data else "nothing"
