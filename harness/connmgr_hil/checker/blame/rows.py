"""A row of the table: the requirements, what differed, and the situation."""

from typing import NamedTuple

from connmgr_hil.checker.situations import Condition, Situation, always


class Row(NamedTuple):
    """One row: the requirements, what differed, the command or timer that caused it (any if empty), and when."""

    requirements: tuple[str, ...]
    differs: str
    cause: str = ""
    when: Condition = always

    def fits(self, differs: str, situation: Situation | None) -> bool:
        """Tell whether this row is about what differed; rows with a condition do not match without a situation."""
        same = self.differs == differs or (
            self.differs.endswith("*") and differs.startswith(self.differs[:-1])
        )
        if situation is None:
            return same and not self.cause and self.when is always
        return same and self.cause in ("", situation.cause) and self.when(situation)


def row(ids: str, differs: str, condition: Condition = always, *, cause: str = "") -> Row:
    """Make a row from requirements that are separated by spaces, the likeliest first."""
    return Row(tuple(ids.split()), differs, cause, condition)


def bulk_row(ids: str, differs: str, condition: Condition = always) -> Row:
    """Make a row about the calls for all ifaces."""
    return row(ids, differs, condition, cause="all")
