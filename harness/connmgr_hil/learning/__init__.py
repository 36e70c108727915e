"""Learns the automaton of one iface from outside, and lays it beside the reference model's.

Needs the extra `learn` (AALpy). `learn` does it all; the other modules are its parts.
"""

from .machine import Divergence, Mealy, divergences
from .study import Learned, Limits, learn

__all__ = ["Divergence", "Learned", "Limits", "Mealy", "divergences", "learn"]
