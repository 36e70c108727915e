"""Decides how long to wait for an answer before a command is sent again.

As TCP does (RFC 6298): the wait follows how long answers take, and doubles while nothing comes. A starved device
answers every copy in the end, and each makes it later; so an answer to a copy that was not needed counts as well, with
the time that the first answer took (RFC 3522).
"""

from dataclasses import dataclass

FIRST = 0.4
"""Seconds, on a line that has damaged nothing."""
_UNKNOWN = 0.05
"""On a line that damages what passes, as long as the device's speed is unknown."""
_SHORTEST = 0.004
"""On such a line, where the device answers faster than that."""
LONGEST = 2.5
"""An answer may take four times as long, so that a command is sent a few times in any case."""


@dataclass
class Resending:
    """The pace of one line. All times are seconds of the host."""

    _damaging: bool = False
    _usual: float = 0.0
    _varying: float = 0.0

    @property
    def pause(self) -> float:
        """How long to wait before a command is sent for the second time."""
        least = (_SHORTEST if self._usual else _UNKNOWN) if self._damaging else FIRST
        return min(max(least, self._usual + 4 * self._varying), LONGEST)

    def longer(self, pause: float) -> float:
        """Return how long to wait after a silent pause."""
        return min(2 * pause, LONGEST)

    def damaged(self) -> None:
        """Something was damaged on the line: do not wait long from now on."""
        self._damaging = True

    def answered(self, seconds: float) -> None:
        """The first answer to a command, which had not been lost, came after so long."""
        if not self._usual:
            self._usual, self._varying = seconds, seconds / 2
        self._varying += (abs(seconds - self._usual) - self._varying) / 4
        self._usual += (seconds - self._usual) / 8
