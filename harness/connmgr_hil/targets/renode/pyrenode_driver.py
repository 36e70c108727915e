"""Renode inside this process, through pyrenode3 and pythonnet."""

import importlib
import os
import threading
from typing import Any

from connmgr_hil.transport import DescriptorTransport
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .driver import PYRENODE_REMEDY
from .finding import PYRENODE_VARIABLES
from .monitor import refusal


class PyrenodeDriver:
    """Renode in this process. It stays loaded until the process ends; stopping clears what it emulates.

    There is one for the process, and the main thread must make it. Raises `UsageError` where pyrenode3 or its Renode
    is missing.
    """

    def __init__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise UsageError(
                "pyrenode3 only runs in the main thread",
                f"the thread {threading.current_thread().name}",
                "CMHIL_RENODE_DRIVER=process runs Renode as a separate process",
            )
        chosen = [name for name in PYRENODE_VARIABLES if os.environ.get(name)]
        if len(chosen) > 1:
            raise UsageError(
                "several variables say where pyrenode3 finds Renode",
                ", ".join(chosen),
                "set at most one of them",
            )
        try:
            wrappers = importlib.import_module("pyrenode3.wrappers")
        except (ImportError, RuntimeError, OSError) as error:
            raise UsageError(
                "pyrenode3, which runs Renode in this process, cannot be used",
                str(error),
                PYRENODE_REMEDY,
            ) from error
        self._monitor: Any = wrappers.Monitor()

    @property
    def pid(self) -> int:
        """The process id of this very process."""
        return os.getpid()

    def know(self, machine: str) -> None:
        """Do nothing: there are no prompts to be told from lines."""

    def execute(self, command: str, *, seconds: float | None = None) -> str:
        """Give a command of the monitor and return what it printed; it cannot be interrupted."""
        del seconds
        try:
            printed, complaint = self._monitor.execute(command)
        except Exception as error:  # a .NET exception is of no class that is known here
            raise RigFault(f"Renode did not do '{command}'", str(error)) from error
        if complaint and complaint.strip():
            lines = complaint.splitlines()
            raise refusal(command, lines) or RigFault(
                f"Renode did not do '{command}'", complaint.strip()
            )
        if (refused := refusal(command, printed.splitlines())) is not None:
            raise refused
        return str(printed).strip()

    def look_after(self, line: DescriptorTransport) -> None:
        """Do nothing: its output is ours."""

    def stop(self) -> None:
        """Take down all machines and terminals."""
        self.execute("Clear")
