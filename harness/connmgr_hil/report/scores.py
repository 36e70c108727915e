"""How many seeded defects a suite catches, from `cmhil defects --json`."""

from pathlib import Path
from typing import Literal

import msgspec

from connmgr_hil.files import read_whole
from connmgr_hil.vocabulary.errors import BadInput

MOST_BYTES = 100_000_000

Catch = Literal["caught", "missed", "wrong_reason", "equivalent", "unreachable"]


class DefectScore(msgspec.Struct, frozen=True, kw_only=True):
    """One seeded defect and whether the suite caught it, for the right reason.

    `requirements` are those that should be blamed, `blamed` those that were, by `scenario`. An
    `equivalent` defect cannot be observed, as argued there; an `unreachable` one does nothing on this device.
    """

    name: str
    standing: Catch
    sentence: str = ""
    requirements: tuple[str, ...] = ()
    blamed: tuple[str, ...] = ()
    scenario: str | None = None
    equivalent: str = ""


class Scores(msgspec.Struct, frozen=True):
    """The scores of all seeded defects on one target."""

    defects: tuple[DefectScore, ...] = ()
    target: str = ""

    @property
    def observable(self) -> int:
        """How many of them can be observed."""
        return sum(each.standing not in ("equivalent", "unreachable") for each in self.defects)

    @property
    def caught(self) -> int:
        """How many were caught for the right reason."""
        return sum(each.standing == "caught" for each in self.defects)

    @property
    def worst_first(self) -> tuple[DefectScore, ...]:
        """The defects, the most interesting first."""
        order = ("missed", "wrong_reason", "caught", "equivalent", "unreachable")
        return tuple(sorted(self.defects, key=lambda each: (order.index(each.standing), each.name)))


def read_scores(path: Path) -> Scores:
    """Read the scores of seeded defects. Raises `BadInput` naming file and key."""
    data = read_whole(path, "a file with defects", MOST_BYTES)
    try:
        return msgspec.json.decode(data, type=Scores)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(
            f"{path} has no object with 'defects', each with 'name' and 'standing'", str(error)
        ) from error
