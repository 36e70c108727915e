"""Work queues: handlers that run one after the other in a thread of their own."""

from collections.abc import Callable

from .kernel import FOREVER, Kernel, Steps, Thread, Timeout

Handler = Callable[[], Steps[None]]


class WorkQueue:
    """Runs submitted handlers in order, and yields to its equals after each."""

    def __init__(self, kernel: Kernel, name: str, priority: int) -> None:
        self.kernel = kernel
        self.pending: list[Work] = []
        self._waiters: list[Thread] = []
        kernel.spawn(name, priority, self._main())

    def _main(self) -> Steps[None]:
        kernel = self.kernel
        while True:
            if not self.pending:
                kernel.block(self._waiters, FOREVER)
                yield
                continue
            yield from self.pending.pop(0).handler()
            yield from kernel.give_way()

    def append(self, work: "Work") -> None:
        """Queue `work`; a work item that is queued already stays where it is."""
        if work not in self.pending:
            self.pending.append(work)
            self.kernel.wake_first(self._waiters)


class Work:
    """A handler that can be submitted now or after a delay."""

    def __init__(self, queue: WorkQueue, handler: Handler) -> None:
        self.queue = queue
        self.handler = handler
        self._timeout: Timeout | None = None

    @property
    def is_delayed(self) -> bool:
        """Whether a delay is running."""
        return self._timeout is not None

    def submit(self) -> Steps[None]:
        """Queue the handler now."""
        self.queue.append(self)
        if self.queue.kernel.must_switch():
            yield

    def reschedule(self, ticks: int) -> None:
        """Run the handler `ticks` from now instead of when it would have run."""
        self._stop_timeout()
        if ticks <= 0:
            self.queue.append(self)
        else:
            self._timeout = self.queue.kernel.start_timeout(ticks, self._expire)

    def cancel(self) -> None:
        """Take back what has not begun to run."""
        self._stop_timeout()
        if self in self.queue.pending:
            self.queue.pending.remove(self)

    def _stop_timeout(self) -> None:
        if self._timeout is not None:
            self._timeout.pending = False
            self._timeout = None

    def _expire(self) -> None:
        self._timeout = None
        self.queue.append(self)
