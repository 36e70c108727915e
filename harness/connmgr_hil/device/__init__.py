"""Speaks the probe's protocol with a device."""

from .client import Device, Sink
from .commands import Command
from .frames import Chatter, Damaged, Frame, FrameParser
from .identity import Expected
from .introduced import BANNER
from .pace import Pace

__all__ = [
    "BANNER",
    "Chatter",
    "Command",
    "Damaged",
    "Device",
    "Expected",
    "Frame",
    "FrameParser",
    "Pace",
    "Sink",
]
