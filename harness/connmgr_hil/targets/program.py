"""Targets that are a program here with a pseudo-terminal as UART: native_sim, simulated board."""

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from connmgr_hil.transport import DescriptorTransport, open_terminal
from connmgr_hil.transport.deadlines import START
from connmgr_hil.vocabulary.errors import RigFault

from .base import PlatformTarget
from .platforms import Platform
from .process import EmulatorProcess

_UART = b"connected to pseudotty:"


class ProgramTarget(PlatformTarget):
    """A program that says `uart connected to pseudotty: PATH`. Restarting is starting it anew."""

    def __init__(
        self,
        platform: Platform,
        command: Sequence[str],
        environment: dict[str, str],
        *,
        start_seconds: float | None = None,
        power_cut: signal.Signals | None = None,
    ) -> None:
        self.platform = platform
        self.command = tuple(command)
        self.environment = environment
        self._start_wait = START.of(start_seconds)
        self._power_cut = power_cut
        self._process: EmulatorProcess | None = None
        self._line: DescriptorTransport | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the running program."""
        return self._process.pid if self._process is not None else None

    def start(self) -> DescriptorTransport:
        """Start the program and open its terminal."""
        self.stop()
        process = EmulatorProcess(self.command, environment=self.environment)
        self._process = process
        try:
            return self._open(process)
        except BaseException:
            self.stop()
            raise

    def _open(self, process: EmulatorProcess) -> DescriptorTransport:
        path = process.wait_for_output(_UART, self._start_wait)
        line = self._line = open_terminal(path.decode())
        line.watch(process.fileno(), process.take_output)
        line.last_words = process.how_it_stands
        return line

    def restart(self) -> DescriptorTransport:
        """Cut the program's power by its signal if it has one; else end it and start it anew."""
        if self._power_cut is not None and self._process is not None:
            self._close_line()
            self._process.signal(self._power_cut)
            with contextlib.suppress(RigFault):
                return self._open(self._process)
        return self.start()

    def stop(self) -> None:
        """Close the line and kill the program."""
        self._close_line()
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _close_line(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


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
    """Return Zephyr as a program of this host, its time granted by us or, without probe, real."""
    if platform.dialect == "stock":
        return ProgramTarget(platform, (str(image.absolute()), "-rt"), {})
    command = (str(image.absolute()), *platform.emulator.arguments)
    return ProgramTarget(platform, command, {"CM_PROBE_GRANTED": "1"})
