"""Decides what to do about a gap in the numbers: request again, wait, or give up."""

from .commands import Commands
from .frames import Frame

_TRIES = 200
"""With one byte in a hundred damaged, of a frame of 250 bytes one copy in twelve arrives."""

Gap = tuple[int, int]


class Repair:
    """One request for missing frames at a time, and what came of it.

    The device answers an `again` with the frames it still has, and then says how many it sent. Those
    that it sent and that did not arrive are asked for again; those that it no longer has are lost.
    """

    def __init__(self) -> None:
        self.tag = 0
        self._gap: Gap = (0, -1)
        self._came: set[int] = set()
        self._sent: int | None = None
        self._tries = 0

    def ask(self, gap: Gap, commands: Commands) -> bytes:
        """Return the line that asks for some frames again."""
        command = commands.new_own(("again", f"{gap[0]:x}", f"{gap[1]:x}"))
        again = self._gap[0] <= gap[0] and gap[1] <= self._gap[1]
        self._tries = self._tries + 1 if again else 1
        self.tag, self._gap, self._came, self._sent = command.tag, gap, set(), None
        return command.line

    def saw(self, frame: Frame) -> bool:
        """A frame came; tell whether it was the answer to the request."""
        first, last = self._gap
        if first <= frame.seq <= last:
            self._came.add(frame.seq)
        if frame.kind != "reply" or not self.tag or frame.tag != self.tag:
            return False
        count = frame.fields.get("n", "0")
        self._sent = int(count) if count.isdigit() else 0
        return True

    def idle(self) -> bool:
        """Tell whether no request is under way."""
        return not self.tag or self._sent is not None

    def hopeless(self, gap: Gap) -> bool:
        """Tell whether this gap cannot be filled any more."""
        if self._sent is None or gap[0] < self._gap[0] or gap[1] > self._gap[1]:
            return False
        return len(self._came) >= self._sent or self._tries >= _TRIES
