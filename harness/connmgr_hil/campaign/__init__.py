"""Campaigns: many seeded walks and defect runs, spread over cores or machines, and summed up."""

from .dispatch import Hands, dispatch, local_hands
from .summary import Summary
from .task import Done, Piece, Task, plan

__all__ = ["Done", "Hands", "Piece", "Summary", "Task", "dispatch", "local_hands", "plan"]
