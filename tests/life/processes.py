"""Runs of cmhil in processes of their own, and what is left of them."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from connmgr_hil.trace import read_trace

STAND_IN = """\
#!{python}
import os, signal, sys
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    while True:
        os.write(1, b"noise of the emulator " * 100 + b"\\n")
if os.fork() == 0:
    signal.pause()
sys.argv[1:] = []
from connmgr_hil.simulated_board.__main__ import main
main()
"""


def stand_in(folder: Path, text: str = STAND_IN) -> Path:
    """An emulator with bad manners: it ignores signals, has children, and never stops talking."""
    path = folder / "stand_in.exe"
    path.write_text(text.replace("{python}", sys.executable))
    path.chmod(0o755)
    return path


STARTED: list["Harness"] = []
"""Those of the test that runs, which are tidied up after it."""


class Harness:
    """`cmhil` with these arguments; every process that it starts can be found by its environment."""

    def __init__(self, *arguments: str, before: Sequence[str] = (), **options: object) -> None:
        self.mark = uuid.uuid4().hex
        STARTED.append(self)
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "connmgr_hil.cli", *arguments],
            env={**os.environ, "CMHIL_TEST_MARK": self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            **options,  # type: ignore[call-overload]
        )

    def left(self) -> dict[int, str]:
        """All processes of this run that are still there, with their command lines."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if f"CMHIL_TEST_MARK={self.mark}".encode() in (entry / "environ").read_bytes():
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(entry.name)] = command
            except OSError:
                continue  # it has just ended
        return found

    def tidy_up(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        for pid in self.left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def reapers(self) -> list[int]:
        return [pid for pid, command in self.left().items() if " -I -S -c " in command]

    def when_started(self, trace_folder: Path) -> None:
        """Return when the first record of a run was written."""
        deadline = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < deadline:
            if any(path.stat().st_size for path in trace_folder.glob("*.jsonl")):
                return
            self.ended_within(0.01)
        raise AssertionError(self.output())

    def ended_within(self, seconds: float) -> bool:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.wait(20)

    def output(self) -> str:
        return self.process.communicate(timeout=60)[0] or ""

    def assert_nothing_left(self, seconds: float = 5.0) -> None:
        """No process of the run is there after so many seconds."""
        deadline = time.monotonic() + seconds
        while left := self.left():
            pid = next(iter(left))
            try:
                handle = os.pidfd_open(pid)
            except ProcessLookupError:
                continue
            # A pidfd is readable once its process has ended.
            gone = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))[0]
            os.close(handle)
            assert gone, f"still running: {left}"


def walking(on_target: list[str], out: Path, *options: str, **more: object) -> Harness:
    return Harness(
        "walk", *on_target, "--walks", "100000", "--seed", "1", "--out", str(out), *options, **more
    )


def assert_traces_read(out: Path) -> None:
    for path in out.glob("*.jsonl"):
        if path.stat().st_size:
            assert read_trace(path).records
