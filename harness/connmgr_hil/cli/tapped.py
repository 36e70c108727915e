"""A line that shows its bytes as they pass."""

import re
from collections.abc import Callable

from connmgr_hil.transport import Transport, WrappedLine


class Tapped(WrappedLine):
    """A transport that shows each whole line that passes, while `shown` is set.

    `show` gets the direction, `<<` from the device or `>>` to it, and the line without its end.
    """

    def __init__(self, line: Transport, show: Callable[[str, bytes], None]) -> None:
        super().__init__(line)
        self._show = show
        self._rest = {"<<": b"", ">>": b""}
        self.shown = False

    def write(self, data: bytes) -> None:
        """Send all of these bytes."""
        self._pass(">>", data)
        self._line.write(data)

    def read(self, deadline: float) -> bytes:
        """Return what has come as soon as anything has, or nothing at the deadline."""
        data = self._line.read(deadline)
        self._pass("<<", data)
        return data

    def _pass(self, direction: str, data: bytes) -> None:
        *lines, self._rest[direction] = re.split(rb"[\r\n]+", self._rest[direction] + data)
        for line in lines:
            if self.shown and line:
                self._show(direction, line)
