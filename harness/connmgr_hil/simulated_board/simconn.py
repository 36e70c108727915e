"""The simulated connectivity implementation: a network technology that its knobs control."""

import errno
from collections.abc import Callable

from .control import PERSISTENT, Binding
from .defects import Defects
from .frames import Fields
from .kernel import Kernel, Steps
from .life import Life
from .net_if import NetIf, NetIfs
from .net_mgmt import EventCallback, NetMgmt, Notification
from .results import Bad, number
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
    "configured": 1,
}
_DAY_MS = 86_400_000
_STATUS, _SWITCH = (-(1 << 31), (1 << 31) - 1), (0, 1)
_RANGES = {
    "fails": (0, 1000),
    "connect_rc": _STATUS,
    "disconnect_rc": _STATUS,
    "fatal_keeps": _SWITCH,
    "watch_admin": _SWITCH,
    "configured": _SWITCH,
}
COUNTERS = ("init", "connect", "disconnect", "set_opt", "get_opt", "attempts", "timeouts")
_OPTION_LENGTH = 4
_DEFECT_BLOCK_MS = 300
# With a defect these outlive what should have ended them.
_LATE_TIMEOUTS = {"timeout_after_success", "timeout_after_disconnect", "connect_ends_connection"}
_LATE_ASSOCIATIONS = {"disconnect_keeps_attempt", "fatal_keeps_attempt"}


class Context:
    """What the implementation knows about one binding."""

    common_state = "idle"  # of all bindings, with a defect

    def __init__(self, defects: Defects) -> None:
        self._defects = defects
        self._own_state = "idle"
        self.counts = dict.fromkeys(COUNTERS, 0)
        self.last_thread = "-"
        self.persistent_at_start = False
        self.timeout_due = 0  # in ticks
        self.set_defaults(auto=False)

    @property
    def state(self) -> str:
        """`idle`, `connecting` or `connected`."""
        return Context.common_state if "shared_state" in self._defects else self._own_state

    @state.setter
    def state(self, state: str) -> None:
        if "shared_state" in self._defects:
            Context.common_state = state
        else:
            self._own_state = state

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
    """One implementation for many ifaces, each with its own context."""

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
        has_configuration: bool,
        life: Life,
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
        self._has_configuration = has_configuration
        self._watcher: EventCallback | None = None
        self._life = life

    def is_configured(self, binding: Binding) -> bool:
        """Whether there is anything to connect with (asked from 4.5 on)."""
        return bool(self._prepared(binding).knobs["configured"])

    def _enter(self, binding: Binding, operation: str) -> Context:
        context = self._prepared(binding)
        context.counts[operation] += 1
        name = self._kernel.current.name
        context.last_thread = name if name in ("shell", "wq", "mgmt", "mon") else "other"
        self._report("call", [("if", binding.iface.index), ("op", operation)])
        return context

    def _ms(self, milliseconds: int) -> int:
        return self._kernel.ticks(milliseconds * 1000)

    # Callbacks; the binding is locked by the caller

    def init(self, binding: Binding) -> Steps[None]:
        """Take over the binding."""
        self._enter(binding, "init")
        if self._dormant_in_init:
            yield from self._ifs.set_dormant(binding.iface, True)

    def _prepared(self, binding: Binding) -> Context:
        """The context of a binding; fixed automations (4.5) may connect before init."""
        if binding.iface.index in self.contexts:
            return self.contexts[binding.iface.index]
        context = self.contexts[binding.iface.index] = Context(self._defects)
        context.set_defaults(auto=binding.iface.auto_start)
        context.set_timers(
            *(
                Work(self._queue, lambda it=step: it(binding))  # type: ignore[misc]
                for step in (self._associated, self._timed_out, self._torn_down)
            )
        )
        self._bindings.append(binding)
        return context

    def connect(self, binding: Binding) -> Steps[int]:
        """Start an attempt unless there is one, or a connection."""
        context = self._enter(binding, "connect")
        yield from self._life.act("connect")
        blocking = context.knobs["block_ms"]
        if "connect_blocks" in self._defects:
            blocking += _DEFECT_BLOCK_MS
        if blocking:
            yield from self._kernel.sleep(self._ms(blocking))
        if context.knobs["connect_rc"]:
            return 0 if "connect_error_lost" in self._defects else context.knobs["connect_rc"]
        if context.state != "idle":
            return self._connect_again(binding, context)
        if context.teardown.is_delayed:
            context.teardown.cancel()
            yield from self._ifs.set_dormant(binding.iface, True)
        yield from self._attempt(binding, context)
        return 1 if "connect_positive" in self._defects else 0

    def _connect_again(self, binding: Binding, context: Context) -> int:
        """Do nothing while there is an attempt or a connection, except for defects."""
        connecting = context.state == "connecting"
        if "connect_refused_busy" in self._defects:
            return -errno.EALREADY
        if connecting and "connect_restarts_timeout" in self._defects:
            self._start_timeout(binding, context)
        if connecting and "connect_restarts_attempt" in self._defects:
            context.counts["attempts"] += 1
            self._start_association(context)
        if not connecting and "connect_ends_connection" in self._defects:
            self._start_timeout(binding, context)
        return 0

    def disconnect(self, binding: Binding) -> Steps[int]:
        """Go idle, and dormant at once or after the teardown."""
        context = self._enter(binding, "disconnect")
        yield from self._life.act("disconnect")
        if context.knobs["block_ms"]:
            yield from self._kernel.sleep(self._ms(context.knobs["block_ms"]))
        if context.knobs["disconnect_rc"]:
            return context.knobs["disconnect_rc"]
        if "disconnect_ignored" in self._defects:
            return 0
        was_connected = context.state == "connected"
        if not was_connected and "disconnect_idle_error" in self._defects:
            return -errno.ENOTCONN
        context.state = "idle"
        if "disconnect_keeps_attempt" not in self._defects:
            context.association.cancel()
        if "timeout_after_disconnect" not in self._defects:
            context.timeout.cancel()
        if context.knobs["teardown_ms"] and was_connected:
            context.teardown.reschedule(self._ms(context.knobs["teardown_ms"]))
        elif not context.teardown.is_delayed:
            yield from self._ifs.set_dormant(binding.iface, True)
        if "disconnect_retried" in self._defects and self._persists(binding):
            yield from self._attempt(binding, context, again=True)
        return 0

    def set_opt(self, binding: Binding, name: int, value: bytes) -> Steps[int]:
        """Store option 1; option 2 is read-only."""
        context = self._enter(binding, "set_opt")
        yield from self._life.act("set_opt")
        if name == 2:
            return -errno.EACCES
        if name != 1:
            return 0 if "option_unknown_accepted" in self._defects else -errno.ENOPROTOOPT
        fits = len(value) == _OPTION_LENGTH
        accepts_short = "option_short_accepted" in self._defects and len(value) < _OPTION_LENGTH
        if fits or accepts_short or "option_stored_rejected" in self._defects:
            shared = "option_shared" in self._defects
            for one in self.contexts.values() if shared else [context]:
                one.option = value[:_OPTION_LENGTH] + one.option[len(value) :]
        if fits or accepts_short:
            return 0
        return -errno.ENOBUFS if len(value) > _OPTION_LENGTH else -errno.EINVAL

    def get_opt(self, binding: Binding, name: int, room: int) -> Steps[tuple[int, bytes]]:
        """Status and value of an option for a buffer of `room` bytes."""
        context = self._enter(binding, "get_opt")
        yield from self._life.act("get_opt")
        value = {1: context.option, 2: b"\xc0\xde"}.get(name)
        wrong_length = bytes(room) if "option_wrong_length" in self._defects else b""
        if value is None:
            return -errno.ENOPROTOOPT, wrong_length
        if room < len(value):
            return -errno.ENOBUFS, wrong_length
        return 0, value.ljust(len(wrong_length), b"\0")

    # Attempts

    def _persists(self, binding: Binding) -> bool:
        if "persistence_latched" in self._defects:
            return self.contexts[binding.iface.index].persistent_at_start
        return bool(binding.flags & 1 << PERSISTENT)

    def _start_timeout(self, binding: Binding, context: Context, *, again: bool = False) -> None:
        defects = self._defects
        left = max(context.timeout_due - self._kernel.now, 0)
        if binding.timeout <= 0:
            if "timeout_zero_is_now" in defects and self._persists(binding):
                context.timeout.reschedule(self._ms(1))
            return
        if "timeout_first_only" in defects and context.counts["attempts"] > 1:
            return
        ticks = self._ms(binding.timeout * 1000)
        if "timeout_in_ms" in defects:
            ticks = self._ms(binding.timeout)
        elif "timeout_early" in defects:
            ticks //= 2
        elif "timeout_late" in defects:
            ticks *= 2
        elif "timeout_remaining_reused" in defects and again:
            ticks = min(left, ticks)
        context.timeout_due = self._kernel.now + ticks
        context.timeout.reschedule(ticks)

    def _start_association(self, context: Context) -> None:
        fails = context.knobs["fails"]
        if context.mode != "never" and not (fails and "gives_up_early" in self._defects):
            context.association.reschedule(self._ms((fails + 1) * context.knobs["delay_ms"]))

    def _cancel(self, context: Context) -> None:
        context.association.cancel()
        context.timeout.cancel()

    def _attempt(self, binding: Binding, context: Context, *, again: bool = False) -> Steps[None]:
        """Begin an attempt; one without a call of connect takes its time even in `sync` mode."""
        context.state = "connecting"
        context.counts["attempts"] += 1
        context.persistent_at_start = bool(binding.flags & 1 << PERSISTENT)
        if "connect_oper_up" in self._defects:
            yield from self._ifs.set_dormant(binding.iface, False)
        if context.mode == "sync" and not again:
            yield from self._become_connected(binding, context)
            return
        self._start_association(context)
        self._start_timeout(binding, context, again=again)

    def _become_connected(self, binding: Binding, context: Context) -> Steps[None]:
        context.state = "connected"
        if "timeout_after_success" not in self._defects:
            context.timeout.cancel()
        yield from self._ifs.set_dormant(binding.iface, False)

    def _event_iface(self, binding: Binding, *, wrong: bool) -> NetIf:
        """The iface that an event is raised for; with a defect, the next one."""
        if not wrong:
            return binding.iface
        return self._ifs.by_index(binding.iface.index + 1) or self._ifs.all[0]

    # Timers, on the system work queue

    def _associated(self, binding: Binding) -> Steps[None]:
        context = self.contexts[binding.iface.index]
        yield from binding.lock.lock()
        if context.state == "connecting" or self._defects & _LATE_ASSOCIATIONS:
            yield from self._life.act("association")
            yield from self._become_connected(binding, context)
        if "life_lock_kept" not in self._defects:
            yield from binding.lock.unlock()

    def _timed_out(self, binding: Binding) -> Steps[None]:
        context = self.contexts[binding.iface.index]
        yield from binding.lock.lock()
        state = context.state
        expired = state == "connecting" or bool(self._defects & _LATE_TIMEOUTS)
        if expired and "timeout_keeps_trying" not in self._defects:
            self._cancel(context)
            context.state = "idle"
            if state == "connected":
                yield from self._ifs.set_dormant(binding.iface, True)
            if "timeout_retried" in self._defects and self._persists(binding):
                yield from self._attempt(binding, context, again=True)
        yield from binding.lock.unlock()
        if not expired:
            return
        yield from self._life.act("timeout")
        if "life_iface_lock_kept" in self._defects:
            yield from binding.iface.lock.lock()
        context.counts["timeouts"] += 1
        iface = self._event_iface(binding, wrong="timeout_wrong_iface" in self._defects)
        if "timeout_not_raised" not in self._defects:
            yield from self._mgmt.notify("CONN_IF_TIMEOUT", iface)
        if "timeout_raised_twice" in self._defects:
            yield from self._mgmt.notify("CONN_IF_TIMEOUT", iface)

    def _torn_down(self, binding: Binding) -> Steps[None]:
        yield from binding.lock.around(self._ifs.set_dormant(binding.iface, True))

    # The world

    def lose(self, binding: Binding) -> Steps[int]:
        """The network goes away; -ENOTCONN when it was not connected."""
        context = self.contexts[binding.iface.index]
        yield from binding.lock.lock()
        status = 0
        if context.state != "connected":
            status = -errno.ENOTCONN
        else:
            persistent = self._persists(binding)
            again = persistent and "persistent_not_retried" not in self._defects
            again = again or (not persistent and "loss_retried" in self._defects)
            yield from self._life.act("loss")
            context.state = "idle"
            if "loss_keeps_oper_up" not in self._defects:
                yield from self._ifs.set_dormant(binding.iface, True)
            if again:
                yield from self._attempt(binding, context, again=True)
        yield from binding.lock.unlock()
        if status == 0 and "loss_is_fatal" in self._defects:
            yield from self._mgmt.notify("CONN_IF_FATAL_ERROR", binding.iface)
        return status

    def fatal(self, binding: Binding, info: bytes) -> Steps[None]:
        """The technology fails for good."""
        yield from self._life.act("fatal")
        context = self.contexts[binding.iface.index]
        yield from binding.lock.lock()
        was_connected = context.state == "connected"
        if "fatal_keeps_attempt" not in self._defects:
            self._cancel(context)
        context.state = "idle"
        if was_connected and not context.knobs["fatal_keeps"]:
            yield from self._ifs.set_dormant(binding.iface, True)
        if "fatal_retried" in self._defects and self._persists(binding):
            yield from self._attempt(binding, context, again=True)
        yield from binding.lock.unlock()
        if "fatal_not_raised" not in self._defects:
            iface = self._event_iface(binding, wrong="fatal_wrong_iface" in self._defects)
            yield from self._mgmt.notify("CONN_IF_FATAL_ERROR", iface, info)

    def set_knob(self, iface: NetIf, knob: str, value: str) -> Steps[bool]:
        """Set a knob from its text; False if the knob or the value does not exist."""
        context = self.contexts[iface.index]
        if knob == "mode":
            if value not in MODES:
                return False
            context.mode = value
            return True
        if knob not in NUMBERS or (knob == "configured" and not self._has_configuration):
            return False
        low, high = _RANGES.get(knob, (0, _DAY_MS))
        try:
            context.knobs[knob] = number(value, low, high)
        except Bad:
            return False
        if knob == "watch_admin":
            yield from self._watch_admin()
        return True

    def _watch_admin(self) -> Steps[None]:
        wanted = any(context.knobs["watch_admin"] for context in self.contexts.values())
        if wanted and self._watcher is None:
            mask = self._mgmt.codes.mask("IF_ADMIN_DOWN")
            self._watcher = EventCallback(mask, self._on_admin_down)
            yield from self._mgmt.add(self._watcher)
        elif not wanted and self._watcher is not None:
            watcher, self._watcher = self._watcher, None
            yield from self._mgmt.remove(watcher)

    def _on_admin_down(self, event: Notification) -> Steps[None]:
        iface = event.iface
        if iface is None or self._mgmt.codes.name.get(event.code) != "IF_ADMIN_DOWN":
            return
        context = self.contexts.get(iface.index)
        if context is None or not context.knobs["watch_admin"]:
            return
        binding = next(each for each in self._bindings if each.iface is iface)
        yield from binding.lock.lock()
        self._cancel(context)
        context.teardown.cancel()
        context.state = "idle"
        yield from self._ifs.set_dormant(iface, True)
        yield from binding.lock.unlock()

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
