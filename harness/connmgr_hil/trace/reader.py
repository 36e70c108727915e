"""Reads a trace back and says exactly where it is broken."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.observations import AnyRecord, Header

FORMAT = 1

_BLOCK = 100
"""So many lines are decoded at once."""

_UNSOUND = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


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


def _blocks(path: Path) -> Iterator[list[bytes]]:
    try:
        with path.open("rb") as file:
            while block := list(islice(file, _BLOCK)):
                yield block
    except OSError as error:
        raise BadInput(f"a readable trace at {path}", str(error)) from error


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
    for block in _blocks(path):
        for record in _decoded(path, block, number):
            number += 1
            if number == 1:
                if not isinstance(record, Header):
                    raise BadInput(f"{path}:1: a header record was expected", f"{block[0][:80]!r}")
                if record.format != FORMAT:
                    raise BadInput(
                        f"{path}:1: trace format {FORMAT} was expected",
                        f"format {record.format}",
                        "use the version of cmhil that wrote it",
                    )
            elif isinstance(record, Header):
                raise BadInput(
                    f"{path}:{number}: one header, in line 1, was expected",
                    "another header",
                    "if these are several traces, keep each in a file of its own",
                )
            yield record
    if number == 0:
        raise BadInput(f"{path}: a trace was expected", "an empty file")


_decoder: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord, strict=True)


def _decoded(path: Path, block: list[bytes], before: int) -> Iterable[AnyRecord]:
    """Return the records of some lines: all at once if they are sound, which is faster, else one by one."""
    try:
        records = _decoder.decode_lines(b"".join(block))
    except _UNSOUND:
        return _one_by_one(path, block, before)
    return records if len(records) == len(block) else _one_by_one(path, block, before)


def _one_by_one(path: Path, block: list[bytes], before: int) -> Iterator[AnyRecord]:
    for number, line in enumerate(block, before + 1):
        try:
            yield _decoder.decode(line)
        except _UNSOUND as error:
            if not line.endswith(b"\n"):
                if number == 1:
                    raise BadInput(f"{path}: a trace was expected", "no whole record") from error
                raise _Truncated from error
            raise BadInput(
                f"{path}:{number}: a trace record was expected",
                f"{line[:80]!r}: {error}",
                "the file is not a trace, or was damaged; records before this line are sound",
            ) from error


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
