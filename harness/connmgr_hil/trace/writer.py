"""Writes a trace, a line at a time, so that a crash leaves a valid prefix."""

import contextlib
import time
from pathlib import Path
from typing import Self

import msgspec

from connmgr_hil.vocabulary.errors import NotRecorded
from connmgr_hil.vocabulary.observations import UNJUDGED, AnyRecord, VerdictGiven


class TraceWriter:
    """Appends records to a trace file, each flushed before the next is accepted.

    The file is created with its folders. Raises `NotRecorded` when the disk does not take a record.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._encoder = msgspec.json.Encoder()
        self._began = time.monotonic()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb", buffering=0)
            self._size = 0
        except OSError as error:
            raise NotRecorded(f"cannot write the trace {path}", str(error)) from error

    def write(self, record: AnyRecord) -> AnyRecord:
        """Stamp a record with host time, append it, and return it as written."""
        stamped = msgspec.structs.replace(record, h=round(time.monotonic() - self._began, 6))
        line = self._encoder.encode(stamped) + b"\n"
        try:
            left = line
            while left:
                left = left[self._file.write(left) or 0 :]
            self._size += len(line)
        except OSError as error:
            # Half a record would spoil those that come after it.
            with contextlib.suppress(OSError):
                self._file.truncate(self._size)
                self._file.seek(self._size)
            raise NotRecorded(
                f"cannot write the trace {self.path}",
                str(error),
                "earlier records are kept; free some space and run again",
            ) from error
        return stamped

    def end(self, summary: str) -> None:
        """Write the last record of a run that was not judged while it ran, and close the file.

        Without it the trace counts as cut. A full disk is not an error here.
        """
        with contextlib.suppress(NotRecorded):
            self.write(VerdictGiven(verdict=UNJUDGED, summary=summary))
        self.close()

    def close(self) -> None:
        """Close the file; further records are refused."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
