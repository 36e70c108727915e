"""What we ship to people who test their own transport or firmware."""

from .faults import FaultInjector, Faults
from .scripted import ScriptedDevice, frame_bytes
from .scripted_monitor import MonitorError, ScriptedMonitor
from .scripted_shell import ScriptedShell

__all__ = [
    "FaultInjector",
    "Faults",
    "MonitorError",
    "ScriptedDevice",
    "ScriptedMonitor",
    "ScriptedShell",
    "frame_bytes",
]
