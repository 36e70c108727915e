"""Learns the automaton of one iface by experiment, and compares it with the reference model's.

Needs the extra `learn` (AALpy). `learn` does it all; the other modules are its parts.
"""

from .machine import Divergence, Mealy, divergences
from .study import Budget, Learned, learn

__all__ = ["Budget", "Divergence", "Learned", "Mealy", "divergences", "learn"]
