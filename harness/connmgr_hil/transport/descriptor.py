"""A line over a file descriptor: terminals and sockets alike."""

import errno
import math
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connmgr_hil.vocabulary.errors import LineClosed, RigFault

from .base import TAIL, escaped
from .deadlines import WRITE
from .levels import set_levels

_GONE = {errno.EIO, errno.ENXIO, errno.ENODEV, errno.ECONNRESET, errno.EPIPE, errno.EBADF}
_READABLE = select.POLLIN | select.POLLHUP | select.POLLERR | select.POLLNVAL
_CHUNK = 65536
_MOST_TAKEN = 1_000_000
_LOOKS = 60
"""So often the rest of a line of text is looked for before we sleep: emulators write byte by byte, and waking us costs both of us."""


def _milliseconds(deadline: float) -> int:
    return max(0, math.ceil((deadline - time.monotonic()) * 1000))


class DescriptorTransport:
    """A line over an open descriptor, which it owns and makes non-blocking.

    `last_words` may tell, when the line has ended, what became of the program at the other end.

    While it waits it may also look after other descriptors (`watch`), such as the console output
    of the emulator at the other end, so that they need no thread of their own.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        self.name = name
        self.tail = b""
        self._descriptor = descriptor
        self.last_words: Callable[[], str] = str
        self._watched: dict[int, Callable[[], bool]] = {}
        self._taken = b""
        os.set_blocking(descriptor, False)
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    def watch(self, descriptor: int, readable: Callable[[], bool]) -> None:
        """Call `readable` whenever that descriptor has something, until it returns False."""
        self._watched[descriptor] = readable
        self._poll.register(descriptor, select.POLLIN)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def read(self, deadline: float) -> bytes:
        """Return what has come as soon as anything has, or nothing at the deadline.

        Raises `LineClosed` when the other end is gone.
        """
        while True:
            if self._descriptor < 0:
                raise self._closed("it was closed on this side")
            if self._taken:
                data, self._taken = self._taken, b""
                self.tail = (self.tail + data)[-TAIL:]
                return data
            ready = self._poll.poll(_milliseconds(deadline))
            for descriptor, _event in ready:
                if descriptor == self._descriptor:
                    data = self._receive()
                    if data:
                        return data
                elif not self._watched[descriptor]():
                    self._poll.unregister(descriptor)
                    del self._watched[descriptor]
            # Even when a watched descriptor is never silent.
            if time.monotonic() >= deadline:
                return b""

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Take what comes inside a `with` block, at most `_MOST_TAKEN` bytes, for the next `read`.

        For a caller that waits for something else from a program, which may first wait until its bytes are read.
        """
        waits, ends = os.pipe()
        taker = threading.Thread(target=self._take_until, args=(waits,), daemon=True)
        taker.start()
        try:
            yield
        finally:
            os.close(ends)
            taker.join()
            os.close(waits)

    def _take_until(self, end: int) -> None:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        poll.register(end, select.POLLIN)
        while len(self._taken) < _MOST_TAKEN and all(fd != end for fd, _ in poll.poll()):
            try:
                self._taken += self._read()
            except (LineClosed, RigFault):
                return  # as the next read will find

    def _receive(self) -> bytes:
        data = self._read()
        looks = _LOOKS if data else 0
        while looks and len(data) < _CHUNK and not data.endswith(b"\n"):
            os.sched_yield()
            try:
                more = self._read()
            except LineClosed:
                break  # as the next read will find
            data += more
            looks = _LOOKS if more else looks - 1
        self.tail = (self.tail + data)[-TAIL:]
        return data

    def _read(self) -> bytes:
        """Return what has come so far."""
        try:
            data = os.read(self._descriptor, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            if error.errno in _GONE:
                raise self._closed(str(error)) from error
            raise RigFault(f"cannot read from {self.name}", str(error)) from error
        if not data:
            raise self._closed("end of file")
        return data

    def write(self, data: bytes) -> None:
        """Send all of these bytes.

        Raises `LineClosed` when the other end is gone, `RigFault` when it takes nothing
        within `deadlines.WRITE`.
        """
        deadline = 0.0
        while data:
            if self._descriptor < 0:
                raise self._closed("it was closed on this side")
            try:
                data = data[os.write(self._descriptor, data) :]
                continue
            except BlockingIOError:
                deadline = deadline or WRITE.after()
            except OSError as error:
                if error.errno in _GONE:
                    raise self._closed(str(error)) from error
                raise RigFault(f"cannot write to {self.name}", str(error)) from error
            writable = select.poll()
            writable.register(self._descriptor, select.POLLOUT)
            if not writable.poll(_milliseconds(deadline)):
                raise RigFault(
                    f"{self.name} takes no bytes",
                    f"{len(data)} bytes stuck for {WRITE}; "
                    f"last bytes from it: {escaped(self.tail)}",
                    "the program at the other end does not read; is it running?",
                )

    def set_levels(self, dtr: bool | None, rts: bool | None) -> None:
        """Set DTR and RTS where a level is given. Raises `OSError` for what has no such lines."""
        set_levels(self._descriptor, dtr, rts)

    def _closed(self, why: str) -> LineClosed:
        return LineClosed(
            f"the line {self.name} was closed",
            f"{why}; last bytes: {escaped(self.tail)}",
            self.last_words() or "check whether the cable was pulled or the program there ended",
        )

    def close(self) -> None:
        """End the line; closing twice does no harm."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)
