"""Targets that run in QEMU, with a socket as UART and another for QEMU's monitor (QMP)."""

import contextlib
import logging
import socket
import threading
from pathlib import Path

from qemu.qmp import QMPError
from qemu.qmp.legacy import QEMUMonitorProtocol

from connmgr_hil.transport import DescriptorTransport, from_socket
from connmgr_hil.transport.deadlines import MONITOR
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .base import PlatformTarget
from .flash_image import merged_flash
from .pausing import Pauser, PausingLine
from .platforms import Platform
from .process import EmulatorProcess
from .stimuli import OutsideStimulus

# What goes wrong there is told by our own errors.
logging.getLogger("qemu.qmp").setLevel(logging.CRITICAL)


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

    @property
    def pid(self) -> int | None:
        """The process id of QEMU."""
        return self._process.pid if self._process is not None else None

    def start(self) -> PausingLine:
        """Start QEMU; it begins to boot at once."""
        self.stop()
        emulator = self.platform.emulator
        program = self._program()
        console, its_console = socket.socketpair()
        monitor, its_monitor = socket.socketpair()
        command = (
            emulator.program,
            *emulator.arguments,
            *("-display", "none", "-monitor", "none"),
            *("-chardev", f"socket,id=con,fd={its_console.fileno()}", "-serial", "chardev:con"),
            *("-chardev", f"socket,id=qmp,fd={its_monitor.fileno()}"),
            *("-mon", "chardev=qmp,mode=control"),
            *program,
        )
        self._line = from_socket(console, f"{self.name} in QEMU")
        try:
            with its_console, its_monitor:
                inherited = (its_console.fileno(), its_monitor.fileno())
                self._process = EmulatorProcess(command, inherit=inherited)
            self._connect(monitor)
        except BaseException:
            monitor.close()
            self.stop()
            raise
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
                    f"{beside.name} beside the image of {self.name}",
                    f"no file {beside}",
                    f"cmhil build -p {self.platform.build_name}",
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
                raise self._process.fault(f"QEMU should start within {MONITOR}") from error
            finally:
                alarm.cancel()
                alarm.join()
        self._monitor = qmp

    def restart(self) -> PausingLine:
        """Reset the machine, or start QEMU anew where it ends on a reset."""
        if self._pauser is None or self._pausing is None or self.platform.emulator.respawn:
            return self.start()
        assert self._process is not None
        self._process.stay_guarded()
        with self._pauser.waiting():
            self._command("system_reset")
        return self._pausing

    def _command(self, name: str) -> None:
        """Give QEMU a command that it cannot refuse. One thread at a time may do so."""
        assert self._monitor is not None
        assert self._process is not None
        try:
            self._monitor.cmd(name)
            self._monitor.clear_events()  # each pause leaves two, and nobody reads them
        except (QMPError, OSError, TimeoutError) as error:
            wanted = f"QEMU should carry out '{name}' within {MONITOR}"
            raise self._process.fault(wanted) from error

    def _perform(self, stimulus: OutsideStimulus, name: str) -> None:
        if stimulus.qmp is None:
            super()._perform(stimulus, name)
            return
        purpose = f"QEMU should carry out the stimulus {name}"
        if self._monitor is None or self._pauser is None:
            raise RigFault(purpose, "it is not running", "start the target first")
        try:
            with self._pauser.waiting():
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


def _escaped(path: Path) -> str:
    """Write a path so that QEMU takes it for one value of an option."""
    return str(path).replace(",", ",,")


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
