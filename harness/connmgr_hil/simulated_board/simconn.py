# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 The connmgr-hil authors
"""The simulated connectivity implementation: a network technology that does as its knobs say."""

import errno
from collections.abc import Callable

from .control import PERSISTENT, Binding
from .defects import Defects
from .frames import Fields
from .kernel import Kernel, Steps
from .net_if import NetIf, NetIfs
from .net_mgmt import Event, Listener, NetMgmt
from .work import Work, WorkQueue

Report = Callable[[str, Fields], int]

MODES = ("async", "never", "sync")
NUMBERS = {
    "delay_ms": 100,
    "fails": 0,
    "connect_rc": 0,
    "disconnect_rc": 0,
    "teardown_ms": 0,
    "fatal_keeps": 0,
    "watch_admin": 0,
    "block_ms": 0,
}
COUNTERS = ("init", "connect", "disconnect", "set_opt", "get_opt", "attempts", "timeouts")
_OPTION_LENGTH = 4
# Defects that make a second connect start the timeout, by the state it finds.
_AGAIN = {"connected": "sim-connect-arms-timeout", "connecting": "sim-connect-restarts"}


class Context:
    """What the implementation knows about one binding."""

    def __init__(self) -> None:
        self.state = "idle"
        self.counts = dict.fromkeys(COUNTERS, 0)
        self.last_thread = "-"
        self.persistent_at_start = False
        self.set_defaults(auto=False)

    def set_defaults(self, *, auto: bool) -> None:
        """Knobs and option as after boot; the auto-started iface never connects."""
        self.mode = "never" if auto else "async"
        self.knobs = dict(NUMBERS)
        self.option = bytes(_OPTION_LENGTH)

    def set_timers(self, association: Work, timeout: Work, teardown: Work) -> None:
        """Set the three delayable work items."""
        self.association = association
        self.timeout = timeout
        self.teardown = teardown


class SimConn:
    """One implementation that serves many ifaces, each with a context of its own."""

    def __init__(
        self,
        kernel: Kernel,
        net_ifs: NetIfs,
        mgmt: NetMgmt,
        queue: WorkQueue,
        defects: Defects,
        report: Report,
        *,
        name: str,
        callbacks: frozenset[str],
        dormant_in_init: bool,
    ) -> None:
        self.name = name
        self.callbacks = callbacks
        self.contexts: dict[int, Context] = {}
        self._bindings: list[Binding] = []
        self._kernel = kernel
        self._ifs = net_ifs
        self._mgmt = mgmt
        self._queue = queue
        self._defects = defects
        self._report = report
        self._dormant_in_init = dormant_in_init
        self._watcher: Listener | None = None

    def _enter(self, binding: Binding, operation: str) -> Context:
        context = self.contexts[binding.iface.index]
        context.counts[operation] += 1
        name = self._kernel.current.name
        context.last_thread = name if name in ("shell", "wq", "mgmt", "mon") else "other"
        self._report("call", [("if", binding.iface.index), ("op", operation)])
        return context

    def _ms(self, milliseconds: int) -> int:
        return self._kernel.ticks(milliseconds * 1000)

    # Callbacks; the binding is locked by the caller

    def init(self, binding: Binding) -> Steps[None]:
        """Make a context for the binding."""
        context = self.contexts[binding.iface.index] = Context()
        context.set_defaults(auto=binding.iface.auto_start)
        context.set_timers(
            *(
                Work(self._queue, lambda it=step: it(binding))  # type: ignore[misc]
                for step in (self._associated, self._timed_out, self._torn_down)
            )
        )
        self._bindings.append(binding)
        self._enter(binding, "init")
        if self._dormant_in_init:
            yield from self._ifs.set_dormant(binding.iface, True)

    def connect(self, binding: Binding) -> Steps[int]:
        """Start an attempt unless there is one, or a connection."""
        context = self._enter(binding, "connect")
        blocking = 500 if "sim-blocks" in self._defects else context.knobs["block_ms"]
        if blocking:
            yield from self._kernel.sleep(self._ms(blocking))
        if context.knobs["connect_rc"]:
            return context.knobs["connect_rc"]
        if context.state == "idle":
            yield from self._attempt(binding, context, binding.timeout)
        elif _AGAIN[context.state] in self._defects:
            self._arm(context, binding.timeout)
        return 1 if "sim-positive-status" in self._defects else 0

    def disconnect(self, binding: Binding) -> Steps[int]:
        """Go idle, and dormant at once or after the teardown."""
        context = self._enter(binding, "disconnect")
        if context.knobs["block_ms"]:
            yield from self._kernel.sleep(self._ms(context.knobs["block_ms"]))
        if context.knobs["disconnect_rc"]:
            return context.knobs["disconnect_rc"]
        was_connected = context.state == "connected"
        if context.state == "idle" and "sim-disconnect-idle-error" in self._defects:
            return -errno.ENOTCONN
        if "sim-disconnect-keeps-timer" not in self._defects:
            self._cancel(context)
            context.state = "idle"
        if "sim-shared-state" in self._defects:
            for other in self.contexts.values():
                self._cancel(other)
                other.state = "idle"
        if context.knobs["teardown_ms"] and was_connected:
            context.teardown.reschedule(self._ms(context.knobs["teardown_ms"]))
        elif not context.teardown.is_delayed:
            yield from self._ifs.set_dormant(binding.iface, True)
        if was_connected and "sim-reconnects" in self._defects and self._persists(binding):
            yield from self._attempt(binding, context, binding.timeout, after_loss=True)
        return 0

    def set_opt(self, binding: Binding, name: int, value: bytes) -> Steps[int]:
        """Store option 1; option 2 is read-only."""
        context = self._enter(binding, "set_opt")
        if name == 2:
            return -errno.EACCES
        if name != 1:
            return -errno.ENOPROTOOPT
        if len(value) > _OPTION_LENGTH:
            if "sim-long-option-stored" in self._defects:
                context.option = value[:_OPTION_LENGTH]
            return -errno.ENOBUFS
        if len(value) < _OPTION_LENGTH:
            return -errno.EINVAL
        context.option = value
        return 0
        yield

    def get_opt(self, binding: Binding, name: int, room: int) -> Steps[tuple[int, bytes]]:
        """Status and value of an option for a buffer of `room` bytes."""
        context = self._enter(binding, "get_opt")
        value = {1: context.option, 2: b"\xc0\xde"}.get(name)
        if value is None:
            return -errno.ENOPROTOOPT, b""
        if room < len(value):
            return -errno.ENOBUFS, bytes(room) if "sim-option-length" in self._defects else b""
        return 0, value
        yield

    # Attempts

    def _persists(self, binding: Binding) -> bool:
        if "sim-persistence-latched" in self._defects:
            return self.contexts[binding.iface.index].persistent_at_start
        return bool(binding.flags & 1 << PERSISTENT)

    def _arm(self, context: Context, seconds: float) -> None:
        if seconds > 0:
            unit = 1 if "sim-milliseconds" in self._defects else 1000
            context.timeout.reschedule(self._ms(int(seconds * unit)))

    def _cancel(self, context: Context) -> None:
        context.association.cancel()
        context.timeout.cancel()

    def _attempt(
        self, binding: Binding, context: Context, seconds: float, *, after_loss: bool = False
    ) -> Steps[None]:
        """Begin an attempt; after a loss it takes its time even in `sync` mode."""
        if context.teardown.is_delayed:
            context.teardown.cancel()
            yield from self._ifs.set_dormant(binding.iface, True)
        context.state = "connecting"
        context.counts["attempts"] += 1
        context.persistent_at_start = bool(binding.flags & 1 << PERSISTENT)
        if "sim-up-at-connect" in self._defects:
            yield from self._ifs.set_dormant(binding.iface, False)
        if context.mode == "sync" and not after_loss:
            yield from self._become_connected(binding, context)
            return
        if context.mode != "never":
            tries = context.knobs["fails"] + 1
            if not (tries > 1 and "sim-gives-up" in self._defects):
                context.association.reschedule(self._ms(tries * context.knobs["delay_ms"]))
        if after_loss and seconds == 0 and "sim-zero-is-short" in self._defects:
            seconds = 0.001
        self._arm(context, seconds)

    def _become_connected(self, binding: Binding, context: Context) -> Steps[None]:
        context.state = "connected"
        if "sim-timeout-after-success" not in self._defects:
            context.timeout.cancel()
        yield from self._ifs.set_dormant(binding.iface, False)

    # Timers, on the system work queue

    def _associated(self, binding: Binding) -> Steps[None]:
        context = self.contexts[binding.iface.index]
        yield from binding.lock.lock()
        revived = context.state == "idle" and "sim-fatal-keeps-timer" in self._defects
        if context.state == "connecting" or revived:
            yield from self._become_connected(binding, context)
        yield from binding.lock.unlock()

    def _timed_out(self, binding: Binding) -> Steps[None]:
        context = self.contexts[binding.iface.index]
        yield from binding.lock.lock()
        late = context.state == "connected" and self._defects & {
            "sim-timeout-after-success",
            "sim-connect-arms-timeout",
        }
        expired = context.state == "connecting" or bool(late)
        if expired:
            self._cancel(context)
            context.state = "idle"
            context.counts["timeouts"] += 1
            if late:
                yield from self._ifs.set_dormant(binding.iface, True)
        yield from binding.lock.unlock()
        if not expired:
            return
        iface = binding.iface
        if "sim-timeout-first-iface" in self._defects:
            iface = self._bindings[0].iface
        if "sim-timeout-silent" not in self._defects:
            yield from self._mgmt.notify("CONN_IF_TIMEOUT", iface)
        if "sim-timeout-twice" in self._defects:
            yield from self._mgmt.notify("CONN_IF_TIMEOUT", iface)
        if "sim-retry-after-timeout" in self._defects and self._persists(binding):
            yield from self._attempt(binding, context, binding.timeout, after_loss=True)

    def _torn_down(self, binding: Binding) -> Steps[None]:
        yield from binding.lock.lock()
        yield from self._ifs.set_dormant(binding.iface, True)
        yield from binding.lock.unlock()

    # The world

    def lose(self, binding: Binding) -> Steps[int]:
        """The network goes away; -ENOTCONN when it was not connected."""
        context = self.contexts[binding.iface.index]
        yield from binding.lock.lock()
        status = 0
        if context.state != "connected":
            status = -errno.ENOTCONN
        else:
            context.state = "idle"
            if "sim-loss-hidden" not in self._defects:
                yield from self._ifs.set_dormant(binding.iface, True)
            again = self._persists(binding) or "sim-retry-always" in self._defects
            if again and "sim-no-retry" not in self._defects:
                left: float = binding.timeout
                if "sim-timeout-not-renewed" in self._defects:
                    left /= 2
                yield from self._attempt(binding, context, left, after_loss=True)
        yield from binding.lock.unlock()
        return status

    def fatal(self, binding: Binding, info: bytes) -> Steps[None]:
        """The technology fails for good."""
        context = self.contexts[binding.iface.index]
        yield from binding.lock.lock()
        was_connected = context.state == "connected"
        if "sim-fatal-keeps-timer" not in self._defects:
            self._cancel(context)
        context.state = "idle"
        if was_connected and not context.knobs["fatal_keeps"]:
            yield from self._ifs.set_dormant(binding.iface, True)
        yield from binding.lock.unlock()
        yield from self._mgmt.notify("CONN_IF_FATAL_ERROR", binding.iface, info)
        if "sim-retry-after-fatal" in self._defects and self._persists(binding):
            yield from self._attempt(binding, context, binding.timeout, after_loss=True)

    def set_knob(self, iface: NetIf, knob: str, value: str) -> Steps[bool]:
        """Set a knob from its text; False if the knob or the value does not exist."""
        context = self.contexts[iface.index]
        if knob == "mode":
            if value not in MODES:
                return False
            context.mode = value
            return True
        if knob not in NUMBERS:
            return False
        try:
            context.knobs[knob] = int(value)
        except ValueError:
            return False
        if knob == "watch_admin":
            yield from self._watch_admin()
        return True

    def _watch_admin(self) -> Steps[None]:
        wanted = any(context.knobs["watch_admin"] for context in self.contexts.values())
        if wanted and self._watcher is None:
            mask = self._mgmt.codes.mask("IF_ADMIN_DOWN")
            self._watcher = Listener(mask, self._on_admin_down)
            yield from self._mgmt.add(self._watcher)
        elif not wanted and self._watcher is not None:
            watcher, self._watcher = self._watcher, None
            yield from self._mgmt.remove(watcher)

    def _on_admin_down(self, event: Event) -> Steps[None]:
        iface = event.iface
        if iface is None or self._mgmt.codes.name.get(event.code) != "IF_ADMIN_DOWN":
            return
        context = self.contexts.get(iface.index)
        if context is None or not context.knobs["watch_admin"] or iface.admin_up:
            return
        self._cancel(context)
        context.state = "idle"
        yield from self._ifs.set_dormant(iface, True)

    def forget(self, binding: Binding) -> Steps[None]:
        """Back to the state after init: no attempt, default knobs, counters at zero."""
        context = self.contexts[binding.iface.index]
        self._cancel(context)
        context.teardown.cancel()
        context.state = "idle"
        context.set_defaults(auto=binding.iface.auto_start)
        context.counts = dict.fromkeys(COUNTERS, 0) | {"init": 1}
        yield from self._watch_admin()
        yield from self._ifs.set_dormant(binding.iface, True)
