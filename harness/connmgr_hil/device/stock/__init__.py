"""Drives firmware without the probe, through upstream's own shell (`net cm`, `net iface`, `net events`)."""

from .client import LISTENER, UNSEEN, StockDevice
from .language import Unsupported, shell_line
from .output import parse
from .screen import Screen

__all__ = ["LISTENER", "UNSEEN", "Screen", "StockDevice", "Unsupported", "parse", "shell_line"]
