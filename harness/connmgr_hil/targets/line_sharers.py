"""Finds other processes that read a device's terminal and may have taken an answer."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from connmgr_hil.vocabulary.errors import RigFault


def sharers(terminal: str, device: int = 0) -> tuple[str, ...]:
    """Return who else can read a terminal: `process 12 (cat)`. Those of other users cannot be seen, unless by root.

    `device` is the process group of the program at its other end, which holds it, too. What was forked from us has our
    opening of the line, which is locked, and does not count. Empty for the address of a socket.
    """
    if not terminal.startswith("/"):
        return ()
    path = Path(terminal).resolve()
    return tuple(
        f"process {process.name} ({_name(process)})"
        for process in Path("/proc").iterdir()
        if process.name.isdigit()
        and int(process.name) != os.getpid()
        and any(_reads(each) for each in _open_at(process, path))
        and not (device and _group(int(process.name)) == device)
    )


def taken_by(terminal: str, others: tuple[str, ...]) -> RigFault:
    """Make the error for an answer that is missing while others read the terminal."""
    return RigFault(
        f"somebody else reads {terminal}, and an answer is missing",
        ", ".join(others),
        "end it and run again: what one reader takes, the other never sees",
    )


def _open_at(process: Path, path: Path) -> Iterator[Path]:
    """Yield the kernel's information about each descriptor that a process has open on a path."""
    with contextlib.suppress(OSError):  # it has ended, or belongs to another user
        for each in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                if each.readlink() == path:
                    yield process / "fdinfo" / each.name


def _reads(descriptor: Path) -> bool:
    """Tell whether a descriptor is open for reading, and not one that shares our lock."""
    try:
        lines = descriptor.read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    facts = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return "lock" not in facts and int(facts.get("flags", "0"), 8) & os.O_ACCMODE != os.O_WRONLY


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "it has just ended"


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return 0
