"""Rules of event delivery: the dispatcher, its callbacks, and the probe's listeners.

Source: `subsys/net/ip/net_mgmt.c`; specification 3.1 and 6.2; `zephyr_app/PROTOCOL.md`.
"""

from collections.abc import Callable

from connmgr_hil.vocabulary.events import Event, Layer, layer_of

from . import control, implementation, monitor, unseen
from .heard import Called
from .kernel import Kernel, Queued, Routine, Switch
from .state import NO_AUTO_DOWN, Hook, Listener
from .world import World

RunCommand = Callable[[Kernel, tuple[str, ...]], Routine]
RunCall = Callable[[Kernel, Called], Routine]

_MONITOR_V6 = (
    Event.IPV6_ADDR_ADD,
    Event.IPV6_ADDR_DEL,
    Event.IPV6_DAD_SUCCEED,
    Event.IPV6_DAD_FAILED,
)
_MONITOR_V4 = (
    Event.IPV4_ADDR_ADD,
    Event.IPV4_ADDR_DEL,
    Event.IPV4_ACD_SUCCEED,
    Event.IPV4_ACD_FAILED,
)
_MONITOR_IF = (Event.IF_DOWN, Event.IF_UP)
_AUTO_CONN = (Event.CONN_IF_TIMEOUT, Event.CONN_IF_FATAL_ERROR, Event.CONN_IF_IDLE_TIMEOUT)

_OF_ZEPHYR = ("monitor", "automation", "implementation")
"""The listeners that the probe has not added."""


def boot_listeners(world: World) -> tuple[Listener, ...]:
    """The callbacks registered when the device has booted, in calling order.

    The newest comes first (specification 9, 2). Those that are fixed at build time precede all others
    (`mgmt_run_callbacks` in `subsys/net/ip/net_mgmt.c`); among themselves they are sorted by the
    linker by their names, of which the automation's come first.
    """
    automation = [Event.IF_ADMIN_UP, Event.IF_DOWN]
    if world.profile.idle:
        automation.append(Event.IF_UP)
    families = [
        events
        for version, events in ((4, _MONITOR_V4), (6, _MONITOR_V6))
        if world.hello.has_family(version)
    ]
    if world.profile.static_handlers:
        return (
            Listener("automation", world.mask(*automation), fixed=True),
            Listener("automation", world.mask(*_AUTO_CONN), fixed=True),
            Listener("monitor", world.mask(*_MONITOR_IF), fixed=True),
            *(
                Listener("monitor", world.mask(*events), fixed=True)
                for events in reversed(families)
            ),
            *early_listeners(world),
        )
    newest_first = (
        *(Listener("monitor", world.mask(*events)) for events in families),
        Listener("monitor", world.mask(*_MONITOR_IF)),
        Listener("automation", world.mask(*_AUTO_CONN)),
        Listener("automation", world.mask(*automation)),
    )
    return newest_first + early_listeners(world)


def early_listeners(world: World) -> tuple[Listener, ...]:
    """The probe's early listener: one callback for each layer."""
    return tuple(Listener("early", world.layer_mask(layer)) for layer in Layer)


class Dispatcher:
    """The net_mgmt thread; `run_command` executes the probe's commands for hooks, `run_call` what the application calls in a callback."""

    def __init__(self, run_command: RunCommand, run_call: RunCall) -> None:
        self._run_command = run_command
        self._run_call = run_call

    def thread(self, kernel: Kernel) -> Routine:
        """Take events one by one; after each, let others of the same priority run."""
        while True:
            while not kernel.queue:
                yield Switch.PARK
            entry = kernel.take()
            if entry.event is None:
                assert entry.command is not None
                yield from entry.command()
            else:
                yield from self._deliver(kernel, entry, entry.event)
            yield Switch.YIELD

    def _deliver(self, kernel: Kernel, entry: Queued, event: Event) -> Routine:
        kernel.delivered_one()
        _, listeners = kernel.audience(kernel.world.codes[event])
        yield from self._calls(kernel)
        acts = entry.iface > 0 and layer_of(event) in (Layer.IFACE, Layer.CONN)
        if acts:
            yield from kernel.driver(entry.iface).reacts(kernel, entry.iface)
        for listener in listeners:
            if listener.name == "monitor":
                yield from monitor.handle_event(kernel, event, entry.iface)
                continue
            if (
                listener.name == "automation"
                and kernel.is_ready(kernel.monitor)
                and _takes_down(kernel, event, entry.iface)
            ):
                # The monitor is of the same priority: users may not rely on whether it makes its
                # pass before or after the automation acts (specification 4.6, loss order).
                how = kernel.choose(3)
                kernel.monitor_late = how == 2
                if how == 1:
                    yield Switch.YIELD
            yield from self._callback(kernel, listener, entry, event)
            kernel.monitor_late = False
            if listener.name not in _OF_ZEPHYR:
                yield from self._calls(kernel)
        if acts:
            yield from kernel.driver(entry.iface).reacts(kernel, entry.iface)

    def _calls(self, kernel: Kernel) -> Routine:
        """Let the application call: its callback may be newer or older than a listener of the probe that was added late."""
        while call := kernel.next_call():
            yield from self._run_call(kernel, call)

    def _callback(self, kernel: Kernel, listener: Listener, entry: Queued, event: Event) -> Routine:
        if listener.name == "automation":
            if layer_of(event) is Layer.CONN:
                yield from control.handle_control_event(kernel, event, entry.iface)
            else:
                yield from control.handle_iface_event(kernel, event, entry.iface)
        elif listener.name == "implementation":
            if event is Event.IF_ADMIN_DOWN and kernel.world.iface(entry.iface).sim:
                yield from implementation.admin_down_seen(kernel, entry.iface)
        else:
            if listener.name == "early":
                yield from self._fire_hook(kernel, entry, event)
            _report(kernel, listener.name, entry, event)

    def _fire_hook(self, kernel: Kernel, entry: Queued, event: Event) -> Routine:
        hook = kernel.hook
        if hook is None or hook.event != event or hook.iface not in (0, entry.iface):
            return
        left = hook.left - 1
        kernel.hook = Hook(hook.event, hook.iface, left, hook.words) if left else None
        yield from self._run_command(kernel, hook.words)


def _takes_down(kernel: Kernel, event: Event, index: int) -> bool:
    """Tell whether the automation is about to take an iface admin-down."""
    if event is not Event.IF_DOWN and layer_of(event) is not Layer.CONN:
        return False
    iface = kernel.iface(index)
    if not iface.admin or not kernel.world.hello.autodown:
        return False
    return not unseen.has_flag(kernel, index, NO_AUTO_DOWN)


def _report(kernel: Kernel, listener: str, entry: Queued, event: Event) -> None:
    admin: bool | None = None
    oper: int | None = None
    if entry.iface > 0:
        admin = kernel.iface(entry.iface).admin
        oper = kernel.driver(entry.iface).oper_seen(kernel, entry.iface)
    info = None
    if event is Event.CONN_IF_FATAL_ERROR:
        info = _info_text(entry.info)
    key = (listener, str(event), entry.iface, admin, oper, info)
    kernel.show("event", key, _rule(entry, event))


_INT_BYTES = 4
"""What is shorter holds no number."""


def _info_text(info: str | None) -> str:
    if info is None:
        return "-"
    if info.startswith("len="):
        return "0" if int(info[4:]) >= _INT_BYTES else "-"
    return info


_RULES = {
    Event.L4_CONNECTED: "connected",
    Event.L4_DISCONNECTED: "disconnected",
    Event.IF_UP: "oper-up",
    Event.IF_DOWN: "oper-down",
    Event.IF_ADMIN_UP: "admin-up",
    Event.IF_ADMIN_DOWN: "admin-down",
    Event.CONN_IF_TIMEOUT: "timeout",
    Event.CONN_IF_FATAL_ERROR: "fatal",
    Event.CONN_IF_IDLE_TIMEOUT: "idle",
    Event.CONN_IF_NO_CONFIGURATION: "no configuration",
    Event.IPV6_DAD_SUCCEED: "dad",
}


def _rule(entry: Queued, event: Event) -> str:
    """Return the rule that expects an event, for failures."""
    if entry.rule:
        return entry.rule
    return _RULES.get(event, "family" if event.startswith("L4_") else "address")
