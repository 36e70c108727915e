"""A line whose device runs only while somebody waits for it."""

import time
from collections.abc import Callable

from connmgr_hil.transport import DescriptorTransport, WrappedLine

_GROWTH = 4


class GrantedLine(WrappedLine):
    """The UART of a machine whose virtual time goes on only within `read`.

    Who reads until a deadline some seconds away gives the device so many seconds, however fast or slow the
    emulator is: a minute may take a moment, or a moment a second. A device that is silent is not older than it would
    be on a board, and one that answers in time is not given up because its emulator lags. Only `overtime` bounds this: so much later
    than its deadline a read ends even if the device has not had all of its time.

    While nobody reads it stands still. Time is granted in slices of at least `shortest` and at most `longest` seconds: the
    longer it has been silent, the longer they get, since what is left of a slice goes by after the answer.
    """

    def __init__(
        self,
        line: DescriptorTransport,
        run_for: Callable[[float], None],
        *,
        shortest: float = 0.001,
        longest: float = 0.05,
        overtime: float = 60.0,
    ) -> None:
        super().__init__(line)
        self._run_for = run_for
        self._shortest = shortest
        self._longest = longest
        self._overtime = overtime
        self._granted_until = 0.0
        self._behind = 0.0
        self._silent_for = 0.0
        self.granted_seconds = 0.0
        """How much time the device has had in all."""

    def fileno(self) -> int:
        """Return -1: waiting on the descriptor alone would wait for a device that stands still."""
        return -1

    def write(self, data: bytes) -> None:
        """Send all of these bytes; they arrive when the device runs on."""
        self._granted_until = 0.0
        self._behind = 0.0
        self._line.write(data)

    def read(self, deadline: float) -> bytes:
        """Let the device run until it sends something, but not for longer than until the deadline.

        Raises `LineClosed` when the emulator has ended, `RigFault` when it does not run on.
        """
        now = time.monotonic()
        if (data := self._line.read(now)) or now >= deadline:
            return self._heard(data)
        self._granted_until = max(self._granted_until, now - self._behind)
        self._behind = 0.0
        while (left := deadline - self._granted_until) > 0:
            seconds = min(self._longest, max(self._shortest, self._silent_for / _GROWTH))
            seconds = max(self._shortest, min(seconds, left))
            self._run_for(seconds)
            self._granted_until += seconds
            self.granted_seconds += seconds
            self._silent_for += seconds
            now = time.monotonic()
            if data := self._line.read(now):
                # Who reads on until the same deadline finds the device's time as it was.
                self._behind = max(0.0, now - self._granted_until)
                return self._heard(data)
            if now >= deadline + self._overtime:
                break
        # It has had all the time that the reader has: what it sent may be on its way.
        return self._heard(self._line.read(deadline))

    def _heard(self, data: bytes) -> bytes:
        if data:
            self._silent_for = 0.0
        return data
