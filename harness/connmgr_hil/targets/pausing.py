"""Stops an emulated machine while the harness does not wait for it, so that the harness may take its time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connmgr_hil.transport import DescriptorTransport, WrappedLine


class Pauser:
    """Stops a machine while the harness does not wait for it, and resumes it before the harness does.

    `pause` and `resume` tell the machine; they may raise, in the thread that waits next. Neither is called while
    the harness is faster than `patience`, in seconds; with 0 never.
    """

    def __init__(
        self, pause: Callable[[], None], resume: Callable[[], None], patience: float
    ) -> None:
        self._pause = pause
        self._resume = resume
        self._patience = patience
        self._lock = threading.RLock()
        self._waiting = 0
        self._left_at = time.monotonic()
        self._paused = False
        self._over = threading.Event()
        self._problem: Exception | None = None
        if patience > 0:
            threading.Thread(target=self._look, name="pauser", daemon=True).start()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """The machine runs inside a `with` block, because the caller waits for it or commands it."""
        self.begin()
        try:
            yield
        finally:
            self.leave()

    def begin(self) -> None:
        """Begin to wait, until `leave`: what `waiting` does, for those who do little else."""
        with self._lock:
            if self._paused or self._problem:
                self._go_on()
            self._waiting += 1

    def leave(self) -> None:
        """Wait no more."""
        with self._lock:
            self._waiting -= 1
            self._left_at = time.monotonic()

    def end(self) -> None:
        """Never stop it again; if it is stopped it goes on."""
        self._over.set()
        with self._lock:
            self._go_on()

    def forget(self) -> None:
        """Never command it again: it is gone."""
        self._over.set()
        with self._lock:
            self._paused = False
            self._problem = None

    def _go_on(self) -> None:
        if self._problem is not None:
            problem, self._problem = self._problem, None
            raise problem
        if self._paused:
            self._paused = False
            self._resume()

    def _look(self) -> None:
        while not self._over.wait(self._patience / 2):
            with self._lock:
                idle = time.monotonic() - self._left_at
                if self._waiting or self._paused or self._over.is_set() or idle < self._patience:
                    continue
                try:
                    self._pause()
                except Exception as problem:  # noqa: BLE001 - raised for whoever waits next
                    self._problem = problem
                    return
                self._paused = True


class PausingLine(WrappedLine):
    """A line to a machine that runs while the line is read or written, and soon after that no more."""

    def __init__(self, line: DescriptorTransport, pauser: Pauser) -> None:
        super().__init__(line)
        self._pauser = pauser

    def read(self, deadline: float) -> bytes:
        """Return what has come as soon as anything has, or nothing at the deadline."""
        self._pauser.begin()
        try:
            return self._line.read(deadline)
        finally:
            self._pauser.leave()

    def write(self, data: bytes) -> None:
        """Send all of these bytes."""
        self._pauser.begin()
        try:
            self._line.write(data)
        finally:
            self._pauser.leave()

    def fileno(self) -> int:
        """Return the descriptor; who waits on it waits unseen, so from now on the machine is not stopped."""
        self._pauser.end()
        return self._line.fileno()
