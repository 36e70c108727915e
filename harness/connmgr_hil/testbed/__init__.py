"""What tests of all kinds stand on: a target, a run for each test, ifaces by role, a trace as a table."""

from .needs import obstacle
from .network import Iface, Network
from .run import Run
from .targets import Targets
from .timeline import Row, rows, timeline

__all__ = [
    "Iface",
    "Network",
    "Row",
    "Run",
    "Targets",
    "obstacle",
    "rows",
    "timeline",
]
