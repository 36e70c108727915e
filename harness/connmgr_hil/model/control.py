"""Rules of connectivity control: API calls, bindings, automations, bulk functions.

Source: `subsys/net/conn_mgr/conn_mgr_connectivity.c`; specification 2.2, 2.3 and 4.
"""

from collections.abc import Generator, Iterable

from connmgr_hil.vocabulary.events import Event

from . import unseen
from .kernel import Answer, Kernel, Routine, Switch
from .net_if import net_if_down, net_if_up
from .state import DISCONNECTING, IGNORED, NO_AUTO_CONNECT, NO_AUTO_DOWN, PERSISTENT

Values = tuple[tuple[str, str], ...]
Truth = Generator[Switch, None, bool]


def is_bound(kernel: Kernel, index: int) -> bool:
    """`conn_mgr_if_is_bound`: a binding exists and its implementation has an API table."""
    return kernel.world.iface(index).bound


def _connects(kernel: Kernel, index: int) -> bool:
    return is_bound(kernel, index) and kernel.world.callbacks(index).connects


def _pass_lock(kernel: Kernel, index: int) -> Routine:
    """Wait for the binding's lock, which every getter takes."""
    yield from kernel.lock(f"binding {index}")
    kernel.unlock(f"binding {index}")
    yield Switch.PREEMPT


def _has_flag(kernel: Kernel, index: int, flag: int) -> Truth:
    yield from _pass_lock(kernel, index)
    return unseen.has_flag(kernel, index, flag)


def connect(kernel: Kernel, index: int) -> Answer:
    """`conn_mgr_if_connect` (specification 2.2)."""
    if not _connects(kernel, index):
        return "-ENOTSUP"
    yield from kernel.lock(f"binding {index}")
    status = "0"
    if kernel.driver(index).may_lack_connect(kernel, index):
        status = "-ENOTSUP"
    elif _lacks_configuration(kernel, index):
        yield from kernel.post(Event.CONN_IF_NO_CONFIGURATION, index)
        status = "-EAGAIN"
    elif not kernel.iface(index).admin:
        status = yield from net_if_up(kernel, index)
    if status == "0":
        if kernel.profile.intent_mark:
            kernel.put(index, flags=kernel.iface(index).flags & ~DISCONNECTING)
        status = yield from kernel.driver(index).connect(kernel, index)
    kernel.unlock(f"binding {index}")
    yield Switch.PREEMPT
    return status


def _lacks_configuration(kernel: Kernel, index: int) -> bool:
    """Tell whether connect is refused for want of anything to connect with (REQ-CTL-050)."""
    if not kernel.profile.configuration or kernel.iface(index).flags & PERSISTENT:
        return False
    return not kernel.driver(index).is_configured(kernel, index)


def disconnect(kernel: Kernel, index: int) -> Answer:
    """`conn_mgr_if_disconnect` (specification 2.2)."""
    if not _connects(kernel, index):
        return "-ENOTSUP"
    yield from kernel.lock(f"binding {index}")
    status = "0"
    if kernel.iface(index).admin:
        if kernel.profile.intent_mark:
            kernel.put(index, flags=kernel.iface(index).flags | DISCONNECTING)
        status = yield from kernel.driver(index).disconnect(kernel, index)
    kernel.unlock(f"binding {index}")
    yield Switch.PREEMPT
    if not kernel.profile.intent_mark:
        yield from auto_admin_down(kernel, index)
    return status


def auto_admin_down(kernel: Kernel, index: int) -> Routine:
    """Take a bound iface admin-down unless that is switched off (specification 4.3)."""
    if not is_bound(kernel, index):
        return
    if kernel.profile.idle:
        kernel.cancel(f"idle:{index}")
    if kernel.world.hello.autodown and not (yield from _has_flag(kernel, index, NO_AUTO_DOWN)):
        yield from net_if_down(kernel, index)


def handle_iface_event(kernel: Kernel, event: Event, index: int) -> Routine:
    """The automation callback for IF_ADMIN_UP, IF_DOWN and (4.3) IF_UP."""
    if not is_bound(kernel, index):
        return
    if event is Event.IF_ADMIN_UP:
        if not (yield from _has_flag(kernel, index, NO_AUTO_CONNECT)):
            yield from connect(kernel, index)
    elif event is Event.IF_DOWN:
        if kernel.profile.intent_mark:
            leaving = yield from _has_flag(kernel, index, DISCONNECTING)
            persistent = yield from _has_flag(kernel, index, PERSISTENT)
            if persistent and not leaving:
                return
            kernel.put(index, flags=kernel.iface(index).flags & ~DISCONNECTING)
            yield from auto_admin_down(kernel, index)
        elif not (yield from _has_flag(kernel, index, PERSISTENT)):
            yield from auto_admin_down(kernel, index)
    elif event is Event.IF_UP and kernel.profile.idle:
        yield from _pass_lock(kernel, index)
        kernel.driver(index).start_idle(kernel, index)


def handle_control_event(kernel: Kernel, event: Event, index: int) -> Routine:
    """The automation callback for TIMEOUT, FATAL_ERROR and (4.3) IDLE_TIMEOUT."""
    if event in (Event.CONN_IF_TIMEOUT, Event.CONN_IF_FATAL_ERROR):
        yield from auto_admin_down(kernel, index)
    elif event is Event.CONN_IF_IDLE_TIMEOUT and _connects(kernel, index):
        yield from kernel.lock(f"binding {index}")
        if kernel.iface(index).admin:
            yield from kernel.driver(index).disconnect(kernel, index)
        kernel.unlock(f"binding {index}")
        yield Switch.PREEMPT


def bulk(kernel: Kernel, what: str, skip_ignored: bool) -> Answer:
    """`conn_mgr_all_if_up`, `…_down`, `…_connect`, `…_disconnect` (specification 2.3)."""
    phases = ("up", "connect") if what == "connect" else (what,)
    first_error = "0"
    for phase in phases:
        for facts in kernel.world.ifaces:
            index = facts.index
            if skip_ignored and kernel.iface(index).word & IGNORED:
                continue
            status = yield from _bulk_one(kernel, phase, index)
            if first_error == "0":
                first_error = status
    return first_error


def _bulk_one(kernel: Kernel, phase: str, index: int) -> Answer:
    admin = kernel.iface(index).admin
    if phase == "up":
        return "0" if admin else (yield from net_if_up(kernel, index))
    if phase == "down":
        return (yield from net_if_down(kernel, index)) if admin else "0"
    if not is_bound(kernel, index):
        return "0"
    if phase == "connect":
        return (yield from connect(kernel, index))
    return (yield from disconnect(kernel, index))


# --- settings --------------------------------------------------------------------------------


def set_flag(kernel: Kernel, index: int, flag: int, value: bool) -> str:
    """`conn_mgr_if_set_flag`: the range is checked before the binding."""
    if not 0 <= flag < kernel.profile.flags:
        return "-EINVAL"
    if not is_bound(kernel, index):
        return "-ENOTSUP"
    unseen.put_flag(kernel, index, 1 << flag, value)
    return "0"


def get_flag(kernel: Kernel, index: int, flag: int) -> bool:
    """`conn_mgr_if_get_flag`: false for anything illegal."""
    legal = 0 <= flag < kernel.profile.flags and is_bound(kernel, index)
    return legal and unseen.has_flag(kernel, index, 1 << flag)


def set_opt(kernel: Kernel, index: int, name: int, value: bytes | None) -> str:
    """`conn_mgr_if_set_opt`: NULL is refused before the binding is looked for (REQ-CTL-037)."""
    if value is None:
        return "-EINVAL"
    if not is_bound(kernel, index) or not kernel.world.callbacks(index).options:
        return "-ENOTSUP"
    return kernel.driver(index).set_opt(kernel, index, name, value)


def get_opt(kernel: Kernel, index: int, name: int, room: str) -> tuple[str, Values]:
    """`conn_mgr_if_get_opt` (REQ-CTL-038, REQ-CTL-039)."""
    if room == "null-length":
        return "-EINVAL", ()
    if room == "null-value":
        return "-EINVAL", (("len", "0"),)
    if not is_bound(kernel, index) or not kernel.world.callbacks(index).options:
        return "-ENOTSUP", (("len", "0"),)
    return kernel.driver(index).get_opt(kernel, index, name, int(room))


def bindings(kernel: Kernel) -> Iterable[int]:
    """The indexes of bound ifaces, in order."""
    return (facts.index for facts in kernel.world.ifaces if facts.bound)
