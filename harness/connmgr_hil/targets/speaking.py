"""Opens the client that a platform file asks for."""

from connmgr_hil.device import Device, Expected, Sink
from connmgr_hil.device.stock import StockDevice
from connmgr_hil.transport import Transport

from .base import Target
from .declared import require_clock, require_ifaces


def device_on(target: Target, line: Transport, sink: Sink) -> Device | StockDevice:
    """Return the device at the end of a line, in the dialect of its platform file; it is not attached to yet."""
    if target.platform.dialect == "stock":
        return StockDevice(line, sink, pace=target.platform.pace)
    return _probe_on(target, line, sink)


def _probe_on(target: Target, line: Transport, sink: Sink) -> Device:
    platform = target.platform
    return Device(
        line,
        sink,
        expected=Expected(boards=platform.boards),
        pace=platform.pace,
        shell_first=not target.granted,
    )


def attach_to_boot(target: Target, line: Transport, sink: Sink) -> Device:
    """Find a device with the probe that was just started, and must have the clock and the ifaces that its platform file declares.

    Raises `WrongDevice` if it has not, and the errors of `Device.attach`.
    """
    device = _probe_on(target, line, sink)
    device.attach(start="boot")
    require_clock(target.platform, device.facts, target.name)
    require_ifaces(target.platform, device.ifaces, target.name)
    return device
