"""The Connection Manager's control side: bindings, the per-iface API and the automations."""

import errno
from typing import TYPE_CHECKING

from .defects import Defects
from .kernel import Kernel, Mutex, Steps
from .monitor import Monitor
from .net_if import NetIf, NetIfs
from .net_mgmt import EventCallback, NetMgmt, Notification, WriteLog
from .profile import Profile
from .work import Work, WorkQueue

if TYPE_CHECKING:
    from .simconn import SimConn

PERSISTENT, NO_AUTO_CONNECT, NO_AUTO_DOWN, DISCONNECTING = range(4)

_NULL_API = "Connectivity implementation has NULL API, and will be treated as non-existent."


class Binding:
    """An iface tied to a connectivity implementation, and the settings of the pair."""

    def __init__(self, kernel: Kernel, iface: NetIf, implementation: "SimConn") -> None:
        self.iface = iface
        self.implementation = implementation
        self.lock = Mutex(kernel)
        self.flags = 0
        self.timeout = 0
        self.idle_timeout = 0
        self.idle_work: Work | None = None


class Control:
    """The functions of conn_mgr_connectivity.h for one iface, and what happens by itself."""

    def __init__(
        self,
        kernel: Kernel,
        profile: Profile,
        net_ifs: NetIfs,
        mgmt: NetMgmt,
        monitor: Monitor,
        system_queue: WorkQueue,
        defects: Defects,
        log: WriteLog,
        *,
        auto_down: bool,
    ) -> None:
        self.kernel = kernel
        self.profile = profile
        self.bindings: list[Binding] = []
        self._in_link_order: list[Binding | None] = []
        self._null: set[int] = set()
        self._ifs = net_ifs
        self._mgmt = mgmt
        self._monitor = monitor
        self._queue = system_queue
        self._defects = defects
        self._log = log
        self._auto_down_built_in = auto_down
        self._started = False
        monitor.on_ignore = self._forget_flags

    def bind(self, iface: NetIf, implementation: "SimConn | None") -> None:
        """Bind at build time; None stands for an implementation with a NULL API."""
        if implementation is None:
            self._null.add(iface.index)
            self._in_link_order.append(None)
            return
        binding = Binding(self.kernel, iface, implementation)
        self.bindings.append(binding)
        self._in_link_order.append(binding)

    def binding(self, iface: NetIf | None) -> Binding | None:
        """The binding of an iface, if it has one with an API."""
        return next((binding for binding in self.bindings if binding.iface is iface), None)

    def is_bound(self, iface: NetIf) -> bool:
        """Whether an implementation is bound to the iface."""
        if iface.index in self._null and "ctl-null-api-bound" in self._defects:
            return True
        return self.binding(iface) is not None

    # Start

    def init(self) -> Steps[None]:
        """Initialise all bindings, register the automations, connect what is up already.

        Automations that are registered at build time (4.5) have already connected what is up.
        """
        for binding in self._in_link_order:
            if binding is None:
                self._log("err", "conn_mgr_conn", _NULL_API)
                continue
            binding.idle_work = Work(self._queue, lambda it=binding: self._idle_expired(it))  # type: ignore[misc]
            if "init" in binding.implementation.callbacks:
                yield from binding.lock.lock()
                binding.timeout = binding.idle_timeout = 0
                yield from binding.implementation.init(binding)
                yield from binding.lock.unlock()
        if not self.profile.static_handlers:
            for listener in self.listeners():
                yield from self._mgmt.add(listener)
            for binding in self.bindings:
                if binding.iface.admin_up and "auto-boot-skipped" not in self._defects:
                    yield from self._auto_connect(binding)
        self._started = True

    def listeners(self) -> tuple[EventCallback, EventCallback]:
        """The callbacks for what happens to ifaces, and for the control part's own events."""
        mask = self._mgmt.codes.mask
        triggers = ["IF_ADMIN_UP", "IF_DOWN"] + ["IF_UP"] * self.profile.idle_timeout
        own = mask("CONN_IF_TIMEOUT", "CONN_IF_FATAL_ERROR", "CONN_IF_IDLE_TIMEOUT")
        return EventCallback(mask(*triggers), self._on_iface_event), EventCallback(
            own, self._on_own_event
        )

    # API

    def connect(self, iface: NetIf) -> Steps[int]:
        """Take the iface admin-up if need be and start an attempt; the status is passed on."""
        binding = self.binding(iface)
        if binding is None or "connect" not in binding.implementation.callbacks:
            if binding is None and "ctl-unbound-goes-up" in self._defects:
                yield from self._ifs.up(iface)
            return -errno.EINVAL if "ctl-unbound-einval" in self._defects else -errno.ENOTSUP
        return (yield from binding.lock.around(self._connect_locked(binding)))

    def _connect_locked(self, binding: Binding) -> Steps[int]:
        iface = binding.iface
        if (
            self.profile.has_no_configuration_event
            and not binding.flags & 1 << PERSISTENT
            and not binding.implementation.is_configured(binding)
        ):
            yield from self._mgmt.notify("CONN_IF_NO_CONFIGURATION", iface)
            return -errno.EAGAIN
        if not iface.admin_up:
            if "ctl-connect-needs-up" in self._defects:
                return -errno.ESHUTDOWN
            status = yield from self._ifs.up(iface)
            if status:
                return status
        if self.profile.marks_intent:
            binding.flags &= ~(1 << DISCONNECTING)
        if iface.is_up and "ctl-connect-once" in self._defects:
            return 0
        status = yield from binding.implementation.connect(binding)
        if status < 0 and "ctl-error-takes-down" in self._defects:
            yield from self._ifs.down(iface)
        if "ctl-status-swallowed" in self._defects:
            return 0
        if "ctl-positive-dropped" in self._defects:
            return min(status, 0)
        return status

    def disconnect(self, iface: NetIf) -> Steps[int]:
        """End the connection or the attempt; 0 when the iface is admin-down."""
        binding = self.binding(iface)
        if binding is None or "disconnect" not in binding.implementation.callbacks:
            return -errno.ENOTSUP
        yield from binding.lock.lock()
        status = 0
        if iface.admin_up or "ctl-down-disconnect-forwarded" in self._defects:
            if self.profile.marks_intent:
                binding.flags |= 1 << DISCONNECTING
            status = yield from binding.implementation.disconnect(binding)
        yield from binding.lock.unlock()
        if not self.profile.marks_intent:
            yield from self._auto_admin_down(binding)
        return 0 if "ctl-disconnect-status-dropped" in self._defects else status

    def set_opt(self, iface: NetIf, name: int, value: bytes | None) -> Steps[int]:
        """Store an option; a value of None stands for a NULL pointer."""
        if value is None:
            return -errno.EINVAL
        binding = self.binding(iface)
        if binding is None or "set_opt" not in binding.implementation.callbacks:
            return -errno.ENOTSUP
        return (
            yield from binding.lock.around(binding.implementation.set_opt(binding, name, value))
        )

    def get_opt(self, iface: NetIf, name: int, room: int) -> Steps[tuple[int, int, bytes]]:
        """Status, the length that was reported, and the value."""
        binding = self.binding(iface)
        if binding is None or "get_opt" not in binding.implementation.callbacks:
            kept = room if "ctl-get-opt-length" in self._defects else 0
            return -errno.ENOTSUP, kept, b""
        reading = binding.implementation.get_opt(binding, name, room)
        status, value = yield from binding.lock.around(reading)
        return status, len(value), value

    def set_flag(self, iface: NetIf, flag: int, on: bool) -> Steps[int]:
        """Set or clear a flag; -EINVAL for a number that does not exist, before all else."""
        if not 0 <= flag < self._flag_count:
            return -errno.EINVAL
        binding = self.binding(iface)
        if binding is None:
            return -errno.ENOTSUP
        yield from binding.lock.lock()
        for one in self.bindings if "ctl-flags-shared" in self._defects else [binding]:
            one.flags = one.flags | 1 << flag if on else one.flags & ~(1 << flag)
        yield from binding.lock.unlock()
        return 0

    def get_flag(self, iface: NetIf, flag: int) -> Steps[bool]:
        """Whether a flag is set; False for whatever does not exist."""
        binding = self.binding(iface)
        if binding is None or not 0 <= flag < self._flag_count:
            return False
        return (yield from self._has_flag(binding, flag))

    @property
    def _flag_count(self) -> int:
        return self.profile.flag_count + ("ctl-flag-range" in self._defects)

    def _has_flag(self, binding: Binding, flag: int) -> Steps[bool]:
        yield from binding.lock.lock()
        value = bool(binding.flags & 1 << flag)
        yield from binding.lock.unlock()
        return value

    def set_timeout(self, iface: NetIf, seconds: int) -> Steps[int]:
        """Set the timeout of later attempts, in seconds; any number is stored."""
        binding = self.binding(iface)
        if binding is None:
            return -errno.ENOTSUP
        if "ctl-timeout-clamped" in self._defects:
            seconds = max(seconds, 0)
        yield from binding.lock.lock()
        for one in self.bindings if "ctl-timeout-shared" in self._defects else [binding]:
            one.timeout = seconds
        yield from binding.lock.unlock()
        return 0

    def get_timeout(self, iface: NetIf) -> Steps[int]:
        """The timeout in seconds; 0 when unbound."""
        binding = self.binding(iface)
        if binding is None:
            return 0
        yield from binding.lock.lock()
        value = binding.timeout
        yield from binding.lock.unlock()
        return value

    # Idle timeout (from 4.3)

    def set_idle_timeout(self, iface: NetIf, seconds: int) -> int:
        """Set the idle timeout in seconds; a timer that runs is not touched."""
        binding = self.binding(iface)
        if binding is None:
            return -errno.ENOTSUP
        binding.idle_timeout = seconds
        return 0

    def get_idle_timeout(self, iface: NetIf) -> int:
        """The idle timeout in seconds; 0 when unbound."""
        binding = self.binding(iface)
        return binding.idle_timeout if binding else 0

    def used(self, iface: NetIf) -> None:
        """Start the idle timer again."""
        binding = self.binding(iface)
        if binding is not None and binding.idle_timeout:
            self._restart_idle(binding)

    def _restart_idle(self, binding: Binding) -> None:
        if binding.idle_work is not None:
            binding.idle_work.reschedule(self.kernel.ticks(binding.idle_timeout * 1_000_000))

    def _idle_expired(self, binding: Binding) -> Steps[None]:
        yield from self._mgmt.notify("CONN_IF_IDLE_TIMEOUT", binding.iface)

    # Automations

    def _auto_connect(self, binding: Binding) -> Steps[None]:
        if "auto-no-connect" in self._defects:
            return
        barred = yield from self._has_flag(binding, NO_AUTO_CONNECT)
        if barred and "auto-connect-always" not in self._defects:
            return
        status = yield from self.connect(binding.iface)
        if status < 0 and "auto-connect-retries" in self._defects:
            status = yield from self.connect(binding.iface)
        if status < 0:
            self._log("err", "conn_mgr_conn", f"iface auto-connect failed: {status}")

    def _auto_admin_down(self, binding: Binding) -> Steps[None]:
        if binding.idle_work is not None:
            binding.idle_work.cancel()
        if not self._auto_down_built_in:
            return
        guards = self.bindings if "auto-no-down-shared" in self._defects else [binding]
        for guard in guards:
            barred = yield from self._has_flag(guard, NO_AUTO_DOWN)
            if barred and "auto-down-always" not in self._defects:
                return
        if "ctl-down-disconnects" in self._defects and binding.iface.admin_up:
            yield from binding.implementation.disconnect(binding)
        yield from self._ifs.down(binding.iface)

    def _on_iface_event(self, event: Notification) -> Steps[None]:
        binding = yield from self._concerned(event)
        name = self._mgmt.codes.name.get(event.code)
        if binding is None:
            return
        if name == "IF_ADMIN_UP":
            if self._started or "auto-boot-skipped" not in self._defects:
                yield from self._auto_connect(binding)
        elif name == "IF_UP" and self.profile.idle_timeout:
            yield from binding.lock.lock()
            seconds = binding.idle_timeout
            yield from binding.lock.unlock()
            if seconds:
                self._restart_idle(binding)
        elif name == "IF_DOWN":
            persistent = yield from self._has_flag(binding, PERSISTENT)
            if self.profile.marks_intent:
                intended = yield from self._has_flag(binding, DISCONNECTING)
                persistent = persistent and not intended
            if persistent and "auto-loss-downs-persistent" not in self._defects:
                return
            binding.flags &= ~(1 << DISCONNECTING)
            if "auto-loss-stays-up" not in self._defects:
                yield from self._auto_admin_down(binding)

    def _on_own_event(self, event: Notification) -> Steps[None]:
        name = self._mgmt.codes.name.get(event.code)
        binding = yield from self._concerned(event)
        if name == "CONN_IF_FATAL_ERROR":
            reason = int.from_bytes(event.info[:4].ljust(4, b"\0"), "little", signed=True)
            index = event.iface.index if event.iface else -1
            text = f"Fatal connectivity error on iface {index}. Reason: {reason}."
            if not event.info:
                text = f"Unknown fatal connectivity error on iface {index}."
            self._log("err", "conn_mgr_conn", text)
        if binding is None:
            if event.iface is not None and "auto-unbound-too" in self._defects:
                yield from self._ifs.down(event.iface)
            return
        if name == "CONN_IF_IDLE_TIMEOUT":
            yield from self._disconnect_idle(binding)
        elif name == "CONN_IF_TIMEOUT":
            persistent = yield from self._has_flag(binding, PERSISTENT)
            if not (persistent and "auto-timeout-spares-persistent" in self._defects):
                yield from self._auto_admin_down(binding)
        elif name == "CONN_IF_FATAL_ERROR" and "auto-fatal-stays-up" not in self._defects:
            yield from self._auto_admin_down(binding)

    def _disconnect_idle(self, binding: Binding) -> Steps[None]:
        if "disconnect" not in binding.implementation.callbacks:
            return
        yield from binding.lock.lock()
        if binding.iface.admin_up:
            yield from binding.implementation.disconnect(binding)
        yield from binding.lock.unlock()

    def _concerned(self, event: Notification) -> Steps[Binding | None]:
        """The binding that an automation acts on, if any."""
        binding = self.binding(event.iface)
        if binding is None or "auto-skips-ignored" not in self._defects:
            return binding
        ignored = yield from self._monitor.is_ignored(binding.iface)
        return None if ignored else binding

    def _forget_flags(self, iface: NetIf) -> None:
        binding = self.binding(iface)
        if binding is not None:
            binding.flags = 0
