"""The interface of every line to a device."""

import time
from typing import Protocol, runtime_checkable

TAIL = 240
"""Number of the last bytes that are kept for error messages."""


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
        """Return the descriptor to wait for, or -1."""


@runtime_checkable
class GrantsTime(Protocol):
    """A line whose device runs only while it is read; a wait counts the time that the device was given."""

    granted_seconds: float


class Patience:
    """A wait until a deadline of `time.monotonic()`, which a slow emulator cannot shorten.

    Where the line grants time, only what it granted since counts.
    """

    def __init__(self, line: Transport, deadline: float) -> None:
        self._line = line if isinstance(line, GrantsTime) else None
        self._deadline = deadline
        self._seconds = deadline - time.monotonic()
        self._before = self._granted

    @property
    def _granted(self) -> float:
        return self._line.granted_seconds if self._line is not None else 0.0

    @property
    def until(self) -> float:
        """Until when to read, as it looks now, as a time of `time.monotonic()`."""
        if self._line is None:
            return self._deadline
        return time.monotonic() + self._seconds - (self._granted - self._before)

    def is_over(self) -> bool:
        """Tell whether nothing is left of it."""
        return time.monotonic() >= self.until


def after(seconds: float) -> float:
    """Return the deadline this many seconds from now."""
    return time.monotonic() + seconds


def escaped(data: bytes) -> str:
    """Show bytes on one line, the way a programmer would type them; `nothing` for none."""
    return repr(data)[1:] if data else "nothing"
