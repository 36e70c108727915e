"""Compares what two devices showed for the same commands, as partial orders.

Zephyr does not promise the order of everything (specification 9, 2): compared are, for each command, its
reply and parts, and the sequence of observations of each kind and iface; not how those interleave, nor times.
"""

from collections import defaultdict
from collections.abc import Iterable

from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    Part,
    Reply,
    StateSeen,
    Stimulus,
    Storm,
)
from connmgr_hil.vocabulary.stimuli import Words

_Strand = tuple[object, ...]


class Episode:
    """All that one command showed, up to the next command."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.strands: dict[_Strand, list[object]] = defaultdict(list)
        self.storm = False

    def take(self, record: AnyRecord) -> None:
        """Add a record to the strand it belongs to."""
        if isinstance(record, EventSeen):
            layer = record.name.partition("_")[0]
            strand = ("event", record.listener, layer, record.iface)
            seen = (record.name, record.code, record.admin, record.oper, record.info)
            self.strands[strand].append(seen)
        elif isinstance(record, CallSeen):
            self.strands["call", record.iface].append(record.op)
        elif isinstance(record, Part):
            shown = (record.index, record.status, sorted(record.values.items()))
            self.strands["part", record.hook].append(shown)
        elif isinstance(record, Reply):
            values = {name: value for name, value in record.values.items() if name != "last"}
            self.strands["reply",].append((record.status, sorted(values.items())))
        elif isinstance(record, StateSeen):
            self.strands["state", record.iface].append(_state(record))
        elif isinstance(record, Storm):
            self.storm = True


def _state(record: StateSeen) -> tuple[object, ...]:
    oper = "down" if record.oper == "other" else record.oper
    return (
        *(record.admin, oper, record.carrier, record.dormant, record.bound, record.ignored),
        *(record.flags, record.timeout, record.monitor, record.a4, record.a6),
    )


def episodes(records: Iterable[AnyRecord]) -> list[Episode]:
    """Cut a trace into episodes; the first is what was shown before any command."""
    result = [Episode(("boot",))]
    for record in records:
        if isinstance(record, Stimulus):
            result.append(Episode(record.words))
        else:
            result[-1].take(record)
    return result


def differences(first: Iterable[AnyRecord], second: Iterable[AnyRecord]) -> list[str]:
    """Return in words where two traces of the same commands differ; storms end the comparison."""
    mine, theirs = episodes(first), episodes(second)
    found: list[str] = []
    for one, other in zip(mine, theirs, strict=False):
        command = " ".join(one.words)
        if one.words != other.words:
            return [*found, f"'{command}' was given to one, '{' '.join(other.words)}' to the other"]
        if one.storm or other.storm:
            if one.storm != other.storm:
                found.append(f"after '{command}' only one of them had a storm")
            return found
        for strand in sorted({*one.strands, *other.strands}, key=str):
            if one.strands[strand] != other.strands[strand]:
                where = " ".join(str(part) for part in strand)
                found.append(
                    f"after '{command}', {where}: {one.strands[strand]} / {other.strands[strand]}"
                )
    if len(mine) != len(theirs):
        found.append(f"{len(mine)} commands were given to one, {len(theirs)} to the other")
    return found
