"""A board on a serial line."""

import contextlib
import random
import time
from collections.abc import Callable
from functools import partial

from connmgr_hil.device import BANNER, Device, Expected
from connmgr_hil.device.commands import command_line
from connmgr_hil.transport import DescriptorTransport, RemoteTransport, Transport, after, open_line
from connmgr_hil.transport.deadlines import (
    BOOT,
    COMMAND,
    DRAIN,
    LATE,
    LOOK,
    PORT,
    SETTLE,
    WHO,
    Deadline,
)
from connmgr_hil.vocabulary.errors import (
    DeviceReset,
    LineClosed,
    LineDamaged,
    NoAnswer,
    RigFault,
    UsageError,
    WrongDevice,
)
from connmgr_hil.vocabulary.facts import Hello
from connmgr_hil.vocabulary.observations import Stuck

from .base import End, PlatformTarget, Restart
from .board_lock import BOOT as BOOT_NAME, BoardLock
from .board_port import BoardPort
from .commands import run_command
from .human_mode import restarts_at_machine_mode
from .platforms import Platform
from .preflight import Diagnosis, diagnose
from .stock_boot import BootWitness
from .vitals import Listen

BoardLine = DescriptorTransport | RemoteTransport

_REBOOT = "reboot command"
_UNANSWERED = "before: it did not answer"


class BoardTarget(PlatformTarget):
    """A board that has the application in its flash.

    `port` is anything `open_line` understands, `usb:SERIAL` or `usb:LOCATION`; if it is empty, the only port that has the
    platform's USB identity. `build` is the build id that must answer, if given. The board is locked against other
    users until `stop`; `wait` is for how many seconds they are waited for. With a `lock` it is locked already.

    Opening the line does not reset the board. `restart` does, and makes sure that it did: the hello of every boot has
    another nonce; without the probe its banner or its uptime tells. It climbs a ladder (reboot command, DTR and RTS, power, flashing anew) as far as the platform
    file describes it, until the board has come back.
    """

    def __init__(
        self,
        platform: Platform,
        port: str,
        *,
        build: str = "",
        wait: float = 0.0,
        lock: BoardLock | None = None,
    ) -> None:
        self.platform = platform
        self._port = BoardPort(port, platform.console.usb)
        if not port and not self._port.is_there():
            usb = platform.console.usb
            raise UsageError(
                f"the port of {platform.name} is not known",
                f"none was named, and no USB port {usb} is plugged in" if usb else "none",
                "name it: --port /dev/serial/by-id/… or --port usb:SERIAL",
            )
        self._expected = Expected(platform.boards, build)
        self._wait = wait
        self._lock = lock
        self._lock_is_ours = lock is None
        self._boot_lock: BoardLock | None = None
        self._line: BoardLine | None = None
        self._last_restart: Restart | None = None
        self._prints_banner = False
        self._running: Hello | None = None
        """The hello of this boot, if nobody else has used the board since."""
        self._rebooted: Hello | None = None
        """What it said of the boot before, where only its banner showed the reboot."""
        self._brought: Hello | None = None
        """What it said of the boot that the last restart brought."""
        self._was_met = False

    @property
    def last_restart(self) -> Restart | None:
        """By which rung of the ladder it was last restarted."""
        return self._last_restart

    def variables(self) -> dict[str, str]:
        """Tell commands the board's line, and that its lock is held for them."""
        locks = [each.board for each in (self._lock, self._boot_lock) if each]
        held = {"CMHIL_BOARD_HELD": "\n".join(locks)} if locks else {}
        return super().variables() | {"CMHIL_PORT": self._port.wanted} | held

    def claim(self) -> None:
        """Lock the board and open its line."""
        self._open()

    def start(self) -> Transport:
        """Open the line and restart the board."""
        self.stop()
        return self.restart()

    def stop(self) -> None:
        """Close the line and let others have the board, which goes on running."""
        self._close()
        if self._boot_lock is not None:
            self._boot_lock.release()
            self._boot_lock = None
        if self._lock is not None and self._lock_is_ours:
            self._lock.release()
            self._lock = None

    def identify(self) -> Hello | None:
        """Ask the board who it is, without a restart; None when it does not answer."""
        try:
            return self._hello(WHO)
        except WrongDevice:
            return None
        finally:
            self.stop()

    def met(self, hello: Hello) -> None:
        """Remember which boot runs, so that the next restart need not ask, and lock it."""
        if self._is_stock:
            return
        before, self._rebooted = self._rebooted, None
        if _same_boot(hello, before):
            raise RigFault(
                f"{self.name} on {self._port.wanted} did not boot",
                "its banner came, and then the hello of the previous boot",
                "does something else write to this line?",
            )
        self._claim(hello)
        self._running = hello
        self._was_met = True

    def _close(self) -> None:
        self._running = None
        if self._line is not None:
            self._line.close()
            self._line = None

    def _open(self) -> BoardLine:
        """Open the line unless it is open; a USB port that vanished is waited for."""
        if self._line is not None:
            return self._line
        console = self.platform.console
        deadline = PORT.of(self.platform.reset.port_seconds).after()
        while True:
            try:
                address = self._port.find(deadline)
                if self._lock is None:
                    lock = BoardLock(self._port.identity)
                    lock.acquire(self._wait)
                    self._lock = lock
                self._line = open_line(address, baud=console.baud, dtr=console.dtr, rts=console.rts)
            except RigFault:
                # The port may vanish between finding and opening it while it re-enumerates.
                if self._port.is_there() or time.monotonic() >= deadline:
                    raise
            else:
                return self._line

    def diagnose(self, error: RigFault, listen: Listen, *, known: bool) -> End | None:
        """Tell that the board hung, if it was silent on a line that is sound: a reset other than by command brings it back."""
        if not known or not isinstance(error, NoAnswer) or listen(LATE.seconds):
            return None
        try:
            self.restart()
        except RigFault:
            return None
        restart = self._last_restart
        if restart is None or restart.by == _REBOOT:
            return None
        hung = self._is_stock or _UNANSWERED in restart.failed
        return Stuck(t=0, what="device", source="host") if hung else None

    # --- restarting ------------------------------------------------------------------------

    def restart(self) -> Transport:
        """Bring the board to a fresh boot by the gentlest means that works.

        Raises `RigFault` that tells what each rung of the ladder did, `WrongDevice` when another board answers.
        """
        self._last_restart = self._brought = None
        self._open()
        before, self._running, self._rebooted = self._running, None, None
        if before is not None and self._reboots_by_banner(before):
            self._rebooted = before
            self._last_restart = Restart(_REBOOT, ())
            return self._open()
        outcomes: list[str] = []
        before = None if self._is_stock else self._hello(WHO)
        silent = before is None and not self._is_stock
        diagnosis = self._diagnosis() if silent else None
        unmet = silent and not self._was_met
        # Something other than a probe does not become one by a reset.
        stranger = (
            unmet and bool(diagnosis and diagnosis.received) and not self.platform.reset.reflash
        )
        if silent and (stranger or len(self._rungs()) == 1):
            # A silent board obeys no reboot command either, but it may still be booting.
            boot = BOOT.of(self.platform.reset.boot_seconds)
            before = self._hello(boot if boot.unscaled > BOOT.unscaled else WHO)
            if before is None and diagnosis is not None:
                self._insist_on_machine_mode()
                raise diagnosis.fault(f"{self.name} on {self._port.wanted}")
        elif silent:
            outcomes.append(_UNANSWERED)
        if before is not None:
            self._claim(before)
        for name, rung in self._rungs():
            if rung == self._reboot and before is not None and not before.reboot:
                outcomes.append(f"{name}: this image cannot reboot")
                continue
            if rung == self._reboot and unmet and before is None:
                continue  # a board that never answered obeys no command either
            try:
                problem = self._climb(rung, before)
            except WrongDevice:
                raise
            except RigFault as error:
                outcomes.append(f"{name}: {error.wanted}: {error.seen}")
                continue
            if not problem:
                nonce = self._brought.nonce if self._brought else ""
                self._last_restart = Restart(name, tuple(outcomes), nonce)
                return self._open()
            outcomes.append(f"{name}: {problem}")
        self._insist_on_machine_mode()
        if diagnosis is not None:
            fault = diagnosis.fault(f"{self.name} on {self._port.wanted}")
            fault.seen += "; " + "; ".join(outcomes)
            raise fault
        raise RigFault(
            f"{self.name} on {self._port.wanted} does not boot",
            "; ".join(outcomes),
            "press its reset button, or add steps to [reset] in its platform file",
        )

    def _insist_on_machine_mode(self) -> None:
        """Raise `DeviceReset` where a board does not answer because it restarts at each `mode machine`."""
        if self._is_stock:
            return
        boot = BOOT.of(self.platform.reset.boot_seconds)
        expected = self._expected
        with contextlib.suppress(RigFault):
            line = self._open()
            if how := restarts_at_machine_mode(line, expected.boards, expected.build, boot):
                raise DeviceReset(
                    f"{self.name} on {line.name} restarts by itself",
                    how,
                    "check its log for a fault or a watchdog reset; 'cm mode machine' shows it to a person, too",
                )

    def _reboots_by_banner(self, before: Hello) -> bool:
        """Let a board in machine mode reboot that prints Zephyr's banner; tell whether it came. On a slow line that spares two hellos."""
        if not self._prints_banner or not before.reboot:
            return False
        try:
            self._open().write(_reboot_command())
            self._prints_banner = self._await_banner(WHO.after())
        except RigFault:
            self._prints_banner = False  # the ladder reports what is wrong
        return self._prints_banner

    def _diagnosis(self) -> Diagnosis:
        """Return a diagnosis of a line on which no probe answered."""
        console = self.platform.console

        def reopened(baud: int) -> BoardLine:
            self._close()
            address = self._port.find(PORT.after())
            return open_line(address, baud=baud, dtr=console.dtr, rts=console.rts)

        return diagnose(self._open(), console.baud, reopened)

    @property
    def _is_stock(self) -> bool:
        return self.platform.dialect == "stock"

    def _climb(self, rung: Callable[[], None], before: Hello | None) -> str:
        """Try one rung; return why it did not help, empty if the board booted."""
        if self._is_stock:
            self._drain()
            witness = BootWitness(time.monotonic())
            rung()
            return "" if self._booted(witness) else f"no sign of a boot; last heard {witness.heard}"
        # A command may be lost on its way.
        for _ in range(2 if rung == self._reboot else 1):
            rung()
            if self.platform.console.quiet_boot:
                boot = BOOT.of(self.platform.reset.boot_seconds)
                printed = self._await_banner(after(boot.seconds / 2))
                self._prints_banner = self._prints_banner or printed
            now = self._hello(BOOT.of(self.platform.reset.boot_seconds), unlike=before)
            if now is None:
                return "no answer"
            if not _same_boot(now, before):
                self._claim(now)
                self._brought = now
                return ""
        return "it answers, but did not boot"

    def _await_banner(self, deadline: float) -> bool:
        """Leave the board alone while it boots; tell whether it printed the banner, which not every build does."""
        heard = b""
        while time.monotonic() < deadline and BANNER.encode() not in heard:
            try:
                heard += self._open().read(deadline)
            except LineClosed:
                self._close()  # it boots, and its USB port with it
        return BANNER.encode() in heard

    def _drain(self) -> None:
        """Forget what came before, such as the banner of an earlier boot."""
        deadline = DRAIN.after()
        while time.monotonic() < deadline and self._open().read(after(0)):
            pass

    def _booted(self, witness: BootWitness) -> bool:
        deadline = BOOT.of(self.platform.reset.boot_seconds).after()
        while time.monotonic() < deadline:
            try:
                return witness.watch(self._open(), deadline)
            except LineClosed:
                self._close()  # it boots, and its USB port with it
        return False

    def _rungs(self) -> list[tuple[str, Callable[[], None]]]:
        reset = self.platform.reset
        rungs: list[tuple[str, Callable[[], None]]] = [(_REBOOT, self._reboot)]
        if reset.line:
            rungs.append(("reset line", self._pulse))
        for name, command in (("power command", reset.power), ("reflash", reset.reflash)):
            if command:
                rungs.append((name, partial(self._run, name, command)))
        return rungs

    def _reboot(self) -> None:
        if self._is_stock:
            self._open().write(b"\x03\rkernel reboot cold\r")
            return
        # The person's command first: machine mode only refuses it, and then obeys its own.
        self._open().write(b"\x03\rcm reboot\r" + _reboot_command())

    def _pulse(self) -> None:
        line = self._open()
        for step in self.platform.reset.line:
            try:
                line.set_levels(step.dtr, step.rts)
            except OSError as error:
                raise RigFault(f"{line.name} has no DTR and RTS", str(error)) from error
            time.sleep(step.seconds)

    def _run(self, name: str, command: tuple[str, ...]) -> None:
        # A flash tool may need the port, and a power switch may make it vanish.
        self._close()
        run_command(
            command,
            f"the {name} of {self.name} failed",
            wait=COMMAND.of(self.platform.reset.command_seconds),
            environment=self.variables(),
        )

    def _claim(self, hello: Hello) -> None:
        """Lock the boot of a board that has said who it is: another port may lead to the same board."""
        name = f"{BOOT_NAME}{hello.nonce} of {hello.board}, build {hello.build}"
        if self._boot_lock is not None and self._boot_lock.board == name:
            return
        lock = BoardLock(name)
        lock.acquire(self._wait)
        if self._boot_lock is not None:
            self._boot_lock.discard()
        self._boot_lock = lock

    def _hello(self, wait: Deadline, unlike: Hello | None = None) -> Hello | None:
        """Ask for hello until a boot other than `unlike` answers or the time is over."""
        deadline = wait.after()
        seen: Hello | None = None
        while time.monotonic() < deadline:
            try:
                seen = self._ask(WHO.until(deadline))
            except LineClosed:
                self._close()  # it boots, and its USB port with it
            except (NoAnswer, LineDamaged, DeviceReset):
                continue  # in the middle of a boot; nothing is judged yet
            if seen and not _same_boot(seen, unlike):
                return seen
            time.sleep(LOOK.seconds)
        return seen

    def _ask(self, wait: Deadline) -> Hello:
        device = Device(
            self._open(), lambda _record: None, expected=self._expected, pace=self.platform.pace
        )
        try:
            hello = device.attach(host_seconds=wait.unscaled)
        finally:
            self._prints_banner = self._prints_banner or device.booted
        # What was asked twice may be answered twice; the next one to listen should not hear it.
        with contextlib.suppress(NoAnswer):
            device.listen(SETTLE.seconds)
        return hello.facts


def _reboot_command() -> bytes:
    """Return what restarts a board in machine mode."""
    return command_line(random.randrange(1, 2**32), ("reboot",))


def _same_boot(one: Hello, other: Hello | None) -> bool:
    return other is not None and one.nonce == other.nonce
