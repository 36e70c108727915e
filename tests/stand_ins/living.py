"""What stands in for a device or a program lives in a thread of its own, which begins and ends with a `with` block."""

import contextlib
import os
import pty
import select
import threading
import tty
from types import TracebackType
from typing import Self

from connmgr_hil.transport.deadlines import END


class StandIn:
    """A thread that serves until its block ends. Whatever it raises is raised at the end of the block."""

    def __init__(self, name: str) -> None:
        self._wake_read, self._wake_write = os.pipe()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)

    def serve(self) -> None:
        """Do its work; return soon after `_wake_read` has become readable."""
        raise NotImplementedError

    def close(self) -> None:
        """Close what it has open; the thread has ended."""

    def _live(self) -> None:
        try:
            self.serve()
        except BaseException as error:  # noqa: BLE001 - it is raised again in the test's thread
            self._failure = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        os.write(self._wake_write, b"x")
        self._thread.join(END.seconds)
        self.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
        if self._failure is not None and error is None:
            raise self._failure


class TerminalStandIn(StandIn):
    """One on a real pseudo-terminal, whose other end is `path`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)

    def hear(self, data: bytes) -> None:
        """Take what came over the line."""
        raise NotImplementedError

    def greet(self) -> None:
        """Do what comes before anything was heard."""

    def raw(self, data: bytes) -> None:
        """Send bytes as they are. Those that nobody reads are dropped when the block ends."""
        while data and self._master >= 0:
            ready = select.select([self._wake_read], [self._master], [])
            if self._wake_read in ready[0]:
                return
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(self._master, data) :]

    def vanish(self) -> None:
        """Pull the cable: the terminal is gone."""
        self.close()

    def serve(self) -> None:
        """Hear what comes over the line until the cable is pulled or the block ends."""
        self.greet()
        while self._master >= 0:
            ready = select.select([self._master, self._wake_read], [], [])[0]
            if self._wake_read in ready:
                return
            self.hear(os.read(self._master, 4096))

    def close(self) -> None:
        """Close both ends; closing twice does no harm."""
        ends, self._master, self._slave = (self._slave, self._master), -1, -1
        for descriptor in ends:
            if descriptor >= 0:
                os.close(descriptor)
