"""A trace as a table for people: when, what kind, what happened."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from connmgr_hil.checker import Failure, life
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    Breach,
    CallSeen,
    Complaint,
    Crashed,
    EventSeen,
    Fault,
    Foreign,
    HelloSeen,
    Log,
    Lost,
    Noise,
    Note,
    Outside,
    Part,
    Quirk,
    Reply,
    Reset,
    StateSeen,
    Stimulus,
    Storm,
    Stuck,
)


class Row(NamedTuple):
    """One line of the story. `line` is the line in the trace, from 1; `seconds` is device time."""

    line: int
    seconds: float | None
    kind: str
    text: str

    def __str__(self) -> str:
        when = "" if self.seconds is None else f"{self.seconds:.6f} s"
        return f"{self.line:>5}  {when:>14}  {self.kind:<8}  {self.text}"


def rows(path: Path) -> list[Row]:
    """Return the rows of a trace file; a trace that cannot be read has one row that says so."""
    try:
        return _rows(read_records(path))
    except BadInput as error:
        return [Row(0, None, "rig", on_one_line(str(error)))]


def failing_line(failure: Failure | None) -> int:
    """Return the line of the trace at which a live run failed, or 0.

    A live checker counts from the record after the header, which is line 1.
    """
    return failure.record if failure else 0


def timeline(path: Path, *, failure: Failure | None = None, most: int = 60) -> str:
    """Return the last rows of a trace as text; after a failure, those up to a little behind it."""
    story = rows(path)
    failed = failing_line(failure)
    if failed:
        end = next((at for at, row in enumerate(story) if row.line > failed), len(story))
        story = story[: end + 3]
    lines = [f"{'>' if failed == row.line else ' '}{row}" for row in story[-most:]]
    if len(story) > most:
        lines.insert(0, f"  … {len(story) - most} earlier rows are in the trace")
    return "\n".join(lines)


def _rows(records: Iterable[AnyRecord]) -> list[Row]:
    names: dict[int, str] = {0: "no iface"}
    commands: dict[int, str] = {}
    story: list[Row] = []
    for line, record in enumerate(records, 1):
        if isinstance(record, HelloSeen):
            names |= {each.index: f"{each.name} ({each.index})" for each in record.ifaces}
        elif isinstance(record, Stimulus):
            commands[record.id] = " ".join(record.words)
        kind, text = _told(record, names, commands)
        if kind:
            at = getattr(record, "t", None)
            story.append(Row(line, None if at is None else at / 1e6, kind, on_one_line(text)))
    return story


def _told(record: AnyRecord, names: dict[int, str], commands: dict[int, str]) -> tuple[str, str]:
    match record:
        case HelloSeen():
            facts = record.facts
            return "hello", f"{facts.board}, Zephyr {facts.zephyr}, build {facts.build}"
        case Stimulus():
            return "do", " ".join(record.words)
        case Outside():
            return "outside", f"{record.name}  {record.description}".rstrip()
        case Reply():
            answer = f"{record.status}{_values(record.values)}"
            return "reply", f"{answer} to '{commands.get(record.id, '?')}'"
        case Part():
            origin = "hook" if record.hook else f"part {record.index}"
            return "reply", f"{origin}: {record.status}{_values(record.values)}"
        case EventSeen():
            return "event", _event(record, names)
        case CallSeen():
            return "call", f"implementation's {record.op}, {_name(names, record.iface)}"
        case StateSeen():
            return "state", _state(record, names)
        case Storm():
            return "event", f"storm: {record.count} events without time passing"
        case Log():
            return "log", f"{record.level} {record.module}: {record.message}"
        case Noise():
            return "noise", record.text.rstrip()
        case Reset():
            return "reset", f"{record.how}{'' if record.expected else ', by itself'}"
        case Crashed() | Stuck():
            return "died", life.in_words(record)
        case Foreign():
            return "lost", record.text
        case Breach():
            return "breach", f"{record.requirement}: {record.sentence}; seen: {record.seen}"
        case Lost():
            return "lost", f"frames {record.first:x} to {record.last:x}"
        case Fault():
            return "rig", f"{record.kind}: {record.message.partition(chr(10))[0]}"
        case Note():
            return "note", record.text
        case Quirk():
            return "quirk", record.requirement
        case Complaint():
            return "test", record.text.strip().partition("\n")[0]
        case _:
            return "", ""


def _name(names: dict[int, str], iface: int) -> str:
    return names.get(iface, f"iface {iface}")


def _values(values: dict[str, str]) -> str:
    return "".join(f" {name}={value}" for name, value in values.items())


def _event(record: EventSeen, names: dict[int, str]) -> str:
    name = record.name if record.name != "-" else f"code {record.code:#x}"
    parts = [name, _name(names, record.iface)]
    if record.admin is not None and record.oper is not None:
        admin, oper = ("up" if each else "down" for each in (record.admin, record.oper))
        parts.append(f"[admin-{admin}, oper-{oper}]")
    if record.info not in (None, "-"):
        parts.append(f"info {record.info}")
    if record.listener != "early":
        parts.append(f"at {record.listener}")
    return "  ".join(parts)


def _state(record: StateSeen, names: dict[int, str]) -> str:
    words = [f"admin-{'up' if record.admin else 'down'}", f"oper {record.oper}"]
    words += ["no carrier"] * (not record.carrier)
    words += ["dormant"] * record.dormant + ["ignored"] * record.ignored
    if record.bound:
        words.append(f"flags {record.flags}, timeout {record.timeout} s")
    words.append(" ".join((*record.a4, *record.a6)) or "no address")
    return f"{_name(names, record.iface)}: {', '.join(words)}; monitor {record.monitor}"
