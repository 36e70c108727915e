"""The reference model of the Connection Manager: pure Python, no I/O, no clock, no threads.

`Model.step(state, move)` answers with every outcome that a conforming device could show. The
rules run on a small model of Zephyr's scheduler (`kernel`), because the order of events depends
on who holds which lock.
"""

from .profiles import PROFILES, Profile, profile_for, profile_named, profile_of
from .state import State
from .step import Expire, Model, Models, Move, Successor
from .world import World

__all__ = [
    "PROFILES",
    "Expire",
    "Model",
    "Models",
    "Move",
    "Profile",
    "State",
    "Successor",
    "World",
    "profile_for",
    "profile_named",
    "profile_of",
]
