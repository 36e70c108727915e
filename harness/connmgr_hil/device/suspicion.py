"""Checks what looks like a restart before it is believed."""

import time
from dataclasses import dataclass

from connmgr_hil.transport.deadlines import RECALL

_LONGEST = 5
"""How often the pause between two questions is doubled at most."""


@dataclass
class Suspicion:
    """A sign that the device may have restarted: a banner, or frames of another boot or board.

    A device that goes on as before lays it by itself. Otherwise it is asked for its nonce from `due` on, a time of
    `time.monotonic()`, until it answers.
    """

    reason: str = ""
    due: float = float("inf")
    attempt: int = 0

    def rouse(self, reason: str) -> None:
        """Note a sign; the first one counts."""
        if not self.reason:
            self.reason, self.due, self.attempt = reason, RECALL.after(), 0

    def lay(self) -> None:
        """It is the device that it was."""
        self.reason, self.due = "", float("inf")

    def is_due(self) -> bool:
        """Tell whether the device should be asked now."""
        return time.monotonic() >= self.due

    def asked(self) -> None:
        """It was asked; give it more time for each answer that did not come."""
        self.due = time.monotonic() + RECALL.seconds * 2 ** min(self.attempt, _LONGEST)
        self.attempt += 1
