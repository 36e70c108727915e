"""Targets that run in QEMU, with a socket as UART and another for QEMU's monitor (QMP)."""

import contextlib
import logging
import socket
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path

from qemu.qmp import QMPError
from qemu.qmp.legacy import QEMUMonitorProtocol, QMPMessage

from connmgr_hil.transport import DescriptorTransport, from_socket
from connmgr_hil.transport.deadlines import END, LAST_WORDS, MONITOR
from connmgr_hil.vocabulary.errors import LineClosed, NoAnswer, RigFault, UsageError
from connmgr_hil.vocabulary.observations import Crashed, Reset, Stuck

from .base import End, PlatformTarget
from .death import crash_told
from .flash_image import merged_flash
from .pausing import Pauser, PausingLine
from .platforms import Platform
from .probed import has_probe
from .process import EmulatorProcess
from .program_memory import detach, program_in, write_memory
from .stimuli import OutsideStimulus
from .vitals import Listen, gives_no_answer

# Our own errors say what goes wrong there.
logging.getLogger("qemu.qmp").setLevel(logging.CRITICAL)

_RESETS = 8
"""After so many it is started anew: with each, QEMU 7.2 doubles a TLB of its own, and what the next one costs, up to 64 MB and 0.2 s."""


class QemuTarget(PlatformTarget):
    """A board in QEMU.

    Both lines are socket pairs that QEMU inherits: no names in the file system, nothing to wait for,
    and nobody else can connect. Its clock follows the host's, but stands still while the harness does anything else
    than wait for it, as soon as that takes longer than the platform file says (`emulator.pause_seconds`).
    """

    means = PlatformTarget.means | {"qmp"}

    def __init__(self, platform: Platform, image: Path) -> None:
        self.platform = platform
        self._image = image.absolute()
        self._process: EmulatorProcess | None = None
        self._line: DescriptorTransport | None = None
        self._pausing: PausingLine | None = None
        self._pauser: Pauser | None = None
        self._monitor: QEMUMonitorProtocol | None = None
        self._resets = 0

    @property
    def pid(self) -> int | None:
        """The process id of QEMU."""
        return self._process.pid if self._process is not None else None

    def start(self) -> PausingLine:
        """Start QEMU; it begins to boot at once."""
        self.stop()
        emulator = self.platform.emulator
        memory = program_in(self._image) if emulator.load_once else []
        program = () if memory else self._program()
        console, its_console = socket.socketpair()
        monitor, its_monitor = socket.socketpair()
        debugger, its_debugger = socket.socketpair()
        command = (
            emulator.program,
            *emulator.arguments,
            *("-display", "none", "-monitor", "none"),
            # The multiplexer hands on what waits in it as the machine reads, without a turn of QEMU's main loop for each byte.
            # No byte is its escape character.
            *("-chardev", f"socket,id=con,fd={its_console.fileno()},mux=on"),
            *("-echr", "256", "-serial", "chardev:con"),
            *("-chardev", f"socket,id=qmp,fd={its_monitor.fileno()}"),
            *("-mon", "chardev=qmp,mode=control"),
            *(_held_by(its_debugger) if memory else program),
        )
        self._line = from_socket(console, f"{self.name} in QEMU")
        try:
            with its_console, its_monitor, its_debugger:
                inherited = (its_console, its_monitor, its_debugger)
                inherit = tuple(each.fileno() for each in inherited)
                self._process = EmulatorProcess(command, inherit=inherit)
            self._connect(monitor)
            if memory:
                write_memory(debugger, memory)
                self._reset()
                detach(debugger)
        except BaseException:
            monitor.close()
            self.stop()
            raise
        finally:
            debugger.close()
        self._resets = 0
        self._line.watch(self._process.fileno(), self._process.take_output)
        self._line.last_words = self._process.how_it_stands
        patience = self.platform.emulator.pause_seconds
        self._pauser = Pauser(
            lambda: self._command("stop"), lambda: self._command("cont"), patience
        )
        self._pausing = PausingLine(self._line, self._pauser)
        return self._pausing

    def _program(self) -> tuple[str, ...]:
        flash = self.platform.emulator.flash
        if self.platform.emulator.load:
            beside = self._image.with_name(self.platform.emulator.load)
            if not beside.is_file():
                raise UsageError(
                    f"{beside.name} is missing beside the image of {self.name}",
                    f"no file {beside}",
                    "build it again with 'cmhil build', which creates both",
                )
            return ("-device", f"loader,file={_escaped(beside)}")
        if flash is None:
            return ("-kernel", str(self._image))
        merged = _escaped(merged_flash(flash, self._image))
        # What the firmware writes is lost at the end, and several may run from one file.
        return ("-drive", f"file={merged},if=mtd,format=raw,snapshot=on")

    def _connect(self, monitor: socket.socket) -> None:
        assert self._process is not None
        qmp = QEMUMonitorProtocol(monitor)
        qmp.settimeout(MONITOR.seconds)
        # The library waits for the greeting without end: the line is ended when the time is over.
        with monitor.dup() as line:
            alarm = threading.Timer(MONITOR.seconds, _hang_up, (line,))
            alarm.daemon = True
            alarm.start()
            try:
                qmp.connect()
            except (QMPError, OSError, TimeoutError, RecursionError) as error:
                raise self._process.fault(f"QEMU did not start within {MONITOR}") from error
            finally:
                alarm.cancel()
                alarm.join()
        self._monitor = qmp

    def restart(self) -> PausingLine:
        """Reset the machine; start QEMU anew where it ends on a reset, has died or hangs."""
        pauser, pausing, process = self._pauser, self._pausing, self._process
        if pauser is None or pausing is None or process is None:
            return self.start()
        if self._resets >= _RESETS or process.status() is not None:
            return self.start()
        self._resets += 1
        process.stay_guarded()
        try:
            with pauser.waiting():
                self._reset()
        except RigFault:
            return self.start()
        return pausing

    def _reset(self) -> None:
        """Reset the machine, and return when it has been: until then it still takes bytes, which are lost with what it was."""
        assert self._monitor is not None
        assert self._process is not None
        self._command("system_reset")
        deadline = MONITOR.after()
        try:
            with self._attended():
                while (left := deadline - time.monotonic()) > 0:
                    event = self._monitor.pull_event(wait=left)
                    if event and event.get("event") == "RESET":
                        return
        except (QMPError, OSError, TimeoutError) as error:
            raise self._process.fault(f"QEMU has not reset its machine within {MONITOR}") from error

    def _command(self, name: str) -> None:
        """Give QEMU a command that it cannot refuse. One thread at a time may do so."""
        assert self._monitor is not None
        assert self._process is not None
        try:
            self._monitor.clear_events()  # each pause leaves two, and nobody reads them
            with self._attended():
                self._monitor.cmd(name)
        except (QMPError, OSError, TimeoutError) as error:
            wanted = f"QEMU did not carry out '{name}' within {MONITOR}"
            raise self._process.fault(wanted) from error

    def _attended(self) -> AbstractContextManager[None]:
        """Return in what to wait for the monitor: QEMU's pl011 lets all of QEMU wait while nobody reads what it writes."""
        assert self._line is not None
        return self._line.taking()

    def diagnose(self, error: RigFault, listen: Listen, *, known: bool) -> End | None:
        """Tell what the machine's end says: only the guest can have locked it up, ended it, or fallen silent while it runs."""
        process = self._process
        if process is None:
            return None
        status = process.status(END if isinstance(error, LineClosed) else LAST_WORDS)
        if status is None and isinstance(error, NoAnswer):
            probed = self.platform.dialect == "probe" and has_probe(self._image)
            stuck = (known or probed) and self._runs() and gives_no_answer(process.pid, listen)
            status = process.status()
            if stuck and status is None:
                return Stuck(t=0, what="device", source="host")
        if status is None:
            return None
        return crash_told(process.output.decode("utf-8", "replace")) or self._ended_by_guest()

    def _runs(self) -> bool:
        """Tell whether QEMU says that the machine runs, now that somebody waits for it."""
        assert self._monitor is not None
        assert self._pauser is not None
        try:
            with self._pauser.waiting(), self._attended():
                answer = self._monitor.cmd("query-status")
        except (QMPError, OSError, TimeoutError, RigFault):
            return False
        return isinstance(answer, dict) and answer.get("status") == "running"

    def _ended_by_guest(self) -> End | None:
        """Return how the guest ended QEMU, if it did: QMP tells of a shutdown before it comes."""
        for event in self._last_events():
            data = event.get("data") if event.get("event") == "SHUTDOWN" else None
            if not isinstance(data, dict) or not data.get("guest"):
                continue
            reason = str(data.get("reason"))
            if reason == "guest-reset":
                return Reset(how="the machine reset itself, and QEMU ended", expected=False)
            kind = "kernel-panic" if reason == "guest-panic" else "exit 0"
            return Crashed(t=0, reason=kind, text=f"QEMU ended: {reason}", source="process")
        return None

    def _last_events(self) -> list[QMPMessage]:
        """Return what QMP said before its line ended."""
        assert self._monitor is not None
        assert self._pauser is not None
        events: list[QMPMessage] = []
        self._pauser.forget()  # there is no machine any more that could be stopped
        with contextlib.suppress(QMPError, OSError, TimeoutError, EOFError), self._pauser.waiting():
            while found := self._monitor.get_events(wait=LAST_WORDS.seconds):
                events += found
        return events

    def _perform(self, stimulus: OutsideStimulus, name: str) -> None:
        if stimulus.qmp is None:
            super()._perform(stimulus, name)
            return
        purpose = f"QEMU did not carry out the stimulus {name}"
        if self._monitor is None or self._pauser is None:
            raise RigFault(purpose, "it is not running", "start the target first")
        try:
            with self._pauser.waiting(), self._attended():
                self._monitor.cmd(stimulus.qmp.execute, **stimulus.qmp.arguments)
        except (QMPError, OSError, TimeoutError) as error:
            words = f"it answered: {error}"
            raise RigFault(purpose, words, "[stimuli] names a command of QMP") from error

    def stop(self) -> None:
        """Close the lines and kill QEMU."""
        if self._pauser is not None:
            self._pauser.forget()
            self._pauser = self._pausing = None
        if self._process is not None:
            self._process.kill()
            self._process = None
        if self._monitor is not None:
            monitor, self._monitor = self._monitor, None
            with contextlib.suppress(QMPError, OSError, EOFError):
                monitor.close()
        if self._line is not None:
            self._line.close()
            self._line = None


def _held_by(debugger: socket.socket) -> tuple[str, ...]:
    """Return what lets the machine wait for its program and a debugger's word."""
    return "-S", "-chardev", f"socket,id=gdb,fd={debugger.fileno()}", "-gdb", "chardev:gdb"


def _escaped(path: Path) -> str:
    """Write a path so that QEMU takes it for one value of an option."""
    return str(path).replace(",", ",,")


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
