"""Device time that passed between commands though nobody asked for it.

Where time is real, a slow host or a slow line lets some pass before each command. The model takes times as they were,
but whoever drives the run (a scenario, a test) expects what belongs to the times that it asked for.
"""

from typing import NamedTuple

from connmgr_hil.vocabulary.observations import Reply, Stimulus


class Unasked(NamedTuple):
    """How much there was since the device started, by its commands and replies so far. Times are in microseconds."""

    answered: int | None = None
    longest: int = 0
    together: int = 0
    waits: frozenset[int] = frozenset()
    """The ids of commands not yet answered that do nothing but let time pass."""

    @property
    def usec(self) -> int:
        """The longest before any command, or all since the last one that does not only let time pass."""
        return max(self.longest, self.together)

    def given(self, command: Stimulus) -> "Unasked":
        """Return this after a command was given."""
        if command.words[0] != "advance":
            return self
        return self._replace(waits=self.waits | {command.id})

    def replied(self, reply: Reply) -> "Unasked":
        """Return this after a command was answered."""
        since = 0 if self.answered is None else max(0, reply.t0 - self.answered)
        return Unasked(
            answered=max(self.answered or 0, reply.t),
            longest=max(self.longest, since),
            together=self.together + since if reply.id in self.waits else 0,
            waits=self.waits - {reply.id},
        )
