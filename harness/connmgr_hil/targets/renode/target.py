"""Targets that run in Renode."""

import contextlib
from pathlib import Path

from connmgr_hil.targets.base import End, PlatformTarget
from connmgr_hil.targets.platforms import Platform
from connmgr_hil.targets.probed import grants_time, has_probe
from connmgr_hil.targets.stimuli import OutsideStimulus
from connmgr_hil.targets.vitals import Listen, gives_no_answer
from connmgr_hil.transport import DescriptorTransport, connect_promptly
from connmgr_hil.transport.deadlines import LATE, RENODE
from connmgr_hil.vocabulary.errors import NoAnswer, RigFault, UsageError
from connmgr_hil.vocabulary.observations import Stuck

from .driver import RenodeDriver, choose_driver
from .free_port import PortTaken, says_taken, with_free_port
from .granting import GrantedLine

_FIRST_SLICE = 0.004
"""Most answers come within; each slice costs Renode some 20 ms of the host."""

_TERMINAL = "cmhil_console"
_UNSAFE = set('"\r\n')


class RenodeTarget(PlatformTarget):
    """A board in Renode: the script of its platform file makes the machine.

    Firmware with the probe's clock runs all the time, at the pace of the host's clock at most: its own time is granted by the
    commands alone. The virtual time of any other goes on only while somebody reads.

    Raises `UsageError` where there is no Renode, and `RigFault` with Renode's own words when it refuses something.
    """

    means = PlatformTarget.means | {"monitor"}

    def __init__(self, platform: Platform, image: Path) -> None:
        assert platform.renode is not None, "read_platform() asks for it"
        self.platform = platform
        self._settings = platform.renode
        self._image = image.absolute()
        self._open = choose_driver(platform.renode.driver)
        self._renode: RenodeDriver | None = None
        self._line: GrantedLine | DescriptorTransport | None = None
        self._runs = False
        self._disturbed = False
        self._broken = False

    @property
    def pid(self) -> int | None:
        """The process in which Renode runs."""
        return self._renode.pid if self._renode is not None else None

    def start(self) -> GrantedLine | DescriptorTransport:
        """Start Renode with this machine, at its first instruction."""
        self.stop()
        self._disturbed = self._broken = False
        self._runs = grants_time(self._image)
        settings = self._settings
        self._renode = self._open()
        try:
            self._renode.know(settings.machine)
            for command in (
                f"emulation SetGlobalAdvanceImmediately {'false' if self._runs else 'true'}",
                f'emulation SetGlobalQuantum "{settings.quantum_seconds:.6f}"',
                f"$name={_quoted(settings.machine)}",
                f"$bin={_file(self._image)}",
                f"include {_file(Path(settings.script))}",
                f"mach set {_quoted(settings.machine)}",
            ):
                self._renode.execute(command)
            port = with_free_port(self._offer_console)
            self._renode.execute(f"connector Connect {settings.uart} {_TERMINAL}")
            console = connect_promptly("127.0.0.1", port)
            if self._runs:
                self._renode.execute("start")
        except BaseException:
            self.stop()
            raise
        console.name = f"{self.name} in Renode"
        self._renode.look_after(console)
        self._line = console if self._runs else self._granted(console)
        return self._line

    def _granted(self, console: DescriptorTransport) -> GrantedLine:
        shortest = max(_FIRST_SLICE, self._settings.quantum_seconds)
        return GrantedLine(
            console,
            self._run_for,
            shortest=shortest,
            longest=max(self._settings.slice_seconds, shortest),
            overtime=RENODE.of(self._settings.stuck_seconds).seconds,
        )

    def _offer_console(self, port: int) -> int:
        assert self._renode is not None
        command = f'emulation CreateServerSocketTerminal {port} "{_TERMINAL}" false'
        try:
            self._renode.execute(command)
        except RigFault as error:
            if says_taken(error.seen):
                raise PortTaken(error.wanted, error.seen) from error
            raise
        return port

    def _run_for(self, seconds: float) -> None:
        assert self._renode is not None
        try:
            self._renode.execute(
                f'emulation RunFor "{seconds:.6f}"', seconds=self._settings.stuck_seconds
            )
        except RigFault:
            self._broken = True
            raise

    def restart(self) -> GrantedLine | DescriptorTransport:
        """Reset the machine, with its script's macro `reset`.

        After a stimulus Renode is started anew, since a reset puts no cable in again; so it is when it has ended or
        does not do what it is told.
        """
        if self._renode is None or self._line is None or self._disturbed or self._broken:
            return self.start()
        try:
            self._renode.execute("machine Reset")
        except RigFault:
            return self.start()
        return self._line

    def diagnose(self, error: RigFault, listen: Listen, *, known: bool) -> End | None:
        """Tell that the machine does not answer though Renode does, and though it had all the time that it was waited for."""
        if self._renode is None or not isinstance(error, NoAnswer):
            return None
        probed = self.platform.dialect == "probe" and has_probe(self._image)
        if not (known or probed) or not self._had_time(listen):
            return None
        try:
            self._renode.execute("version")
        except RigFault:
            return None
        return Stuck(t=0, what="device", source="host")

    def _had_time(self, listen: Listen) -> bool:
        """Tell whether the machine stays silent for `deadlines.LATE` more of its time."""
        assert self._renode is not None
        if self._runs:
            return gives_no_answer(self._renode.pid, listen)
        return not listen(LATE.seconds)

    def execute(self, command: str) -> str:
        """Give a command of Renode's monitor and return what it printed."""
        if self._renode is None:
            raise RigFault("Renode does not run", "it was not started", "start() comes first")
        return self._renode.execute(command)

    def _perform(self, stimulus: OutsideStimulus, name: str) -> None:
        if stimulus.means != "monitor":
            super()._perform(stimulus, name)
            return
        self._disturbed = True
        for command in stimulus.monitor:
            self.execute(command)

    def stop(self) -> None:
        """Close the line and end Renode."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._renode is not None:
            renode, self._renode = self._renode, None
            with contextlib.suppress(RigFault):
                renode.stop()


def _quoted(text: str) -> str:
    if _UNSAFE & set(text):
        raise UsageError(
            "this name has quotes or line ends, which Renode does not accept", repr(text)
        )
    return f'"{text}"'


def _file(path: Path) -> str:
    text = str(path)
    if _UNSAFE & set(text):
        raise UsageError(
            "this path has quotes or line ends, which Renode does not accept", repr(text)
        )
    # The monitor takes a path with spaces when each is escaped.
    return "@" + text.replace(" ", "\\ ")
