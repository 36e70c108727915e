"""A line whose bytes can be looked at as they pass."""

import re
from collections.abc import Callable

from connmgr_hil.transport import Transport


class Tapped:
    """A transport that shows each whole line that passes, while `shown` is set.

    `show` gets the direction, `<<` from the device or `>>` to it, and the line without its end.
    """

    def __init__(self, line: Transport, show: Callable[[str, bytes], None]) -> None:
        self._line = line
        self._show = show
        self._rest = {"<<": b"", ">>": b""}
        self.shown = False

    @property
    def name(self) -> str:
        """The name of the line."""
        return self._line.name

    @property
    def tail(self) -> bytes:
        """The last bytes that were read."""
        return self._line.tail

    def write(self, data: bytes) -> None:
        """Send all of these bytes."""
        self._pass(">>", data)
        self._line.write(data)

    def read(self, deadline: float) -> bytes:
        """Return what has come as soon as anything has, or nothing at the deadline."""
        data = self._line.read(deadline)
        self._pass("<<", data)
        return data

    def close(self) -> None:
        """End the line."""
        self._line.close()

    def fileno(self) -> int:
        """Return the descriptor to wait on, or -1 where there is none."""
        return self._line.fileno()

    def _pass(self, direction: str, data: bytes) -> None:
        *lines, self._rest[direction] = re.split(rb"[\r\n]+", self._rest[direction] + data)
        for line in lines:
            if self.shown and line:
                self._show(direction, line)
