"""Campaigns: many seeded walks and defect runs, spread over cores or machines, with one summary."""

from .dispatch import Hands, dispatch, local_hands
from .ledger import Ledger, left
from .summary import Summary
from .task import Done, Piece, Task, plan

__all__ = [
    "Done",
    "Hands",
    "Ledger",
    "Piece",
    "Summary",
    "Task",
    "dispatch",
    "left",
    "local_hands",
    "plan",
]
