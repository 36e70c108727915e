"""Targets that are a program on this host with a pseudo terminal as UART: native_sim, simulated board."""

import contextlib
import os
import signal
import sys
import tty
from collections.abc import Sequence
from pathlib import Path

from connmgr_hil.transport import DescriptorTransport, open_terminal
from connmgr_hil.transport.deadlines import END, LAST_WORDS, START
from connmgr_hil.vocabulary.errors import LineClosed, NoAnswer, RigFault, UsageError
from connmgr_hil.vocabulary.observations import Crashed, Stuck

from .base import End, PlatformTarget
from .death import crash_of, crash_told, report_of_sanitizer
from .line_sharers import sharers, taken_by
from .platforms import Platform
from .probed import counts_lines, has_probe
from .process import EmulatorProcess
from .vitals import Listen, gives_no_answer

_UART = b" connected to pseudotty:"

STDIO = "stdio"
"""The name of a UART that is the program's stdin and stdout."""

_ON_TERMINAL = 'exec "$@" <"$0" >"$0"'


class ProgramTarget(PlatformTarget):
    """A program that says `uart connected to pseudotty: PATH`. A restart starts it again.

    `image`: the file of a firmware that runs as this program; None for a program that certainly has the probe's protocol.
    """

    def __init__(
        self,
        platform: Platform,
        command: Sequence[str],
        environment: dict[str, str],
        *,
        start_seconds: float | None = None,
        power_cut: signal.Signals | None = None,
        image: Path | None = None,
    ) -> None:
        self.platform = platform
        self.command = tuple(command)
        self.environment = environment
        self._start_wait = START.of(start_seconds)
        self._power_cut = power_cut
        self._image = image
        self._counts_lines = counts_lines(image)
        self._stillborn: Crashed | None = None
        self._reported = 0
        self._process: EmulatorProcess | None = None
        self._line: DescriptorTransport | None = None
        self._terminal = ""

    @property
    def pid(self) -> int | None:
        """The process id of the running program."""
        return self._process.pid if self._process is not None else None

    def start(self) -> DescriptorTransport:
        """Start the program and open its terminal."""
        self.stop()
        self._stillborn = None
        self._reported = 0
        if self.platform.emulator.uart == STDIO:
            return self._start_on_terminal()
        process = EmulatorProcess(self.command, environment=self.environment)
        self._process = process
        try:
            return self._open(process)
        except BaseException:
            self._stillborn = _crash_before_its_terminal(process)
            self.stop()
            raise

    def _start_on_terminal(self) -> DescriptorTransport:
        """Start the program with a terminal of ours as its stdin and stdout."""
        ours, its = os.openpty()
        try:
            tty.setraw(its)
            self._terminal = os.ttyname(its)
            command = ("/bin/sh", "-c", _ON_TERMINAL, self._terminal, *self.command)
            # It holds the terminal from its first moment, so that it never seems closed.
            self._process = EmulatorProcess(command, environment=self.environment, inherit=(its,))
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(its)
        return self._attend(self._process, DescriptorTransport(ours, "stdin and stdout"))

    def _open(self, process: EmulatorProcess) -> DescriptorTransport:
        marker = self.platform.emulator.uart.encode() + _UART
        self._terminal = process.wait_for_output(marker, self._start_wait).decode()
        return self._attend(process, open_terminal(self._terminal))

    def _attend(self, process: EmulatorProcess, line: DescriptorTransport) -> DescriptorTransport:
        self._line = line
        line.watch(process.fileno(), process.take_output)
        line.last_words = process.how_it_stands
        return line

    def restart(self) -> DescriptorTransport:
        """Cut the program's power by its signal if it has one; otherwise end it and start it again."""
        if self._power_cut is not None and self._process is not None:
            self._close_line()
            self._process.signal(self._power_cut)
            with contextlib.suppress(RigFault):
                return self._open(self._process)
        return self.start()

    def diagnose(self, error: RigFault, listen: Listen, *, known: bool) -> End | None:
        """Tell how the program ended by itself, or that it runs and does not answer.

        Raises `RigFault` naming who else reads its terminal, for he may have taken the answer.
        """
        process = self._process
        if process is None:
            return self._stillborn
        status = process.status(END if isinstance(error, LineClosed) else None)
        if status is None and isinstance(error, NoAnswer):
            # Firmware without the probe is silent, too, without being at fault.
            probed = self.platform.dialect == "probe" and has_probe(self._image)
            others = sharers(self._terminal, process.pid)
            stuck = (known or probed) and gives_no_answer(process.pid, listen)
            status = process.status()
            if stuck and status is None:
                if others := others or sharers(self._terminal, process.pid):
                    raise taken_by(self._terminal, others)
                return Stuck(t=0, what="device", source="host")
        return None if status is None else crash_of(status, process.output)

    def symptom(self) -> Crashed | None:
        """Return a sanitizer's report, as soon as the program has printed it."""
        process = self._process
        if process is None:
            return None
        process.take_output()
        if process.printed == self._reported:
            return None
        self._reported = process.printed
        return report_of_sanitizer(process.output)

    def stop(self) -> None:
        """Close the line and kill the program."""
        self._close_line()
        if self._process is not None:
            if self._counts_lines and self._process.status() is None:
                self._process.signal(signal.SIGTERM)
                self._process.status(LAST_WORDS)
            self._process.kill()
            self._process = None

    def _close_line(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _crash_before_its_terminal(process: EmulatorProcess) -> Crashed | None:
    """Return the crash of firmware that was not even able to name its terminal.

    A mere exit status may be of something else: a shared library is missing, an argument is unknown.
    """
    status = process.status(LAST_WORDS)
    if status is None or (
        status >= 0 and crash_told(process.output.decode("utf-8", "replace")) is None
    ):
        return None
    return crash_of(status, process.output)


def simulated_target(platform: Platform, arguments: Sequence[str] = ()) -> ProgramTarget:
    """Return the simulated board, with further arguments of its command line."""
    command = (
        *(sys.executable, "-m", "connmgr_hil.simulated_board"),
        *(*platform.emulator.arguments, *arguments),
    )
    # Where this package is not installed, the board finds it where we found it.
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    return ProgramTarget(platform, command, {"PYTHONPATH": path}, power_cut=signal.SIGHUP)


def native_target(platform: Platform, image: Path) -> ProgramTarget:
    """Return Zephyr as a native executable, its time granted by us or, without probe, real.

    Raises `UsageError` if the image may not be executed.
    """
    if not os.access(image, os.X_OK):
        raise UsageError(
            f"{image} cannot be executed",
            "no permission to execute it",
            "name the zephyr.exe of a build with --image, or make it executable: chmod +x",
        )
    if platform.dialect == "stock":
        return ProgramTarget(platform, (str(image.absolute()), "-rt"), {}, image=image)
    command = (str(image.absolute()), *platform.emulator.arguments)
    return ProgramTarget(platform, command, {"CM_PROBE_GRANTED": "1"}, image=image)
