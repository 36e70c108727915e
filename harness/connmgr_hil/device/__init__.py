"""The client of the probe's protocol."""

from .client import Device
from .commands import Sent
from .frames import Chatter, Damaged, Frame, FrameParser
from .identity import Expected
from .introduced import BANNER
from .introduction import Sink
from .pace import Pace

__all__ = [
    "BANNER",
    "Chatter",
    "Damaged",
    "Device",
    "Expected",
    "Frame",
    "FrameParser",
    "Pace",
    "Sent",
    "Sink",
]
