"""Boards in Renode: a process with its monitor on a socket, or pyrenode3 in this process."""

from .driver import PROCESS_REMEDY, PYRENODE_REMEDY, RenodeDriver, choose_driver, is_in_process
from .finding import find_renode, pyrenode_place
from .monitor import MonitorParser, refusal
from .target import RenodeTarget

__all__ = [
    "PROCESS_REMEDY",
    "PYRENODE_REMEDY",
    "MonitorParser",
    "RenodeDriver",
    "RenodeTarget",
    "choose_driver",
    "find_renode",
    "is_in_process",
    "pyrenode_place",
    "refusal",
]
