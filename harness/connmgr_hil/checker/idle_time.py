"""Device time that passed between commands without a request.

With a real clock, a slow host or a slow line lets time pass before each command. The model uses the real times,
but a scenario or a test may not see what belongs to the times that it asked for.
"""

from typing import NamedTuple

from connmgr_hil.vocabulary.observations import Reply


class IdleTime(NamedTuple):
    """How much there was since the device started, by its replies so far. Times are in microseconds."""

    answered: int | None = None
    usec: int = 0

    def replied(self, reply: Reply) -> "IdleTime":
        """Return this after a command was answered."""
        since = 0 if self.answered is None else max(0, reply.t0 - self.answered)
        return IdleTime(max(self.answered or 0, reply.t), self.usec + since)

    def hint(self) -> str:
        """Return what it says of a run that did not come to what it wanted; empty if no time passed."""
        if not self.usec:
            return ""
        return (
            f"\n  {self.usec / 1e3:.0f} ms of device time passed between commands without a request"
            "\n  next: run it again with a less busy host and line"
        )
