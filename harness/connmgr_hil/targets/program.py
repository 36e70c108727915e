"""Targets that are a program here with a pseudo-terminal as UART: native_sim, simulated board."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from connmgr_hil.transport import DescriptorTransport, open_terminal
from connmgr_hil.transport.deadlines import START

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
    ) -> None:
        self.platform = platform
        self._command = tuple(command)
        self._environment = environment
        self._start_wait = START.of(start_seconds)
        self._process: EmulatorProcess | None = None
        self._line: DescriptorTransport | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the running program."""
        return self._process.pid if self._process is not None else None

    def start(self) -> DescriptorTransport:
        """Start the program and open its terminal."""
        self.stop()
        process = EmulatorProcess(self._command, environment=self._environment)
        self._process = process
        try:
            path = process.wait_for_output(_UART, self._start_wait)
            self._line = open_terminal(path.decode())
        except BaseException:
            self.stop()
            raise
        self._line.watch(process.fileno(), process.take_output)
        self._line.last_words = process.how_it_stands
        return self._line

    def restart(self) -> DescriptorTransport:
        """End the program and start it anew."""
        return self.start()

    def stop(self) -> None:
        """Close the line and kill the program."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            self._process.kill()
            self._process = None


def simulated_target(platform: Platform, arguments: Sequence[str] = ()) -> ProgramTarget:
    """Return the simulated board, with further arguments of its command line."""
    command = (
        *(sys.executable, "-m", "connmgr_hil.simulated_board"),
        *(*platform.emulator.arguments, *arguments),
    )
    # Where this package is not installed, the board finds it where we found it.
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    return ProgramTarget(platform, command, {"PYTHONPATH": path})


def native_target(platform: Platform, image: Path) -> ProgramTarget:
    """Return Zephyr as a program of this host, its time granted by us or, without probe, real."""
    if platform.dialect == "stock":
        return ProgramTarget(platform, (str(image.absolute()), "-rt"), {})
    command = (str(image.absolute()), *platform.emulator.arguments)
    return ProgramTarget(platform, command, {"CM_PROBE_GRANTED": "1"})
