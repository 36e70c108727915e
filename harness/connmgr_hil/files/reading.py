"""Reads untrusted files: a read never blocks, and no file can exhaust the memory."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from connmgr_hil.vocabulary.errors import BadInput

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def open_regular(path: Path, what: str) -> BinaryIO:
    """Open a regular file for reading. Raises `BadInput` that calls it `what` where it is another thing or cannot be opened."""
    try:
        # A pipe without a writer would block, and a terminal would become our controlling terminal.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read as {what}", str(error)) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = next((name for test, name in _KINDS if test(mode)), "no regular file")
        raise BadInput(f"{path} is not {what}", kind, "name a regular file")
    return os.fdopen(descriptor, "rb")


def read_whole(path: Path, what: str, most: int) -> bytes:
    """Return what is in a regular file. Raises `BadInput` as `open_regular` does, and when it has more than `most` bytes."""
    with open_regular(path, what) as file:
        try:
            data = file.read(most + 1)
        except OSError as error:
            raise BadInput(f"{path} cannot be read as {what}", str(error)) from error
    if len(data) > most:
        raise BadInput(f"{path} is too large for {what}", f"more than {most:,} bytes")
    return data
