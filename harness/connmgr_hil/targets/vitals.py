"""Whether a program that gave no answer had the time for one: a busy host is no fault of the device."""

import time
from collections.abc import Callable
from pathlib import Path

from connmgr_hil.transport.deadlines import BUSY, LATE

Listen = Callable[[float], bool]
"""Takes what a device shows for so many seconds, and tells whether the answer that was missing came."""

_STOPPED = frozenset("Tt")
"""The states of /proc/PID/stat in which somebody holds a process: a signal, a debugger."""


def gives_no_answer(pid: int, listen: Listen) -> bool:
    """Tell whether a process that runs was silent for `deadlines.LATE`, the time left out in which it waited for a processor.

    False when the answer came after all, when somebody stopped the process or it has ended, and when the host is so busy
    that this cannot be told within `deadlines.BUSY`.
    """
    had = 0.0
    deadline = BUSY.after()
    while time.monotonic() < deadline:
        began, waited = time.monotonic(), _waited(pid)
        if listen(LATE.seconds / 4) or _state(pid) in _STOPPED | {"", "Z", "X"}:
            return False
        had += max(0.0, time.monotonic() - began - (_waited(pid) - waited))
        if had >= LATE.seconds:
            return True
    return False


def _state(pid: int) -> str:
    """Return the state of a process, empty if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[0]


def _waited(pid: int) -> float:
    """Return for how many seconds the threads of a process have waited for a processor, 0 where the kernel does not count."""
    total = 0
    for entry in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(entry.read_text(encoding="ascii").split()[1])
        except (OSError, IndexError, ValueError):
            continue  # a thread that has just ended
    return total / 1e9
