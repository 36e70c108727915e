"""The probe: listeners that report events, the hook, the storm breaker, and where commands run."""

from collections.abc import Callable

from .events import EARLY_FAMILIES
from .frames import Ring
from .kernel import Kernel, Semaphore, Steps
from .monitor import Monitor
from .net_mgmt import EventCallback, NetMgmt, Notification
from .work import Work, WorkQueue

STORM_EVENTS = 200
_REST_US = 1000
_STORM_OVER_US = 20_000
LATE_NAMES = ("late1", "late2", "late3")

Job = Callable[[], Steps[None]]


class ArmedHook:
    """A job that the early listener runs the next `count` times it gets an event."""

    def __init__(self, event: str, iface: int, count: int, job: Job) -> None:
        self.event = event
        self.iface = iface
        self.left = count
        self.job = job


class Probe:
    """Everything that watches the network stack and reports it as frames."""

    def __init__(
        self, kernel: Kernel, mgmt: NetMgmt, monitor: Monitor, queue: WorkQueue, ring: Ring
    ) -> None:
        self.kernel = kernel
        self.peak = 0
        self.hook: ArmedHook | None = None
        self._mgmt = mgmt
        self._monitor = monitor
        self._queue = queue
        self._ring = ring
        codes = mgmt.codes
        self._early = [
            EventCallback(codes.family_mask(family), self._on_early) for family in EARLY_FAMILIES
        ]
        self._late: dict[str, EventCallback] = {}
        self._early_is_on = False
        self._job: Job | None = None
        self._storming = False
        self._count = 0
        self._last_us = 0
        self._idle_was_reached = False

    def start(self) -> Steps[None]:
        """Register the early listener, one callback for each family of events."""
        yield from self._mgmt.add(EventCallback(self._mgmt.codes.mask("PRIVATE"), self._on_private))
        for listener in self._early:
            yield from self._mgmt.add(listener)
        self._early_is_on = True

    # Listeners

    def listen(self, name: str, mask: int) -> Steps[None]:
        """Register a late listener; it replaces the one that has its name."""
        yield from self.stop_listening(name)
        listener = EventCallback(mask, lambda event: self._report(name, event))
        self._late[name] = listener
        yield from self._mgmt.add(listener)

    def listen_early(self) -> Steps[None]:
        """Register the early listener again, as the newest, unless it is registered."""
        if not self._early_is_on:
            self._early_is_on = True
            for listener in self._early:
                yield from self._mgmt.add(listener)

    def stop_listening(self, name: str) -> Steps[None]:
        """Remove a listener, if there is one of that name."""
        if name == "early" and self._early_is_on:
            self._early_is_on = False
            for listener in self._early:
                yield from self._mgmt.remove(listener)
        late = self._late.pop(name, None)
        if late is not None:
            yield from self._mgmt.remove(late)

    def reset(self) -> Steps[None]:
        """No hook, no late listeners, and the early one present."""
        self.hook = None
        for name in list(self._late):
            yield from self.stop_listening(name)
        yield from self.listen_early()

    def _on_early(self, event: Notification) -> Steps[None]:
        self.peak = max(self.peak, len(self._mgmt.queue.messages) + 1)
        hook = self.hook
        if hook is not None and self._concerns(hook, event):
            hook.left -= 1
            if not hook.left:
                self.hook = None
            yield from hook.job()
        yield from self._report("early", event)

    def _concerns(self, hook: ArmedHook, event: Notification) -> bool:
        index = event.iface.index if event.iface else 0
        name = self._mgmt.codes.name.get(event.code)
        return name == hook.event and hook.iface in (0, index)

    def _report(self, listener: str, event: Notification) -> Steps[None]:
        iface = event.iface
        name = self._mgmt.codes.name.get(event.code, "-")
        fields: list[tuple[str, object]] = [
            ("l", listener),
            ("n", name),
            ("code", f"{event.code:x}"),
        ]
        if iface is None:
            fields.append(("if", 0))
        else:
            fields += [
                ("if", iface.index),
                ("a", int(iface.admin_up)),
                ("o", int(iface.is_up)),
                ("m", self._monitor.letters(iface)),
                ("v4", len(iface.qualifying(4))),
                ("v6", len(iface.qualifying(6))),
            ]
        if name == "CONN_IF_FATAL_ERROR":
            value = int.from_bytes(event.info[:4], "little", signed=True)
            fields.append(("info", value if len(event.info) >= 4 else "-"))
        self._ring.add("event", fields)
        if listener == "early" or not self._early_is_on:
            yield from self._breathe()

    # Storms

    def board_is_idle(self) -> None:
        """Threads of low priority could run: what came so far was no storm."""
        self._idle_was_reached = True

    def _breathe(self) -> Steps[None]:
        """Count events; from the 201st without the board being idle on, rest after each."""
        now_us = self.kernel.uptime_us
        if self._storming and now_us - self._last_us >= _STORM_OVER_US:
            self._storming = False
        self._last_us = now_us
        if self._idle_was_reached and not self._storming:
            self._count = 0
        self._idle_was_reached = False
        self._count += 1
        if self._count > STORM_EVENTS and not self._storming:
            self._storming = True
            self._ring.add("storm", [("n", self._count)])
        if self._storming:
            yield from self.kernel.sleep(self.kernel.ticks(_REST_US))
            self._last_us = self.kernel.uptime_us
        if self._ring.is_pressed:
            yield from self.kernel.sleep(self.kernel.ticks(_REST_US))
            self._idle_was_reached = False  # it would not have been by itself

    # Where commands run

    def run_in_work_queue(self, job: Job) -> Steps[None]:
        """Run `job` in a work item of the system work queue and wait for it."""
        done = Semaphore(self.kernel, 0, 1)

        def handler() -> Steps[None]:
            yield from job()
            yield from done.give()

        yield from Work(self._queue, handler).submit()
        yield from done.take()

    def begin_in_work_queue(self, job: Job) -> Steps[None]:
        """Submit a work item that runs `job`."""
        yield from Work(self._queue, job).submit()

    def begin_in_callback(self, job: Job) -> Steps[None]:
        """Raise an event in whose net_mgmt callback `job` runs."""
        self._job = job
        yield from self._mgmt.notify("PRIVATE", None)

    def run_in_callback(self, job: Job) -> Steps[bool]:
        """Run `job` inside a net_mgmt callback; False if no event could be raised for it."""
        done = Semaphore(self.kernel, 0, 1)

        def handler() -> Steps[None]:
            yield from job()
            yield from done.give()

        self._job = handler
        if not (yield from self._mgmt.notify("PRIVATE", None)):
            return False
        yield from done.take()
        return True

    def _on_private(self, _: Notification) -> Steps[None]:
        job, self._job = self._job, None
        if job is not None:
            yield from job()
