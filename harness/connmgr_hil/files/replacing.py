"""Replaces a file atomically: writes a new file beside it, then renames it."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from connmgr_hil.vocabulary.errors import NotRecorded


def replace_file(path: Path, content: str | bytes, remedy: str = "choose another folder") -> None:
    """Write a file whole, with its folders, or leave the old file unchanged.

    What is no regular file (a pipe, a terminal) is written to. Raises `NotRecorded` if it cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        place = path.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        mode = place.stat().st_mode if place.exists() else None
        if mode is None or stat.S_ISREG(mode):
            _put_in_place(place, data, stat.S_IMODE(mode) if mode is not None else _usual_mode())
        else:
            place.write_bytes(data)
    except (OSError, ValueError, RuntimeError) as error:
        raise NotRecorded(f"cannot write {path}", str(error), remedy) from error


def _put_in_place(path: Path, data: bytes, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".draft"
    )
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def _usual_mode() -> int:
    """Return the mode of a new file; the mask can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
