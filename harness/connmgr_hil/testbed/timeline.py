"""A trace as a table for people: time, kind, text."""

from pathlib import Path
from typing import NamedTuple

from connmgr_hil.checker import Failure
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.observations import HelloSeen, Reply, Stimulus
from connmgr_hil.vocabulary.wording import say

_MOST = 60
"""Maximum number of rows in the text."""


class TraceRow(NamedTuple):
    """One record in words. `line` is the line in the trace, from 1; `seconds` is device time."""

    line: int
    seconds: float | None
    kind: str
    text: str

    @property
    def when(self) -> str:
        """Device time as text, empty if there is none."""
        return "" if self.seconds is None else f"{self.seconds:.6f} s"

    def __str__(self) -> str:
        return f"{self.line:>5}  {self.when:>14}  {self.kind:<8}  {self.text}"


def rows(path: Path) -> list[TraceRow]:
    """Return the rows of a trace file; a trace that cannot be read has one row that says so."""
    names: dict[int, str] = {0: "no iface"}
    commands: dict[int, str] = {}
    shown: list[TraceRow] = []
    try:
        for line, record in enumerate(read_records(path), 1):
            said = say(record)
            text = said.line(names)
            if isinstance(record, HelloSeen):
                names |= {each.index: f"{each.name} ({each.index})" for each in record.ifaces}
            elif isinstance(record, Stimulus):
                commands[record.id] = said.text
            elif isinstance(record, Reply):
                text += f" to '{commands.get(record.id, '?')}'"
            if said.kind:
                at = getattr(record, "t", None)
                seconds = None if at is None else at / 1e6
                shown.append(TraceRow(line, seconds, said.kind, on_one_line(text)))
    except BadInput as error:
        return [TraceRow(0, None, "rig", on_one_line(str(error)))]
    return shown


def timeline(path: Path, *, failure: Failure | None = None) -> str:
    """Return the last rows of a trace as text; after a failure, those up to a little behind it."""
    shown = rows(path)
    failed = failure.record if failure else 0
    if failed:
        end = next((at for at, row in enumerate(shown) if row.line > failed), len(shown))
        shown = shown[: end + 3]
    lines = [f"{'>' if failed == row.line else ' '}{row}" for row in shown[-_MOST:]]
    if len(shown) > _MOST:
        lines.insert(0, f"  … {len(shown) - _MOST} earlier rows are in the trace")
    return "\n".join(lines)
