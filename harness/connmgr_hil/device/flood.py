"""A limit on what a device sends for one command, independent of the speed of this host."""

from connmgr_hil.transport import Transport

from .messages import flood

MOST = 20_000
"""For a command that takes no time. Seconds of judging, and less than a hundred bytes of memory for each."""

PER_SECOND = 250_000
"""More for each second of device time: in a storm (REQ-EVT-020) native Zephyr 3.4.99 sent 184,000, and that is its quirk."""


class Flood:
    """Counts what came since a command, and knows when that is too much to be an answer."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._seen = 0
        self.bound = most

    def begin(self, device_seconds: float = 0.0) -> None:
        """Count afresh, for commands that let so much device time pass."""
        self._seen = 0
        self.bound = self._most + round(device_seconds * PER_SECOND)

    def count(self, line: Transport) -> None:
        """Count a frame. Raises `DeviceFault` for one too many."""
        if self.is_one():
            raise flood(line, self.bound)

    def is_one(self) -> bool:
        """Count one more; tell whether it is one too many."""
        self._seen += 1
        return self._seen > self.bound
