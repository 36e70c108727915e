"""What tests of all kinds stand on: a target, a run for each test, ifaces by role, the story of a trace."""

from .needs import obstacle
from .network import Iface, Network
from .run import Run
from .targets import Choice, Targets
from .timeline import Row, failing_line, rows, timeline

__all__ = [
    "Choice",
    "Iface",
    "Network",
    "Row",
    "Run",
    "Targets",
    "failing_line",
    "obstacle",
    "rows",
    "timeline",
]
