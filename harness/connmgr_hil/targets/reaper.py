"""Ends emulators with the harness, even when it is killed with -9.

A small process reads a pipe from us. When we end, for any reason, the pipe ends, and the process kills all process groups that we registered. It has a child with the same list, which takes over if the first is killed.
"""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

_PROGRAM = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
groups = set()
def listen(pipe, tell):
    for line in pipe:
        group = int(line[1:])
        groups.add(group) if line[:1] == b"+" else groups.discard(group)
        try:
            os.write(tell, line) if tell is not None else None
        except OSError:
            tell = None
reading, writing = os.pipe()
if os.fork():
    os.close(reading)
    listen(sys.stdin.buffer, writing)
else:
    os.setsid()
    os.close(writing)
    listen(os.fdopen(reading, "rb"), None)
    listen(sys.stdin.buffer, None)
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


# Should the reaper itself have been killed, the write fails and nothing else.
_ANNOUNCED = """trap '' PIPE; echo "+$$" 2>/dev/null; trap - PIPE; exec "$@" >&2"""


class _Reaper:
    def __init__(self) -> None:
        self._owner = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        atexit.register(self.close)

    @property
    def usable(self) -> bool:
        """Tell whether it still runs, and serves this very process."""
        return self.ours and self._process.poll() is None

    @property
    def ours(self) -> bool:
        """Tell whether this very process started it, not one that we were forked from."""
        return self._owner == os.getpid()

    @property
    def pipe(self) -> IO[bytes] | None:
        """What it reads."""
        return self._process.stdin

    def tell(self, sign: str, group: int) -> None:
        pipe = self.pipe
        assert pipe is not None
        # A reaper that was itself killed has no more to say; the next emulator starts a new one.
        with contextlib.suppress(BrokenPipeError):
            os.write(pipe.fileno(), f"{sign}{group}\n".encode())

    def close(self) -> None:
        if self._owner == os.getpid() and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()


_reaper: _Reaper | None = None
_guarded: set[int] = set()


def prepare() -> None:
    """Start the reaper unless it runs already. Do so before starting what it shall reap."""
    global _reaper
    if _reaper is not None and _reaper.usable:
        return
    former, _reaper = _reaper, _Reaper()
    if former is None:
        return
    if not former.ours:
        _guarded.clear()
        return
    for group in _guarded:
        _reaper.tell("+", group)
        former.tell("-", group)  # its child still listens, and would take our closing for our end
    former.close()


def announce() -> None:
    """Guard the process group of this process, which is about to become an emulator.

    It is called between fork and exec: were the parent to do it, it could be killed before it does.
    """
    if _reaper is not None:
        _reaper.tell("+", os.getpid())


def announced(command: Sequence[str]) -> tuple[list[str], int]:
    """Return a command that announces its process group and then becomes the given one, and what must be its output.

    From then on its output goes where its errors go. This is `announce` without a fork of ours, which costs
    ten times as much, since it copies all our page tables. The shell only sees words that it does not read.
    """
    assert _reaper is not None
    assert _reaper.pipe is not None
    return ["/bin/sh", "-c", _ANNOUNCED, "sh", *command], _reaper.pipe.fileno()


def guard(group: int) -> None:
    """Remember that this process group was announced."""
    _guarded.add(group)


def release(group: int) -> None:
    """Leave this process group alone from now on."""
    _guarded.discard(group)
    if _reaper is not None and _reaper.ours:
        _reaper.tell("-", group)


def kill_group(group: int) -> None:
    """Kill a process group that may be gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
