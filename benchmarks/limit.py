"""What no harness could beat: the same devices started, the same bytes exchanged, and nothing read or judged."""

import os
import subprocess
import termios
import time
import tty
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from connmgr_hil.targets import ProgramTarget
from connmgr_hil.transport import DescriptorTransport

_UART = b"connected to pseudotty:"
_CHUNK = 65536


class OverheardLine(DescriptorTransport):
    """A line that notes which commands were sent over it and answered."""

    def __init__(self, descriptor: int, name: str) -> None:
        super().__init__(descriptor, name)
        self.answered: list[bytes] = []
        self._sent = b""

    def write(self, data: bytes) -> None:
        """Send these bytes."""
        self._sent = data
        super().write(data)

    def read(self, deadline: float) -> bytes:
        """Return what has come."""
        data = super().read(deadline)
        if self._sent and data:
            self.answered.append(self._sent)
            self._sent = b""
        return data


class OverheardTarget(ProgramTarget):
    """A program whose lines are listened to; `runs` has what went over each."""

    def __init__(self, target: ProgramTarget) -> None:
        super().__init__(target.platform, target.command, target.environment)
        self.runs: list[list[bytes]] = []

    def start(self) -> DescriptorTransport:
        """Start the program and listen to its line."""
        line = super().start()
        overheard = OverheardLine(os.dup(line.fileno()), line.name)
        overheard.last_words = line.last_words
        self.runs.append(overheard.answered)
        return overheard


def replay(
    command: Sequence[str], environment: dict[str, str], runs: Sequence[Sequence[bytes]]
) -> None:
    """Start the program for each run, send what was sent, and wait each time for the reply."""
    environment = {**os.environ, **environment}
    for run in runs:
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            assert process.stdout is not None
            line = b""
            while _UART not in line:
                line = process.stdout.readline()
            terminal = os.open(line.partition(_UART)[2].strip().decode(), os.O_RDWR | os.O_NOCTTY)
            tty.setraw(terminal, termios.TCSANOW)
            for command_line in run:
                mark = b" tag=" + command_line.lstrip(b"\r").partition(b" ")[0].lstrip(b"$") + b" "
                came = b""
                os.write(terminal, command_line)
                while mark not in came or came[-1:] != b"\n":
                    came = came[-200:] + os.read(terminal, _CHUNK)
            os.close(terminal)
            process.kill()


def seconds(target: OverheardTarget, cores: int) -> float:
    """Return how long it takes to replay everything, shared out to so many processes."""
    shares = [target.runs[first::cores] for first in range(cores)]
    with ProcessPoolExecutor(cores, get_context("fork")) as pool:
        list(pool.map(time.sleep, [0.05] * cores))  # all of them are there
        began = time.monotonic()
        waiting = [
            pool.submit(replay, target.command, target.environment, share) for share in shares
        ]
        for each in waiting:
            each.result()
        return time.monotonic() - began
