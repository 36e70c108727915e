"""Judges a run: keeps the set of all model states that could explain what was seen."""

from .checker import Checker
from .limits import Limits
from .offline import check_trace, fed
from .verdict import Failure, Outcome, Verdict

__all__ = ["Checker", "Failure", "Limits", "Outcome", "Verdict", "check_trace", "fed"]
