"""A device that is driven and judged: commands go in, every record is traced and judged at once."""

import contextlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from connmgr_hil.checker import Checker
from connmgr_hil.checker.life import MISSING
from connmgr_hil.device import Device
from connmgr_hil.device.stock import StockDevice
from connmgr_hil.model import Profile
from connmgr_hil.targets import End, Target
from connmgr_hil.vocabulary.equipment import Equipment
from connmgr_hil.vocabulary.errors import (
    ConnMgrHilError,
    DeviceDied,
    DeviceFault,
    NotAsBooted,
    NotRecorded,
    RigFault,
    Unmet,
)
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    Breach,
    Complaint,
    HelloSeen,
    Outside,
    Quirk,
    Reply,
)
from connmgr_hil.vocabulary.parsing import command, only_asks
from connmgr_hil.vocabulary.stimuli import TO_BOOT_STATE, Words

from .ending import Ending
from .nonconforming import Nonconforming
from .recording import JudgedTrace
from .refusing import insist_understood, refuse_taking_over

_HEARING: Words = ("advance", "4000000")
"""The probe says after two seconds that something has stopped (CONFIG_CM_PROBE_STUCK_MS)."""

_NOT_BACK = "the device did not come back to its boot state by 'reset'"


class DrivenDevice:
    """The device of a run, its trace and its checker.

    Every command raises `Nonconforming` when the device has deviated from the model, and the errors of `connmgr_hil.device` when the line
    or the rig breaks. With `hears`, a device that lacks an expected observation gets a few seconds to report that its dispatcher or monitor has stopped.
    """

    def __init__(self, target: Target, trace: JudgedTrace, *, hears: bool) -> None:
        self._target = target
        self._trace = trace
        self._ending = Ending(target)
        self._device: Device | StockDevice | None = None
        self._heard = not hears
        self._wire_bytes_before = 0
        self._begun = 0
        """How many of the commands given were only to bring the device back."""
        self._missed: Unmet | None = None
        """What was missed last, which is in the trace."""

    @property
    def device(self) -> Device | StockDevice:
        """The device, once the session is open."""
        assert self._device is not None, "open the session first"
        return self._device

    @property
    def target(self) -> Target:
        """What the device runs on."""
        return self._target

    @property
    def facts(self) -> Hello:
        """What the device said about itself."""
        return self.device.facts

    @property
    def ifaces(self) -> tuple[IfaceFacts, ...]:
        """The ifaces of the device."""
        return self.device.ifaces

    @property
    def profile(self) -> Profile:
        """The semantics by which the device is judged."""
        assert self.checker.model is not None
        return self.checker.model.world.profile

    @property
    def described(self) -> tuple[Hello, tuple[IfaceFacts, ...], Profile, Target]:
        """Everything that needs are compared with: facts, ifaces, profile, target."""
        return self.facts, self.ifaces, self.profile, self._target

    @cached_property
    def equipment(self) -> Equipment:
        """What the device has of all that commands can name."""
        assert self.checker.model is not None
        return self.checker.model.world.equipment

    @property
    def path(self) -> Path:
        """Where the trace is written."""
        return self._trace.path

    @property
    def checker(self) -> Checker:
        """What judges the device."""
        return self._trace.checker

    @property
    def wire_bytes(self) -> int:
        """How many bytes went over the line, in both directions."""
        before = self._wire_bytes_before
        return self._device.wire_bytes - before if self._device is not None else 0

    @property
    def given(self) -> tuple[Words, ...]:
        """The commands that were given so far."""
        return tuple(self._ending.given)

    @property
    def disturbed(self) -> bool:
        """Whether there was an action on the device from outside."""
        return self._ending.disturbed

    @property
    def stimulated(self) -> bool:
        """Whether anything was done to the device: a command that only asks does nothing."""
        return self.disturbed or not all(map(only_asks, self.given[self._begun :]))

    @property
    def ended(self) -> End | None:
        """How the device ended the run by itself, if it did."""
        return self._ending.ended

    @property
    def unrecorded(self) -> bool:
        """Whether the disk was full: then the trace is incomplete, whatever else ended the run."""
        return self._trace.unrecorded

    def watch(self, watcher: Callable[[AnyRecord], None]) -> None:
        """Call `watcher` with every record from now on."""
        self._trace.watchers.append(watcher)

    def execute(self, words: Words) -> Reply:
        """Give a command, wait for its reply, and judge all that came with it.

        It is a command of the probe, or one that the platform file names for a stimulus. Raises `BadInput` before
        anything is sent where it is no command, or names what this device lacks, and `UsageError` if the device did
        not understand it.
        """
        platform = self._target.platform
        platform.validate(words)
        refuse_taking_over(words)
        if not platform.stimuli or words not in platform.own_commands:
            self.equipment.check(command(words))
        reply = self.attempt(words)
        insist_understood(words, reply)
        return reply

    def attempt(self, words: Words) -> Reply:
        """Give a command as `execute` does, even if the device lacks what it names: this is predicted and judged, too."""
        self._target.platform.validate(words)
        reply = self._answered(words)
        self.conform()
        return reply

    def _answered(self, words: Words) -> Reply:
        """Give a command and wait for its reply; the device may end instead."""
        try:
            reply = self.device.execute(words)
        except (DeviceFault, RigFault) as error:
            self._explain(error)
            if self._ending.late_reply is None:
                raise
            reply = self._ending.late_reply
        if (report := self._ending.reported()) is not None:
            self._sink(report)
            self._ending.leave()
        return reply

    def learn_settings(self) -> None:
        """Dump the ifaces with unknown drivers, to learn their state and what their implementations set at boot.

        All that is open of several of them would have to be followed together.
        """
        if self.facts.dialect != "stock":
            for facts in self.ifaces:
                if facts.is_real:
                    self.execute(("state", str(facts.index)))

    def stimulate(self, name: str) -> None:
        """Act on the device from outside as `[stimuli.NAME]` in its platform file describes.

        Raises `RigFault` when it cannot be done, `UsageError` naming those there are for an unknown one, and `Unmet` when
        it is a command of the device and that fails.
        """
        stimulus = self._target.platform.stimuli.get(name)
        if stimulus is not None and stimulus.probe:
            reply = self._answered(tuple(stimulus.probe.split()))
            if reply.status != "0":
                wanted = f"the stimulus {name}: '{stimulus.probe}' returns 0"
                raise self.missed(Unmet(wanted, f"it returned {reply.status}", log=str(self.path)))
        else:
            self._target.stimulate(name)
        self._sink(Outside(name=name, description=stimulus.description if stimulus else ""))
        self.conform()

    def reset(self) -> bool:
        """Bring the device back to its boot state without a restart, and judge it from there on.

        Returns false if it does not come back, or its dump is not that of a booted device; then
        only a restart helps.
        """
        self._trace.judge_from(HelloSeen(t=0, facts=self.facts, ifaces=self.ifaces, start="attach"))
        try:
            clean = _brought_back(self.device.execute)
        except ConnMgrHilError:
            return False
        return clean and self.checker.failure is None

    def _take_over(self, other: "DrivenDevice") -> None:
        """Bring the device of a run that is over back to its boot state, and go on with it.

        Raises `NotAsBooted` when it does not come back, or its dump is not that of a booted device, and as `attempt` where it ends.
        """
        device = other.device
        assert isinstance(device, Device), "upstream's shell has no reset"
        self._device = device
        self._wire_bytes_before = device.wire_bytes
        device.turn_to(self._sink)
        at = other._ending.time  # noqa: SLF001 - of the same class
        self._sink(HelloSeen(t=at, facts=device.facts, ifaces=device.ifaces, start="attach"))
        try:
            clean = _brought_back(self.attempt)
        except NotRecorded:
            raise
        except ConnMgrHilError as error:
            if self.ended:
                raise
            raise NotAsBooted(_NOT_BACK, error.told()) from error
        if not clean:
            raise NotAsBooted(_NOT_BACK, "it did not return 0")
        self._begun = len(self.given)

    def missed(self, error: Unmet) -> Unmet:
        """Record what a scenario or a test misses when it misses it, and return the error. It counts even if the error is caught later."""
        self.complain(error.told(), shows=error.shows, seen=error.came)
        self._missed = error
        return error

    def complain(self, text: str, *, shows: str | None = None, seen: str = "") -> None:
        """Note that a scenario or test did not see what it expected: the run shows nothing.

        `shows` and `seen` are the expectation and what came, as scenarios write them.
        """
        self._sink(Complaint(text=text, shows=shows, seen=seen))

    def breach(self, requirement: str, sentence: str, seen: str) -> None:
        """Note that a requirement is broken which the model cannot judge. Raises `Nonconforming` unless the run was damaged before."""
        self._sink(Breach(requirement=requirement, sentence=sentence, seen=seen))
        self.conform()

    def quirk(self, requirement: str) -> None:
        """Note a deviation of class Q or R: reported, not failed."""
        self._sink(Quirk(requirement=requirement))

    def conform(self) -> None:
        """Raise `Nonconforming` if the device has deviated from the model."""
        if self.checker.failure:
            self._hear_why()
            raise Nonconforming(self.checker.failure, str(self.path))

    def _hear_why(self) -> None:
        """Let a device that lacks an expected observation report that its dispatcher or monitor has stopped."""
        failure = self.checker.failure
        if self._heard or self.ended or failure is None or failure.kind not in MISSING:
            return
        self._heard = True
        if self._device is not None and self._device.facts.dialect != "stock":
            with contextlib.suppress(ConnMgrHilError):
                self._device.execute(_HEARING)

    def _explain(self, error: DeviceFault | RigFault) -> None:
        """Raise `Nonconforming`, or `DeviceDied`, when it was the device that ended the run; else return."""
        if self.ended is None and not isinstance(error, Nonconforming | DeviceDied):
            end = self._ending.told_by(error, self._device)
            if end is None:
                return
            self._sink(end)
        if self.ended is not None:
            self._ending.leave()
            self.conform()
            # What came before was damaged, so it shows nothing.
            raise DeviceDied("the device has ended", error.told(), log=str(self.path))
        self.conform()

    def _sink(self, record: AnyRecord) -> None:
        self._ending.follow(record)
        self._trace.write(record)


def _brought_back(give: Callable[[Words], Reply]) -> bool:
    """Give the commands that bring a device back to its boot state, dump it, and tell whether they returned 0."""
    clean = all(give(words).status == "0" for words in TO_BOOT_STATE)
    give(("state",))
    return clean
