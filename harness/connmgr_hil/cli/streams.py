"""Standard streams that a command can rely on, however it was started, even if the reader goes away."""

import errno
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_NOBODY_READS = {errno.EPIPE, errno.EIO, errno.ENXIO, errno.EBADF}
"""A pipe's reader is gone, or a terminal; or the stream was opened for reading only."""


def secure_streams() -> None:
    """Replace closed streams by the null device, and drop output that nobody reads any more.

    So a run always reaches its end: traces, summary and exit code do not depend on a reader.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _null(number))
        elif number and isinstance(stream, io.TextIOWrapper):
            setattr(sys, name, _enduring(stream))


def _null(number: int) -> TextIO:
    """Return a stream of the null device, for child processes too: the lowest number that is free is that of the stream."""
    file = Path(os.devnull).open("w" if number else "r", encoding="utf-8", errors="replace")  # noqa: SIM115 - stays open
    os.set_inheritable(file.fileno(), file.fileno() == number)
    return file


def _enduring(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(_Outlet(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,
    )


class _Outlet(io.FileIO):
    """A file that becomes the null device when its reader has gone."""

    def write(self, data: "ReadableBuffer") -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _NOBODY_READS:
                raise
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, self.fileno())
        os.close(null)
        return super().write(data)
