"""The board's UART: a pseudo terminal, and the user at its other end."""

import os
import select
import sys
import time
import tty

_PARENT_CHECK_MS = 1000
_ORPHAN_GRACE_S = 2.0


class Terminal:
    """A pty that blocks while nothing happens, and ends the process when its client has gone.

    The board keeps the other end open until a client has sent something, so that a missing client
    neither wakes it all the time nor goes unnoticed once it was there.
    """

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)
        os.set_blocking(self._master, False)
        self._output = bytearray()
        self._parent = os.getppid()
        self._had_client = False
        self._orphan_since = 0.0
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)

    def close(self) -> None:
        """Hang up on the client."""
        for end in (self._master, self._slave):
            if end >= 0:
                os.close(end)

    def write(self, data: bytes) -> None:
        """Add to the output; nothing is written before `flush`."""
        self._output += data

    def flush(self) -> None:
        """Write what the pty takes without blocking."""
        while self._output:
            try:
                written = os.write(self._master, self._output[:4096])
            except (BlockingIOError, OSError):
                return
            del self._output[:written]

    def wait_for_input(self) -> bytes:
        """Block until a client sends something; exits when the parent and the client are gone."""
        while True:
            if data := self.look(_PARENT_CHECK_MS):
                return data

    def look(self, milliseconds: float) -> bytes:
        """Return what a client sends within this time, or nothing; exits as `wait_for_input` does."""
        self.flush()
        wanted = select.POLLIN | (select.POLLOUT if self._output else 0)
        self._poll.modify(self._master, wanted)
        for _, event in self._poll.poll(min(milliseconds, _PARENT_CHECK_MS)):
            data = self._read() if event & (select.POLLIN | select.POLLHUP) else b""
            if data:
                self._client_is_there()
                return data
            if event & select.POLLHUP:
                self._client_left()
        self._exit_if_abandoned()
        return b""

    def _read(self) -> bytes:
        try:
            return os.read(self._master, 4096)
        except OSError:
            return b""

    def _client_is_there(self) -> None:
        self._had_client = True
        if self._slave >= 0:
            os.close(self._slave)
            self._slave = -1

    def _client_left(self) -> None:
        if self._slave < 0:
            self._output.clear()
            self._slave = os.open(self.name, os.O_RDWR | os.O_NOCTTY)

    def _exit_if_abandoned(self) -> None:
        if self._slave < 0 or os.getppid() == self._parent:
            self._orphan_since = 0.0
            return
        now = time.monotonic()
        self._orphan_since = self._orphan_since or now
        if self._had_client or now - self._orphan_since > _ORPHAN_GRACE_S:
            sys.exit(0)
