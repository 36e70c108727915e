"""What can go wrong, by whose fault it was.

The class of an error decides the verdict and the exit code of `cmhil`: a device that misbehaves
fails, a rig that breaks does not.
"""

from enum import IntEnum

from .escaping import visible


class ExitCode(IntEnum):
    """What `cmhil` returns to the shell."""

    CONFORMS = 0
    FAILS = 1
    USAGE = 2
    RIG = 3
    INCONCLUSIVE = 4
    INTERRUPTED = 130


class ConnMgrHilError(Exception):
    """Anything this package raises on purpose.

    `wanted`, `seen` and `remedy` are one sentence or fragment each; `log` is the path of the trace
    or file with the details. Its text cannot control a terminal, whatever a device has sent.
    """

    exit_code: ExitCode = ExitCode.RIG

    def __init__(self, wanted: str, seen: str = "", remedy: str = "", log: str = "") -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.seen = seen
        self.remedy = remedy
        self.log = log

    def __str__(self) -> str:
        where = f"\n  log:  {visible(self.log)}" if self.log else ""
        return self.told() + where

    def told(self) -> str:
        """Return the text without the log, for the log itself, which may be moved or copied."""
        lines = [self.wanted]
        if self.seen:
            lines.append(f"  seen: {self.seen}")
        if self.remedy:
            lines.append(f"  next: {self.remedy}")
        return visible("\n".join(lines))


class DeviceFault(ConnMgrHilError):
    """The device did something that no correct device does."""

    exit_code = ExitCode.FAILS


class DeviceReset(DeviceFault):
    """The device restarted without a request."""


class Unmet(ConnMgrHilError):
    """A scenario or test did not see what it wanted, though the device broke no rule: nothing is shown, for or against it.

    `shows` is the expectation and `came` what was seen instead, both as scenarios write them, where it is about events and calls.
    """

    exit_code = ExitCode.INCONCLUSIVE

    def __init__(
        self,
        wanted: str,
        seen: str = "",
        remedy: str = "",
        log: str = "",
        *,
        shows: str | None = None,
        came: str = "",
    ) -> None:
        super().__init__(wanted, seen, remedy, log)
        self.shows = shows
        self.came = came


class DeviceDied(DeviceFault):
    """The device crashed, or something in it does not go on."""


class RigFault(ConnMgrHilError):
    """The rig, emulator, cable or host failed; nothing is known about the device."""

    exit_code = ExitCode.RIG


class NotAsBooted(RigFault):
    """A device that was not restarted is not as after a boot, or what comes next needs a boot."""


class LineClosed(RigFault):
    """The line to the device ended: the port vanished, or the emulator exited."""


class NoAnswer(RigFault):
    """The device did not answer before the deadline."""


class LineDamaged(RigFault):
    """Something was lost on the line and could not be repaired: the run is inconclusive."""

    exit_code = ExitCode.INCONCLUSIVE


class WrongDevice(RigFault):
    """Another board, an old image or an old protocol answered."""


class NoProbe(RigFault):
    """No probe answers on the line; says what came instead."""


class NotRecorded(RigFault):
    """A trace or a report could not be written: what follows would leave no evidence."""


class UsageError(ConnMgrHilError):
    """The caller asked for something that does not exist or is impossible."""

    exit_code = ExitCode.USAGE


class BadInput(UsageError):
    """A file or a command of the caller's is malformed; says where."""


class NotUnderstood(UsageError):
    """The device's build does not know a command, or a value of it, that this release knows."""


class HarnessError(ConnMgrHilError):
    """A mistake in this package. Please report it."""
