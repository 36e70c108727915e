"""Renode as a child process, driven through its monitor's socket."""

import select
import socket
import time

from connmgr_hil.targets.process import EmulatorProcess
from connmgr_hil.transport import DescriptorTransport, PromptLine
from connmgr_hil.transport.deadlines import CONNECT, LOOK, RENODE
from connmgr_hil.vocabulary.errors import LineClosed, RigFault

from .client import MonitorClient
from .free_port import PortTaken, reason_of_end, says_taken, with_free_port


class ProcessDriver:
    """A Renode process that dies with us. Raises `RigFault` with its last output when it does not start."""

    def __init__(self, program: str, *, start_seconds: float | None = None) -> None:
        self._program = program
        self._start_wait = RENODE.of(start_seconds)
        self._process: EmulatorProcess
        self._line: DescriptorTransport | None = None
        self._monitor: MonitorClient
        with_free_port(self._start)

    def _start(self, port: int) -> None:
        command = (self._program, "--disable-xwt", "--plain", "--port", str(port))
        self._process = EmulatorProcess(command)
        try:
            self._line = self._connect(port)
            self.look_after(self._line)
            self._monitor = MonitorClient(self._line)
            self._monitor.greet(self._start_wait.seconds)
        except RigFault as error:
            # Who answered on the port may have been another program: Renode's own end tells. The reason stands
            # before a long stack trace.
            words = self._process.how_it_stands()
            reason = reason_of_end(self._process.output.decode("utf-8", "replace"))
            self.stop()
            if "ended with status" in words and says_taken(reason or words):
                raise PortTaken(
                    f"Renode did not get port {port} of this host for its monitor", reason or words
                ) from error
            if reason:
                raise RigFault(error.wanted, f"{reason}; {error.seen}", error.remedy) from error
            raise
        except BaseException:
            self.stop()
            raise

    def _connect(self, port: int) -> DescriptorTransport:
        deadline = self._start_wait.after()
        output = select.poll()
        output.register(self._process.fileno(), select.POLLIN)
        while True:
            try:
                line = socket.create_connection(("127.0.0.1", port), timeout=CONNECT.seconds)
            except OSError:
                line = None
            # A port of the range for clients may be connected to itself where nobody listens yet.
            if line is not None and line.getsockname() != line.getpeername():
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return PromptLine(line, "Renode's monitor")
            if line is not None:
                line.close()
            if time.monotonic() >= deadline:
                wanted = f"Renode did not open its monitor within {self._start_wait}"
                raise self._process.fault(wanted)
            if output.poll(LOOK.seconds * 1000) and not self._process.take_output():
                raise self._process.fault("Renode ended before it opened its monitor")

    @property
    def pid(self) -> int:
        """The process id of Renode."""
        return self._process.pid

    def know(self, machine: str) -> None:
        """Expect the prompt of a machine of this name."""
        self._monitor.know(machine)

    def execute(self, command: str, *, seconds: float | None = None) -> str:
        """Give a command of the monitor, wait for its end, and return what it printed."""
        self._process.stay_guarded()
        try:
            return self._monitor.execute(command, RENODE.of(seconds).seconds)
        except LineClosed as error:
            raise self._process.fault(f"Renode ended while it did '{command}'") from error

    def look_after(self, line: DescriptorTransport) -> None:
        """Let a line keep Renode's output flowing while it waits: a full pipe would stop Renode."""
        line.watch(self._process.fileno(), self._process.take_output)
        line.last_words = self._process.how_it_stands

    def stop(self) -> None:
        """Close the monitor and kill Renode."""
        if self._line is not None:
            self._line.close()
            self._line = None
        self._process.kill()
