"""Network management events: admission, the bounded queue, and the dispatcher thread."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .defects import Defects
from .events import Codes
from .kernel import COOPERATIVE_LOWEST, Kernel, MessageQueue, Mutex, Steps

if TYPE_CHECKING:
    from .net_if import NetIf

INFO_LIMIT = 32
_QUEUE_TIMEOUT_US = 10_000

WriteLog = Callable[[str, str, str], None]


@dataclass(slots=True, eq=False)
class Notification:
    """One queue entry; `info` is a copy."""

    code: int
    iface: "NetIf | None"
    info: bytes


@dataclass(slots=True, eq=False)
class EventCallback:
    """A callback with its mask."""

    mask: int
    handler: Callable[[Notification], Steps[None]]


class NetMgmt:
    """Where events are raised and listeners are registered."""

    def __init__(
        self, kernel: Kernel, codes: Codes, defects: Defects, log: WriteLog, queue_length: int
    ) -> None:
        self.kernel = kernel
        self.codes = codes
        self.queue = MessageQueue(kernel, queue_length)
        self._defects = defects
        self._log = log
        self._callback_lock = Mutex(kernel)
        self._event_lock = Mutex(kernel)
        self._fixed: list[EventCallback] = []
        self._listeners: list[EventCallback] = []  # newest first
        self._all_masks = 0
        self._accepted = 0
        self._delivering = False
        self.on_event: Callable[[str, NetIf], Steps[None]] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether an event is queued or being delivered."""
        return self._delivering or bool(self.queue.messages)

    def start(self) -> None:
        """Create the dispatcher thread."""
        self.kernel.spawn("mgmt", COOPERATIVE_LOWEST, self._dispatch())

    def fix(self, *listeners: EventCallback) -> None:
        """Register listeners as at build time: in this order they are called before all others."""
        self._fixed += listeners
        self._collect_masks()

    def add(self, listener: EventCallback) -> Steps[None]:
        """Register a listener; it is called before those registered earlier."""
        yield from self._callback_lock.lock()
        self._listeners.insert(0, listener)
        self._all_masks |= listener.mask
        yield from self._callback_lock.unlock()

    def remove(self, listener: EventCallback) -> Steps[None]:
        """Remove a listener and recompute which events are admitted."""
        if "evt-del-ignored" in self._defects:
            return
        yield from self._callback_lock.lock()
        if listener in self._listeners:
            self._listeners.remove(listener)
        self._collect_masks()
        yield from self._callback_lock.unlock()

    def _collect_masks(self) -> None:
        self._all_masks = 0
        for listener in (*self._fixed, *self._listeners):
            self._all_masks |= listener.mask

    def notify(self, name: str, iface: "NetIf | None", info: bytes = b"") -> Steps[bool]:
        """Queue the event `name` if any listener's mask covers it; waits up to 10 ms for room.

        False if it was not queued.
        """
        code = self.codes.code[name]
        if name == "L4_DISCONNECTED" and "evt-wrong-code" in self._defects:
            code = self.codes.code["DNS_SERVER_ADD"]
        if not self.codes.admits(self._all_masks, code):
            return False
        if "evt-drops-some" in self._defects and name != "PRIVATE":
            self._accepted += 1
            if self._accepted % 16 == 0:
                return False
        room = False
        yield from self._event_lock.lock()
        if len(info) > INFO_LIMIT:
            self._log("err", "net_mgmt", f"Event {code} info length {len(info)} > {INFO_LIMIT}")
        else:
            if "evt-info-lost" in self._defects:
                info = b""
            room = yield from self.queue.put(
                Notification(code, iface, info), self.kernel.ticks(_QUEUE_TIMEOUT_US)
            )
            if not room:
                self._log("wrn", "net_mgmt", f"Failure to push event ({code})")
        yield from self._event_lock.unlock()
        return room

    def _dispatch(self) -> Steps[None]:
        while True:
            event = yield from self.queue.get()
            assert isinstance(event, Notification)
            self._delivering = True
            yield from self._callback_lock.lock()
            yield from self._call_back(event)
            yield from self._callback_lock.unlock()
            self._delivering = False
            yield from self.kernel.give_way()

    def _call_back(self, event: Notification) -> Steps[None]:
        listeners = list(self._listeners)
        if "evt-oldest-first" in self._defects:
            listeners.reverse()
        matches = self.codes.matches
        if self.on_event is not None and event.iface is not None:
            yield from self.on_event(self.codes.name.get(event.code, ""), event.iface)
        for listener in (*self._fixed, *listeners):
            here = listener in self._fixed or listener in self._listeners
            if here and matches(listener.mask, event.code):
                yield from listener.handler(event)
