"""Rules of the simulated connectivity implementation.

Source: `zephyr_app/PROTOCOL.md`, section 4; appendix C of the specification.
"""

from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.status import status_text

from .kernel import Answer, Kernel, Routine, Switch
from .net_if import set_dormant
from .observed import Arm
from .state import PERSISTENT, Beginning, EndedBy, Listener

OPTION_BYTES = 4
READ_ONLY_OPTION = "c0de"


def _called(kernel: Kernel, index: int, op: str) -> None:
    kernel.show("call", (index, op), "forwarded" if op != "init" else "init")
    kernel.count(index, op)


def init(kernel: Kernel, index: int) -> Routine:
    """The implementation's init callback, once for each binding (REQ-CTL-042)."""
    _called(kernel, index, "init")
    if kernel.world.iface(index).dormant_in_init:
        yield from set_dormant(kernel, index, True)


def connect(kernel: Kernel, index: int) -> Answer:
    """The connect callback: start an attempt, or nothing if there is one."""
    _called(kernel, index, "connect")
    impl = kernel.impl(index)
    if impl.connect_rc:
        return status_text(impl.connect_rc)
    if impl.phase != "idle":
        kernel.put_impl(index, again=True)
        return "0"
    if impl.tearing:
        kernel.cancel(f"teardown:{index}")
        kernel.put_impl(index, tearing=False)
        yield from set_dormant(kernel, index, True)
    yield from _attempt(kernel, index, at_once=impl.mode == "sync")
    return "0"


def _attempt(
    kernel: Kernel, index: int, *, at_once: bool = False, began: Beginning = ""
) -> Routine:
    impl = kernel.impl(index)
    kernel.count(index, "attempts")
    persisted = bool(kernel.iface(index).flags & PERSISTENT)
    kernel.put_impl(
        index, phase="connecting", ended="", began=began, again=False, persisted=persisted
    )
    if at_once:
        yield from associated(kernel, index)
        return
    timeout = kernel.iface(index).timeout
    if timeout > 0:
        kernel.do(Arm(f"timeout:{index}", timeout * 1_000_000, "timeout"))
    if impl.mode != "never":
        usec = (impl.fails + 1) * impl.delay_ms * 1000
        kernel.do(Arm(f"association:{index}", usec, "association"))


def associated(kernel: Kernel, index: int) -> Routine:
    """The association succeeds: connected, so no longer dormant."""
    yield from kernel.lock(f"binding {index}")
    if kernel.impl(index).phase == "connecting":
        kernel.cancel(f"timeout:{index}")
        kernel.cancel(f"association:{index}")
        kernel.put_impl(index, phase="connected")
        yield from set_dormant(kernel, index, False)
    kernel.unlock(f"binding {index}")
    yield Switch.PREEMPT


def timed_out(kernel: Kernel, index: int) -> Routine:
    """The timeout is over: the attempt is abandoned and TIMEOUT raised (REQ-CTL-019)."""
    if kernel.impl(index).phase != "connecting":
        return
    kernel.cancel(f"association:{index}")
    kernel.put_impl(index, phase="idle", ended="timeout")
    kernel.count(index, "timeouts")
    yield from kernel.post(Event.CONN_IF_TIMEOUT, index)


def _stop(kernel: Kernel, index: int, connection: EndedBy, attempt: EndedBy) -> None:
    """End what there is; the two say how to call it."""
    kernel.cancel(f"association:{index}")
    kernel.cancel(f"timeout:{index}")
    phase = kernel.impl(index).phase
    if phase != "idle":
        kernel.put_impl(index, phase="idle", ended=connection if phase == "connected" else attempt)


def disconnect(kernel: Kernel, index: int) -> Answer:
    """The disconnect callback: cancel everything, go idle and dormant."""
    _called(kernel, index, "disconnect")
    impl = kernel.impl(index)
    if impl.disconnect_rc:
        return status_text(impl.disconnect_rc)
    _stop(kernel, index, "disconnect", "cancelled")
    if impl.teardown_ms and impl.phase == "connected":
        kernel.put_impl(index, tearing=True)
        kernel.do(Arm(f"teardown:{index}", impl.teardown_ms * 1000, "teardown"))
    elif not impl.tearing:
        yield from set_dormant(kernel, index, True)
    return "0"


def torn_down(kernel: Kernel, index: int) -> Routine:
    """A slow teardown ends: the iface becomes dormant."""
    yield from kernel.lock(f"binding {index}")
    kernel.put_impl(index, tearing=False)
    if kernel.impl(index).phase == "idle":
        yield from set_dormant(kernel, index, True)
    kernel.unlock(f"binding {index}")
    yield Switch.PREEMPT


def lose(kernel: Kernel, index: int) -> Answer:
    """The network is lost: dormant, then a new attempt if the iface is persistent."""
    yield from kernel.lock(f"binding {index}")
    status = "-ENOTCONN"
    if kernel.impl(index).phase == "connected":
        status = "0"
        persistent = kernel.iface(index).flags & PERSISTENT
        kernel.put_impl(index, phase="idle", ended="loss")
        yield from set_dormant(kernel, index, True)
        if persistent:
            lasting = kernel.impl(index).persisted
            yield from _attempt(
                kernel, index, began="loss" if lasting else "loss, persistent since"
            )
    kernel.unlock(f"binding {index}")
    yield Switch.PREEMPT
    return status


def fatal(kernel: Kernel, index: int, info: str | None) -> Answer:
    """A fatal error: idle, dormant unless a knob keeps it, FATAL_ERROR (REQ-CTL-028)."""
    yield from kernel.lock(f"binding {index}")
    impl = kernel.impl(index)
    _stop(kernel, index, "fatal", "aborted")
    if impl.phase == "connected" and not impl.fatal_keeps:
        yield from set_dormant(kernel, index, True)
    kernel.unlock(f"binding {index}")
    yield Switch.PREEMPT
    yield from kernel.post(Event.CONN_IF_FATAL_ERROR, index, info)
    return "0"


def admin_down_seen(kernel: Kernel, index: int) -> Routine:
    """With the knob `watch_admin`: go idle and dormant on admin-down (REQ-IMP-016)."""
    if kernel.impl(index).watch_admin:
        yield from kernel.lock(f"binding {index}")
        _stop(kernel, index, "disconnect", "cancelled")
        kernel.cancel(f"teardown:{index}")
        kernel.put_impl(index, tearing=False)
        yield from set_dormant(kernel, index, True)
        kernel.unlock(f"binding {index}")
        yield Switch.PREEMPT


def update_watch(kernel: Kernel) -> None:
    """Keep a callback for IF_ADMIN_DOWN registered just while some iface has `watch_admin` set."""
    wanted = any(kernel.impl(index).watch_admin for index in kernel.indexes)
    others = tuple(each for each in kernel.listeners if each.name != "implementation")
    registered = others != kernel.listeners
    if wanted and not registered:
        mask = kernel.world.mask(Event.IF_ADMIN_DOWN)
        kernel.listen(Listener("implementation", mask))
    elif registered and not wanted:
        kernel.listeners = others


def start_idle(kernel: Kernel, index: int) -> None:
    """Start the idle timer if there is a timeout for it (4.3)."""
    seconds = kernel.iface(index).idle_timeout
    if seconds:
        kernel.do(Arm(f"idle:{index}", seconds * 1_000_000, "idle"))


def idle_over(kernel: Kernel, index: int) -> Routine:
    """The iface was not used for its idle timeout (REQ-IDLE-001)."""
    yield from kernel.post(Event.CONN_IF_IDLE_TIMEOUT, index)


def set_opt(kernel: Kernel, index: int, name: int, value: bytes) -> str:
    """The set_opt callback (REQ-IMP-013)."""
    _called(kernel, index, "set_opt")
    if name == 1:
        if len(value) > OPTION_BYTES:
            return "-ENOBUFS"
        if len(value) < OPTION_BYTES:
            return "-EINVAL"
        kernel.put_impl(index, option=value.hex())
        return "0"
    return "-EACCES" if name == 2 else "-ENOPROTOOPT"


def get_opt(
    kernel: Kernel, index: int, name: int, room: int
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The get_opt callback (REQ-IMP-012)."""
    _called(kernel, index, "get_opt")
    stored = {1: kernel.impl(index).option, 2: READ_ONLY_OPTION}.get(name)
    if stored is None:
        return "-ENOPROTOOPT", (("len", "0"),)
    length = len(stored) // 2
    if room < length:
        return "-ENOBUFS", (("len", "0"),)
    return "0", (("len", str(length)), ("data", stored))
