"""The base of tests of all kinds: a target, ifaces by role, a trace as a table."""

from .network import Iface, Network
from .targets import Targets
from .timeline import TraceRow, rows, timeline

__all__ = [
    "Iface",
    "Network",
    "Targets",
    "TraceRow",
    "rows",
    "timeline",
]
