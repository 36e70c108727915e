"""A limit on what a device sends for one command, independent of the speed of this host."""

from collections.abc import Callable

MOST = 20_000
"""For a command that takes no time. Seconds of judging, and less than a hundred bytes of memory for each."""

PER_SECOND = 250_000
"""More for each second of device time: in a storm (REQ-EVT-020) native Zephyr 3.4.99 sent 184,000, and that is its quirk."""


_HELD = 2_000
"""More frames than the buffers of a line hold: the answer may be among those that were sent already."""


class Flood:
    """Counts what came since a command, and knows when that is too much to be an answer."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._seen = 0
        self.bound = most

    def begin(self, device_seconds: float = 0.0) -> None:
        """Reset the count, for commands that let this much device time pass."""
        self._seen = 0
        self.bound = self._most + round(device_seconds * PER_SECOND)

    def answered(self) -> None:
        """Reset the count: a device that answers does not send endlessly."""
        self._seen = 0

    def count(self) -> None:
        """Count a frame."""
        self._seen += 1

    @property
    def is_over(self) -> bool:
        """Whether more came than the bound."""
        return self._seen > self.bound

    def is_endless(self, read: Callable[[], bool]) -> bool:
        """Tell whether there was too much, and no answer even in what is under way.

        `read` takes what comes within a moment, and tells whether there was any.
        """
        while self.is_over and self._seen <= self.bound + _HELD and read():
            pass
        return self.is_over
