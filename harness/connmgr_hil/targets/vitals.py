"""Whether a program that gave no answer had time to answer: a busy host is not a fault of the device."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.transport.deadlines import BUSY, LATE

Listen = Callable[[float], bool]
"""Takes what a device shows for this many seconds, and tells whether the missing answer came."""

_STOPPED = frozenset("Tt")
"""The states in /proc/PID/stat of a process that a signal or a debugger has stopped."""


_FREEZER = frozenset({"do_freezer_trap", "get_signal"})
"""Where a thread that a control group freezes sleeps (/proc/…/wchan), in state S; the first is inlined in most kernels."""


@dataclass(frozen=True)
class _Life:
    """What the kernel counts of a process: seconds of all its threads, and whether all of them sleep by their own will now."""

    ran: float
    waited: float
    rests: bool


def gives_no_answer(pid: int, listen: Listen) -> bool:
    """Tell whether a process that runs was silent for `deadlines.LATE`, the time left out in which the host held it back.

    The host does so while the process waits for a processor or a disk, or is frozen. False when the answer came after
    all, when somebody stopped the process or it has ended, and when this cannot be told within `deadlines.BUSY`.
    """
    had = 0.0
    deadline = BUSY.after()
    while time.monotonic() < deadline:
        began, before = time.monotonic(), _life(pid)
        if listen(LATE.seconds / 16) or _state(pid) in _STOPPED | {"", "Z", "X"}:
            return False
        now = _life(pid)
        had += _had(time.monotonic() - began, before, now)
        if had >= LATE.seconds:
            return True
    return False


def _had(seconds: float, before: _Life, now: _Life) -> float:
    """Return how much of a period a process could certainly use.

    The kernel counts a wait when it ends, so a wait that still goes on is in neither number. Idle time counts only if all
    threads sleep voluntarily at both ends; running time always counts.
    """
    if before.rests and now.rests:
        return max(0.0, seconds - (now.waited - before.waited))
    return min(seconds, now.ran - before.ran)


def _life(pid: int) -> _Life:
    ran = waited = 0
    rests = True
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            counts = (task / "schedstat").read_text(encoding="ascii").split()
            state = (task / "stat").read_text(encoding="utf-8", errors="replace")
            ran, waited = ran + int(counts[0]), waited + int(counts[1])
        except (OSError, IndexError, ValueError):
            continue  # a thread that has just ended, or a kernel that does not count
        rests = rests and _letter(state) == "S" and not _is_frozen(task)
    return _Life(ran / 1e9, waited / 1e9, rests)


def _is_frozen(task: Path) -> bool:
    """Tell whether a sleeping thread is frozen. A kernel that does not say where it sleeps lets it seem awake."""
    try:
        return (task / "wchan").read_text(encoding="ascii") in _FREEZER
    except OSError:
        return False


def _state(pid: int) -> str:
    """Return the state of a process, empty if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return _letter(stat)


def _letter(stat: str) -> str:
    """Return the state in the text of a /proc/…/stat; the name before it may hold anything."""
    return stat.rpartition(")")[2].split()[0]
