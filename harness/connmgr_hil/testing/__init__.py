"""Tools for people who test their own transport or firmware."""

from .conformance import FarEnd, check_device, check_transport
from .faults import FaultInjector, Faults
from .mitm import ManInTheMiddle, Mischief, MitmTarget
from .stock_conformance import check_stock_device

__all__ = [
    "FarEnd",
    "FaultInjector",
    "Faults",
    "ManInTheMiddle",
    "Mischief",
    "MitmTarget",
    "check_device",
    "check_stock_device",
    "check_transport",
]
