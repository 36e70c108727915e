"""A line around another line."""

from .base import Transport


class WrappedLine:
    """A transport that passes everything to the line inside, except what a subclass overrides."""

    def __init__(self, line: Transport) -> None:
        self._line = line

    @property
    def name(self) -> str:
        """What a user would call this line."""
        return self._line.name

    @property
    def tail(self) -> bytes:
        """The last bytes that were read from the line inside."""
        return self._line.tail

    def write(self, data: bytes) -> None:
        """Send all of these bytes."""
        self._line.write(data)

    def read(self, deadline: float) -> bytes:
        """Return what has come as soon as anything has, or nothing at the deadline."""
        return self._line.read(deadline)

    def close(self) -> None:
        """End the line; closing twice does no harm."""
        self._line.close()

    def fileno(self) -> int:
        """Return the descriptor to wait for, or -1."""
        return self._line.fileno()
