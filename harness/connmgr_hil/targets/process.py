"""An emulator as a child process: its output is kept, and it does not outlive us."""

import contextlib
import math
import os
import select
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from connmgr_hil.transport import escaped
from connmgr_hil.transport.deadlines import END, LAST_WORDS, Deadline
from connmgr_hil.vocabulary.errors import RigFault

from . import reaper

_INSTALL = "is it installed, and on the PATH?"
_KEPT = 32_768
_MOST_BEFORE_MARKER = 1_000_000


_sound: set[tuple[str, int, int]] = set()
"""Programs that were started before: their paths, with inode and time of change."""


def _start(
    command: Sequence[str],
    program: str,
    output: int,
    *,
    env: Mapping[str, str],
    pass_fds: Sequence[int],
) -> "subprocess.Popen[bytes]":
    """Start a program that is announced to the reaper, quickly if the system is known to take it.

    The first time it must not go by way of the shell, which would read as a script what the system refuses.
    """
    stat = Path(program).stat()
    known = program, stat.st_ino, stat.st_mtime_ns
    announced, ear = reaper.announced(command)
    sound = known in _sound
    process = subprocess.Popen(
        announced if sound else command,
        stdin=subprocess.DEVNULL,
        stdout=ear if sound else output,
        stderr=output,
        env=env,
        pass_fds=pass_fds,
        process_group=0,
        preexec_fn=None if sound else reaper.announce,  # noqa: PLW1509 - one write, which takes no lock
    )
    _sound.add(known)
    return process


class EmulatorProcess:
    """A running emulator, in its own process group.

    `output` holds the end of its output, and `printed` counts all bytes. Raises `RigFault` when the program cannot be
    started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        inherit: Sequence[int] = (),
    ) -> None:
        self.command = shlex.join(command)
        self.output = b""
        self.printed = 0
        reaper.prepare()
        program = shutil.which(command[0])
        if program is None:
            raise RigFault(f"cannot start {command[0]}", "no such program", _INSTALL)
        reading, writing = os.pipe()
        try:
            self._process = _start(
                command,
                program,
                writing,
                env={**os.environ, **(environment or {})},
                pass_fds=inherit,
            )
        except OSError as error:
            os.close(reading)
            raise RigFault(f"cannot start {command[0]}", str(error), _INSTALL) from error
        finally:
            os.close(writing)
        reaper.guard(self._process.pid)
        os.set_blocking(reading, False)
        self._reading = reading

    def fileno(self) -> int:
        """Return the descriptor on which its output comes."""
        return self._reading

    @property
    def pid(self) -> int:
        """The process id, which is that of its group too."""
        return self._process.pid

    def take_output(self) -> bool:
        """Keep what it has printed so far; False if it will print no more."""
        data = self._read()
        return data is None or bool(data)

    def _read(self) -> bytes | None:
        """Return what it has printed since, None for nothing yet, and empty at the end."""
        try:
            data = os.read(self._reading, 65536)
        except BlockingIOError:
            return None
        except OSError:
            return b""
        self.output = (self.output + data)[-_KEPT:]
        self.printed += len(data)
        return data

    def status(self, wait: Deadline | None = None) -> int | None:
        """Return with which status it ended, negative for a signal; None while it runs, for at most `wait`.

        Once it has ended `output` has all that it printed.
        """
        try:
            status = self._process.wait(wait.seconds if wait else 0)
        except subprocess.TimeoutExpired:
            return None
        while self._reading >= 0 and self._read():
            pass
        return status

    def wait_for_output(self, marker: bytes, wait: Deadline) -> bytes:
        """Return the rest of the line after `marker`, as soon as it is printed.

        Raises `RigFault` if the program ends, or stays silent for too long.
        """
        deadline = wait.after()
        poll = select.poll()
        poll.register(self._reading, select.POLLIN)
        printed = self.output
        while len(printed) < _MOST_BEFORE_MARKER:
            _, found, rest = printed.partition(marker)
            line, ended, _ = rest.partition(b"\n")
            if found and ended:
                return line.strip()
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(math.ceil(left * 1000)):
                raise self.fault(f"it did not print '{marker.decode()}' within {wait}")
            data = self._read()
            if data == b"":
                raise self.fault(f"it ended instead of printing '{marker.decode()}'")
            printed += data or b""
        raise self.fault(f"it printed much, and not '{marker.decode()}'")

    def stay_guarded(self) -> None:
        """Replace the guard process that ends the emulator with us, if the guard was killed.

        An emulator may run for hours, so call this before the device in it is restarted.
        """
        reaper.prepare()

    def signal(self, number: int) -> None:
        """Forget its output and send it a signal, so that what it prints next is the answer.

        Does nothing to a process that has ended.
        """
        self.stay_guarded()
        self.take_output()
        self.output = b""
        self._process.send_signal(number)

    def fault(self, wanted: str) -> RigFault:
        """Make the error that tells how it stands with this emulator."""
        return RigFault(wanted, self.how_it_stands(), f"try it by hand: {self.command}")

    def how_it_stands(self) -> str:
        """Tell whether it is running, and what it printed last."""
        if self._reading >= 0:
            self.take_output()
        try:
            how = f"it ended with status {self._process.wait(LAST_WORDS.seconds)}"
        except subprocess.TimeoutExpired:
            how = "it is running"
        return f"{how}; last output: {escaped(self.output[-400:])}"

    def kill(self) -> None:
        """End it now, with all its children. Ending it twice does no harm."""
        if self._reading < 0:
            return
        reaper.kill_group(self._process.pid)
        with contextlib.suppress(OSError):
            os.close(self._reading)
        self._reading = -1
        self._await_end()
        try:
            self._process.wait(END.seconds)
        except subprocess.TimeoutExpired as error:
            raise RigFault(
                f"process {self.pid} has not ended within {END} of being killed",
                "it is still there",
                f"see what it waits for: cat /proc/{self.pid}/wchan; its command: {self.command}",
            ) from error
        reaper.release(self.pid)

    def _await_end(self) -> None:
        """Wait for its end without the pauses between the looks of `Popen.wait`. Returns at once where the system lacks pidfds."""
        with contextlib.suppress(OSError):
            ended = os.pidfd_open(self.pid)
            try:
                poll = select.poll()
                poll.register(ended, select.POLLIN)
                poll.poll(END.seconds * 1000)
            finally:
                os.close(ended)
