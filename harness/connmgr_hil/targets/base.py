"""The interface of every target: start, restart, stop."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, Self

from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.errors import RigFault, UsageError
from connmgr_hil.vocabulary.facts import Hello
from connmgr_hil.vocabulary.observations import Crashed, Reset, Stuck
from connmgr_hil.vocabulary.stimuli import Words

from .platforms import Platform
from .stimuli import OutsideStimulus, find_stimulus, obstacle_to, perform
from .vitals import Listen

End = Crashed | Stuck | Reset
"""How a device ended a run by itself."""


@dataclass(frozen=True)
class Restart:
    """How a device was brought to its last boot: by which means, how others failed before, and that boot's nonce, if it is known."""

    by: str
    failed: tuple[str, ...] = ()
    nonce: str = ""

    def __str__(self) -> str:
        tried = f", after {'; '.join(self.failed)}" if self.failed else ""
        return f"restarted by the {self.by}{tried}"


class Target(Protocol):
    """A thing that runs the application.

    `start` and `restart` return a line to a device that has just started to boot. Both raise `RigFault`
    with the emulator's last output if it does not start.
    """

    platform: Platform
    image: Path | None
    """The file of the firmware that it runs, or must run; None if that is unknown."""
    asked: Words
    """The command-line options that selected it, to select it again."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.platform.name

    @property
    def granted(self) -> bool:
        """Whether device time is granted from the start; otherwise the device's hello says whether it is."""
        time = self.platform.time
        return self.platform.kind in {"simulated", "native"} and time.granted is not False

    @property
    def last_restart(self) -> Restart | None:
        """How it was last restarted, if there are several ways; otherwise None."""
        return None

    def claim(self) -> None:
        """Reserve what only one run can use, before anything is recorded; `start` does this, too.

        Raises `RigFault` naming the other user.
        """

    def start(self) -> Transport:
        """Start it and return the line to it."""

    def restart(self) -> Transport:
        """Restart it, in the cheapest way that leaves no state."""

    def met(self, hello: Hello) -> None:
        """Note what the device said about itself on the line from `restart`.

        Raises `RigFault` if another device answered, or another user has it.
        """

    def stop(self) -> None:
        """End it; ending it twice does no harm."""

    def stimulate(self, name: str) -> None:
        """Act on the device from outside as `[stimuli.NAME]` in its platform file describes.

        Raises `RigFault` when it cannot be done, `UsageError` naming those there are for an unknown one.
        """

    def obstacle_to_stimulus(self, name: str) -> str:
        """Tell why a stimulus cannot be given here, so that what needs it is skipped; empty if it can."""

    def diagnose(self, error: RigFault, listen: Listen, *, known: bool) -> End | None:
        """Tell how the device ended the run when a wait for it raised `error`; None if it was the rig, or if that is unknown.

        `listen` takes what the device still shows. `known`: it has said hello since it was started. Afterwards only a
        restart helps, which then leaves nothing of the program that ran. Raises `RigFault` if it was the rig, and more is known than `error` tells.
        """
        del error, listen, known
        return None

    def symptom(self) -> Crashed | None:
        """Return what a program that still runs reported about itself: a sanitizer's report, or usually None."""
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class PlatformTarget(Target):
    """A target that gives stimuli as its platform file describes them; a `with` block stops it at its end."""

    image: Path | None = None
    asked: Words = ()
    means: ClassVar[frozenset[str]] = frozenset({"command", "shell", "operator"})
    """The ways to give a stimulus that this kind of target has itself; stimuli by `probe` go over the device's own line."""

    def claim(self) -> None:
        """Reserve nothing: a program or an emulator is started for this run alone."""

    def met(self, hello: Hello) -> None:
        """Note nothing: a program or an emulator is what was started."""

    def stimulate(self, name: str) -> None:
        """Give a stimulus from outside.

        A command finds the platform's name in the environment variable `CMHIL_PLATFORM`, and a board's line in `CMHIL_PORT`.
        """
        stimulus = find_stimulus(self.platform.stimuli, name, self.name)
        if stimulus.means not in self.means:
            raise UsageError(
                f"{self.name} cannot give the stimulus {name} by this means",
                stimulus.means,
                "means: " + ", ".join(sorted(self.means)),
            )
        self._perform(stimulus, name)

    def obstacle_to_stimulus(self, name: str) -> str:
        """Tell why a stimulus cannot be given here; empty if it can."""
        stimulus = self.platform.stimuli.get(name)
        if stimulus is None:
            return f"the platform file of {self.name} describes no stimulus {name}"
        if stimulus.probe:
            return "" if self.platform.dialect == "probe" else "this firmware has no probe"
        if stimulus.means not in self.means:
            return f"{self.name} cannot give a stimulus by {stimulus.means}"
        return obstacle_to(stimulus, name)

    def _perform(self, stimulus: OutsideStimulus, name: str) -> None:
        """Give it; targets with means of their own add them here."""
        perform(stimulus, name, self.variables())

    def variables(self) -> dict[str, str]:
        """What commands from the platform file find in their environment."""
        return {"CMHIL_PLATFORM": self.name}
