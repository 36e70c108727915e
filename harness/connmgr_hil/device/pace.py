"""Writes no faster than a board can read, and not too early."""

import time
from dataclasses import dataclass

from connmgr_hil.transport import Transport


@dataclass(frozen=True)
class Pace:
    """How fast a line may be written: a number of bytes, then a pause in seconds; 0 = no pacing.

    With `quiet_boot` nothing is written while the device boots, until Zephyr's banner comes.
    """

    size: int = 0
    seconds: float = 0.002
    quiet_boot: bool = False

    def write(self, transport: Transport, data: bytes) -> None:
        """Send all of these bytes."""
        size = self.size or len(data)
        for begin in range(0, len(data), size):
            if begin:
                time.sleep(self.seconds)
            transport.write(data[begin : begin + size])
