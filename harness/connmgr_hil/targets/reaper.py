"""Sees to it that emulators die with the harness, even when it is killed with -9.

One small process reads a pipe of ours. When we are gone, whatever the reason, the pipe ends, and it
kills the process groups that it was told of.
"""

import atexit
import contextlib
import os
import signal
import subprocess
import sys

_PROGRAM = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
groups = set()
for line in sys.stdin.buffer:
    group = int(line[1:])
    groups.add(group) if line[:1] == b"+" else groups.discard(group)
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


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
        """Tell whether it still serves this very process, not one that we were forked from."""
        return self._owner == os.getpid() and self._process.poll() is None

    def tell(self, sign: str, group: int) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        # A reaper that was itself killed has no more to say; the next emulator starts a new one.
        with contextlib.suppress(BrokenPipeError):
            pipe.write(f"{sign}{group}\n".encode())
            pipe.flush()

    def close(self) -> None:
        if self._owner == os.getpid() and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()


_reaper: _Reaper | None = None


def prepare() -> None:
    """Start the reaper unless it runs already. Do so before starting what it shall reap."""
    global _reaper  # noqa: PLW0603 - one for the process, as the pipe is
    if _reaper is None or not _reaper.usable:
        _reaper = _Reaper()


def guard(group: int) -> None:
    """Kill this process group when the harness ends."""
    prepare()
    assert _reaper is not None
    _reaper.tell("+", group)


def release(group: int) -> None:
    """Leave this process group alone from now on."""
    if _reaper is not None and _reaper.usable:
        _reaper.tell("-", group)


def kill_group(group: int) -> None:
    """Kill a process group that may be gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
