"""Reads a trace back and says exactly where it is invalid.

The file may contain anything: no line fills the memory, reading never blocks, and the judge gets only valid records.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from connmgr_hil.files import open_regular
from connmgr_hil.vocabulary.commands import COMMANDS
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.observations import AnyRecord, Header, HelloSeen, Stimulus, VerdictGiven
from connmgr_hil.vocabulary.parsing import validate
from connmgr_hil.vocabulary.stimuli import Words

FORMAT = 1

MOST_BYTES = 4_000_000
"""No record is longer."""

MOST_IFACES = 255
"""Zephyr's iface indexes have 8 bits."""

_BLOCK = 65_536
"""How many bytes are read and decoded at once."""

_UNSOUND = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_LONG_NUMBER = re.compile(rb"\d{19}")
"""What may be more than 64 bits hold."""


_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


class Trace(NamedTuple):
    """A whole trace in memory.

    `truncated` is true when the last line is incomplete, as a crash leaves it; what stands before it is sound.
    """

    path: Path
    header: Header
    records: list[AnyRecord]
    truncated: bool


class _Truncated(Exception):
    pass


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield whole lines, many at a time; only the last block may end without a line feed."""
    rest = b""
    number = 1
    with open_regular(path, "a trace") as file:
        while True:
            try:
                chunk = file.read(_BLOCK)
            except OSError as error:
                raise BadInput(f"{path} cannot be read", str(error)) from error
            if not chunk:
                break
            whole, feed, begun = chunk.rpartition(b"\n")
            if feed:
                block = rest + whole + feed
                number += block.count(b"\n")
                yield block
                rest = begun
            else:
                rest += chunk
            if len(rest) > MOST_BYTES:
                raise BadInput(
                    f"{path}:{number}: this is not a trace record",
                    f"a line of more than {MOST_BYTES:,} bytes: {rest[:80]!r}",
                    "the file is not a trace; the records before this line are valid",
                )
    if rest:
        yield rest


def read_records(path: Path) -> Iterator[AnyRecord]:
    """Yield the records of a trace one by one, in constant memory.

    Raises `BadInput` with file, line and what was wrong. An incomplete last line ends the iteration quietly.
    """
    try:
        yield from _checked(path)
    except _Truncated:
        return


def _checked(path: Path) -> Iterator[AnyRecord]:
    number = 0
    ended = False
    for block in _blocks(path):
        for record in _decoded(path, block, number):
            number += 1
            if ended:
                raise BadInput(
                    f"{path}:{number}: this record follows the verdict",
                    "a verdict is the last record of a trace",
                    "if these are several traces, put each into its own file",
                )
            if number == 1:
                if not isinstance(record, Header):
                    raise BadInput(f"{path}:1: this is not a header record", f"{block[:80]!r}")
                if record.format != FORMAT:
                    raise BadInput(
                        f"{path}:1: this is not trace format {FORMAT}",
                        f"format {record.format}",
                        "use the version of cmhil that wrote it",
                    )
            elif isinstance(record, Header):
                raise BadInput(
                    f"{path}:{number}: this is a second header",
                    "only line 1 is a header",
                    "if these are several traces, put each into its own file",
                )
            elif isinstance(record, Stimulus | HelloSeen) and (flaw := _flaw(record)):
                raise _unsound(path, number, *flaw)
            elif isinstance(record, VerdictGiven):
                ended = True
                if not record.is_known:
                    raise _unsound(path, number, f"the verdict {record.verdict!r}")
            yield record
    if number == 0:
        raise BadInput(f"{path} is not a trace", "an empty file")


_decoder: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord, strict=True)


def _decoded(path: Path, block: bytes, before: int) -> Iterable[AnyRecord]:
    """Return the records of some lines: all at once if they are sound, which is faster, else one by one."""
    if _LONG_NUMBER.search(block):
        return _one_by_one(path, block, before)
    try:
        records = _decoder.decode_lines(block)
    except _UNSOUND:
        return _one_by_one(path, block, before)
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    return records if len(records) == lines else _one_by_one(path, block, before)


def _one_by_one(path: Path, block: bytes, before: int) -> Iterator[AnyRecord]:
    for number, line in enumerate(_LINE.findall(block), before + 1):
        try:
            record = _decoder.decode(line)
        except _UNSOUND as error:
            if not line.endswith(b"\n"):
                if number == 1:
                    raise BadInput(f"{path} is not a trace", "no whole record") from error
                raise _Truncated from error
            raise _unsound(path, number, f"{line[:80]!r}: {error}") from error
        if _LONG_NUMBER.search(line) and not _fits(msgspec.to_builtins(record)):
            raise _unsound(path, number, f"{line[:80]!r}: a number of more than 64 bits")
        yield record


def _fits(value: object) -> bool:
    """Tell whether 64 bits hold each number of a record."""
    if isinstance(value, dict):
        return all(map(_fits, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_fits, value))
    return not isinstance(value, int) or -(2**63) <= value < 2**64


def _flaw(record: Stimulus | HelloSeen) -> tuple[str, str] | None:
    """Return what is wrong with a record though its types are right, and what to do."""
    if isinstance(record, HelloSeen):
        count = len(record.ifaces)
        return (
            (f"{count} ifaces; Zephyr has at most {MOST_IFACES}", "")
            if count > MOST_IFACES
            else None
        )
    return _wrong_command(record.words)


@lru_cache(maxsize=10_000)
def _wrong_command(words: Words) -> tuple[str, str] | None:
    """Return what is wrong with a command of the probe; other commands of the firmware are not checked."""
    if words[0] not in COMMANDS:
        return None
    try:
        validate(words)
    except BadInput as error:
        return f"an invalid stimulus: {error.wanted}: {error.seen[:80]}", error.remedy
    except RecursionError:
        return "an invalid stimulus: commands nested too deeply", ""
    return None


def _unsound(path: Path, number: int, seen: str, remedy: str = "") -> BadInput:
    return BadInput(
        f"{path}:{number}: this is not a trace record",
        seen,
        remedy or "the file is not a trace, or was damaged; the records before this line are valid",
    )


def read_trace(path: Path) -> Trace:
    """Read a whole trace. Raises `BadInput` as `read_records` does."""
    records: list[AnyRecord] = []
    truncated = False
    try:
        records.extend(_checked(path))
    except _Truncated:
        truncated = True
    header = records[0]
    assert isinstance(header, Header)
    return Trace(path, header, records, truncated)
