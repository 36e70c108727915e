"""What we ship to people who test their own transport or firmware."""

from .conformance import FarEnd, check_device, check_transport
from .faults import FaultInjector, Faults
from .mitm import ManInTheMiddle, Mischief, MitmTarget
from .scripted import ScriptedDevice, frame_bytes
from .scripted_monitor import MonitorError, ScriptedMonitor
from .scripted_shell import ScriptedShell
from .stock_conformance import check_stock_device

__all__ = [
    "FarEnd",
    "FaultInjector",
    "Faults",
    "ManInTheMiddle",
    "Mischief",
    "MitmTarget",
    "MonitorError",
    "ScriptedDevice",
    "ScriptedMonitor",
    "ScriptedShell",
    "check_device",
    "check_stock_device",
    "check_transport",
    "frame_bytes",
]
