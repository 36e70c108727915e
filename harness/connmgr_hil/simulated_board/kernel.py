"""A small cooperative kernel: threads are generators, and time is virtual.

A function that may switch threads is a generator (``yield from`` it); every bare ``yield`` is one
context switch. The scheduling rules are those of Zephyr on one CPU (kernel/sched.c), because the
order of events depends on them: negative priorities are cooperative, equals are served first come
first served, a new choice of thread is made at defined points only.
"""

import heapq
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Steps = Generator[None, None, T]

COOPERATIVE_LOWEST = -1
PREEMPTIBLE_LOWEST = 14
FOREVER = -1


@dataclass(slots=True, eq=False)
class Thread:
    """One thread: its code as a generator, its priority and what it waits for."""

    name: str
    priority: int
    body: Steps[None]
    queued: bool = False
    scheduler_locks: int = 0
    wait_queue: "list[Thread] | None" = None
    timeout: "Timeout | None" = None
    woken_by_timeout: bool = False
    message: object = None
    is_suspended: bool = False
    was_woken: bool = False  # while it was suspended

    @property
    def is_blocked(self) -> bool:
        """Whether it waits for something that no time brings."""
        return self.wait_queue is not None and self.timeout is None


@dataclass(slots=True, eq=False)
class Timeout:
    """A callback at a tick; cancelling leaves it in the heap, without effect."""

    tick: int
    callback: Callable[[], None]
    pending: bool = True


def _insert_by_priority(queue: list[Thread], thread: Thread) -> None:
    place = len(queue)
    while place and queue[place - 1].priority > thread.priority:
        place -= 1
    queue.insert(place, thread)


def _nothing() -> Steps[None]:
    yield


class Kernel:
    """The scheduler and the clock.

    `on_idle` is called when no thread can run; it either waits for input or calls `skip_time`.
    """

    def __init__(self, ticks_per_second: int) -> None:
        self.ticks_per_second = ticks_per_second
        self.now = 0
        self._idle = Thread("idle", PREEMPTIBLE_LOWEST + 1, _nothing())
        self._idle.queued = True
        self.current = self._idle
        self._next = self._idle
        self.threads: list[Thread] = []
        self._ready: list[Thread] = []
        self._timeouts: list[tuple[int, int, Timeout]] = []
        self._timeout_number = 0
        self.on_idle: Callable[[], None] = lambda: None

    # Time

    @property
    def uptime_us(self) -> int:
        """Time since boot in microseconds."""
        return self.now * 1_000_000 // self.ticks_per_second

    @property
    def uptime_ms(self) -> int:
        """Time since boot in milliseconds."""
        return self.now * 1000 // self.ticks_per_second

    def ticks(self, microseconds: int) -> int:
        """As many ticks as this time needs, rounded up."""
        return -(-microseconds * self.ticks_per_second // 1_000_000)

    def start_timeout(self, ticks: int, callback: Callable[[], None]) -> Timeout:
        """Call `callback` after at least `ticks`; the tick that has already begun does not count."""
        timeout = Timeout(self.now + ticks + 1, callback)
        self._timeout_number += 1
        heapq.heappush(self._timeouts, (timeout.tick, self._timeout_number, timeout))
        return timeout

    def next_tick(self) -> int | None:
        """Return when the next timeout is due; None if there is none."""
        heap = self._timeouts
        while heap and not heap[0][2].pending:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def skip_time(self) -> bool:
        """Move the clock to the next timeout and run all timeouts that are due; False if there is none."""
        tick = self.next_tick()
        if tick is None:
            return False
        self.now = tick
        heap = self._timeouts
        while heap and heap[0][0] == self.now:
            timeout = heapq.heappop(heap)[2]
            if timeout.pending:
                timeout.pending = False
                timeout.callback()
        return True

    # Threads

    def spawn(self, name: str, priority: int, body: Steps[None]) -> Thread:
        """Create a thread and make it ready; it runs at the next choice of thread."""
        thread = Thread(name, priority, body)
        self.threads.append(thread)
        self.make_ready(thread)
        return thread

    def suspend(self, name: str) -> None:
        """Let a thread that waits never run again."""
        for thread in self.threads:
            thread.is_suspended = thread.is_suspended or thread.name == name

    @property
    def suspended(self) -> list[Thread]:
        """The threads that never run again."""
        return [thread for thread in self.threads if thread.is_suspended]

    def run(self) -> None:
        """Run threads until one of them, or `on_idle`, raises."""
        while True:
            thread = self.current = self._next
            if thread is self._idle:
                self.on_idle()
                continue
            try:
                thread.body.send(None)
            except StopIteration:
                self._leave_ready(thread)
                self._choose(True)

    def _choose(self, may_switch: bool) -> None:
        current = self.current
        if (
            may_switch
            or not current.queued
            or (current.priority >= 0 and not current.scheduler_locks)
        ):
            self._next = self._ready[0] if self._ready else self._idle
        else:
            self._next = current

    def _leave_ready(self, thread: Thread) -> None:
        self._ready.remove(thread)
        thread.queued = False

    def make_ready(self, thread: Thread) -> None:
        """Put a thread into the run queue, behind its equals."""
        if thread.is_suspended:
            thread.was_woken = True
        elif not thread.queued:
            _insert_by_priority(self._ready, thread)
            thread.queued = True
            self._choose(False)

    def set_priority(self, thread: Thread, priority: int) -> None:
        """Change a priority; a ready thread goes behind its new equals."""
        if thread.queued:
            self._leave_ready(thread)
            thread.priority = priority
            _insert_by_priority(self._ready, thread)
            thread.queued = True
            self._choose(True)
        else:
            thread.priority = priority

    def must_switch(self) -> bool:
        """Whether another thread than the current one was chosen."""
        return self._next is not self.current

    def block(self, queue: list[Thread] | None, ticks: int) -> None:
        """Take the current thread off the CPU; the caller yields directly afterwards."""
        thread = self.current
        self._leave_ready(thread)
        self._choose(True)
        thread.wait_queue = queue
        thread.woken_by_timeout = False
        if queue is not None:
            _insert_by_priority(queue, thread)
        if ticks != FOREVER:
            thread.timeout = self.start_timeout(ticks, lambda: self._expire(thread))

    def _expire(self, thread: Thread) -> None:
        thread.timeout = None
        thread.woken_by_timeout = True
        if thread.wait_queue is not None:
            thread.wait_queue.remove(thread)
            thread.wait_queue = None
        self.make_ready(thread)

    def wake_first(self, queue: list[Thread]) -> Thread | None:
        """Make the first waiter ready and return it."""
        if not queue:
            return None
        thread = queue.pop(0)
        thread.wait_queue = None
        if thread.timeout is not None:
            thread.timeout.pending = False
            thread.timeout = None
        self.make_ready(thread)
        return thread

    def give_way(self) -> Steps[None]:
        """Let equals run first (k_yield)."""
        thread = self.current
        self._leave_ready(thread)
        _insert_by_priority(self._ready, thread)
        thread.queued = True
        self._choose(True)
        yield

    def sleep(self, ticks: int) -> Steps[None]:
        """Rest for at least this many ticks; with 0 only give way."""
        if ticks <= 0:
            yield from self.give_way()
            return
        self.block(None, ticks)
        yield

    def lock_scheduler(self) -> None:
        """Keep the current thread on the CPU until it blocks or unlocks."""
        self.current.scheduler_locks += 1

    def unlock_scheduler(self) -> Steps[None]:
        """Undo one lock_scheduler."""
        self.current.scheduler_locks -= 1
        self._choose(False)
        if self.must_switch():
            yield


class Mutex:
    """A recursive mutex; its owner inherits the priority of a more urgent waiter."""

    __slots__ = ("count", "kernel", "owner", "owner_priority", "waiters")

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.count = 0
        self.owner: Thread | None = None
        self.owner_priority = 0
        self.waiters: list[Thread] = []

    def lock(self) -> Steps[None]:
        """Take the mutex, once more if it is held already."""
        kernel = self.kernel
        thread = kernel.current
        owner = self.owner
        if owner is None or owner is thread:
            if self.count == 0:
                self.owner_priority = thread.priority
            self.count += 1
            self.owner = thread
            return
        if thread.priority < owner.priority:
            kernel.set_priority(owner, thread.priority)
        kernel.block(self.waiters, FOREVER)
        yield

    def around(self, work: Steps[T]) -> Steps[T]:
        """Do some work while holding the mutex."""
        yield from self.lock()
        result = yield from work
        yield from self.unlock()
        return result

    def unlock(self) -> Steps[None]:
        """Give the mutex back; the first waiter owns it at once."""
        owner = self.owner
        if owner is not self.kernel.current:
            raise RuntimeError("a mutex was unlocked by a thread that does not own it")
        if self.count > 1:
            self.count -= 1
            return
        kernel = self.kernel
        if owner.priority != self.owner_priority:
            kernel.set_priority(owner, self.owner_priority)
        self.owner = heir = self.waiters[0] if self.waiters else None
        if heir is None:
            self.count = 0
            return
        self.owner_priority = heir.priority
        kernel.wake_first(self.waiters)
        if kernel.must_switch():
            yield


class Semaphore:
    """A counting semaphore with a limit."""

    __slots__ = ("count", "kernel", "limit", "waiters")

    def __init__(self, kernel: Kernel, count: int, limit: int) -> None:
        self.kernel = kernel
        self.count = count
        self.limit = limit
        self.waiters: list[Thread] = []

    def give_from_isr(self) -> None:
        """Give without switching threads."""
        if self.kernel.wake_first(self.waiters) is None:
            self.count = min(self.count + 1, self.limit)

    def give(self) -> Steps[None]:
        """Wake the first waiter, or count up."""
        self.give_from_isr()
        if self.kernel.must_switch():
            yield

    def take(self) -> Steps[None]:
        """Count down, or wait for a give."""
        if self.count:
            self.count -= 1
            return
        self.kernel.block(self.waiters, FOREVER)
        yield


class MessageQueue:
    """A bounded FIFO; a message for a waiting reader is handed over without being stored."""

    __slots__ = ("kernel", "messages", "size", "waiters")

    def __init__(self, kernel: Kernel, size: int) -> None:
        self.kernel = kernel
        self.size = size
        self.messages: list[object] = []
        self.waiters: list[Thread] = []

    def put(self, message: object, ticks: int) -> Steps[bool]:
        """Append `message`, waiting at most `ticks` for room; False if there was none."""
        kernel = self.kernel
        if len(self.messages) < self.size:
            reader = kernel.wake_first(self.waiters)
            if reader is None:
                self.messages.append(message)
                return True
            reader.message = message
            if kernel.must_switch():
                yield
            return True
        thread = kernel.current
        thread.message = message
        kernel.block(self.waiters, ticks)
        yield
        return not thread.woken_by_timeout

    def get(self) -> Steps[object]:
        """Take the oldest message, waiting for one."""
        kernel = self.kernel
        if self.messages:
            message = self.messages.pop(0)
            writer = kernel.wake_first(self.waiters)
            if writer is not None:
                self.messages.append(writer.message)
                if kernel.must_switch():
                    yield
            return message
        thread = kernel.current
        kernel.block(self.waiters, FOREVER)
        yield
        return thread.message
