"""A run on one target: commands go in, every record is traced and judged at once."""

import contextlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import structs

from connmgr_hil.checker import UNENDED, Checker, Failure, Outcome, Verdict
from connmgr_hil.device import Device, Expected
from connmgr_hil.device.stock import StockDevice
from connmgr_hil.model import PROFILES, Models, Profile, World, profile_named
from connmgr_hil.targets import Target, require_ifaces
from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.commands import command
from connmgr_hil.vocabulary.equipment import Equipment
from connmgr_hil.vocabulary.errors import (
    ConnMgrHilError,
    DeviceFault,
    DeviceReset,
    NotRecorded,
    RigFault,
    Unmet,
    UsageError,
)
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    Breach,
    Complaint,
    EventSeen,
    Fault,
    Foreign,
    Header,
    HelloSeen,
    Lost,
    Noise,
    Note,
    Outside,
    Quirk,
    Reply,
    Stuck,
    VerdictGiven,
)
from connmgr_hil.vocabulary.stimuli import Words

from .recording import begin_trace, limits_for


class Nonconforming(DeviceFault):
    """The device left the model; `failure` tells where and why."""

    def __init__(self, failure: Failure, log: str) -> None:
        super().__init__("\n".join(failure.lines()), log=log)
        self.failure = failure


def equipment_of(world: World) -> Equipment:
    """Return what a device has of all that commands can name."""
    reached = (each.name for each in PROFILES.values() if each.since <= world.profile.since)
    return Equipment(world.ifaces, frozenset(reached), frozenset(world.codes))


class Session:
    """A freshly started device, a trace file, and a checker that shadows both.

    Raises `Nonconforming` from the command after which the device had left the model, and the errors of
    `connmgr_hil.device` when the line or the rig breaks. Whatever happens, the trace is kept. Sessions that share
    `models` need not work out again what one of them has.
    """

    def __init__(
        self,
        target: Target,
        trace: Path,
        header: Header | None = None,
        profile: Profile | None = None,
        models: Models | None = None,
    ) -> None:
        self._models = models or Models()
        self._target = target
        self._path = trace
        self._header = header or Header()
        self._forced = profile or profile_named(target.platform.profile)
        self.checker = Checker(limits_for(target), self._forced, self._models)
        self._watchers: list[Callable[[AnyRecord], None]] = []
        self.booted: list[EventSeen] = []
        """The events that came while the device booted."""
        self._device: Device | StockDevice | None = None
        self.verdict: Verdict | None = None
        self.unrecorded = False
        """Whether the disk took no more: then whatever else ended the run, its trace is not whole."""
        self._unended = ""
        """Why the run did not come to its end, if neither the device nor the rig was the reason."""

    def __enter__(self) -> Self:
        profile = self._forced.name if self._forced else ""
        about = structs.replace(self._header, profile=profile)
        try:
            self._trace, header = begin_trace(self._path, self._target, about)
        except RigFault as error:
            self.unrecorded = True
            self.verdict = Verdict(Outcome.RIG, reason=str(error))
            raise
        self.checker.feed(header)
        try:
            line = self._target.restart()
            if restart := self._target.last_restart:
                self._sink(Note(text=str(restart)))
            self._device = self._speak_with(line)
            self._watchers.append(self._remember_boot)
            self._device.attach(start="boot")
            self._watchers.clear()
            require_ifaces(self._target.platform, self.ifaces, self._target.name)
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def _speak_with(self, line: Transport) -> Device | StockDevice:
        platform = self._target.platform
        pace = platform.pace
        if platform.dialect == "stock":
            return StockDevice(line, self._sink, pace=pace)
        return Device(
            line,
            self._sink,
            expected=Expected(boards=platform.boards),
            pace=pace,
            shell_first=not self._target.granted,
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        try:
            if error is not None:
                self.note(error)
        except NotRecorded as lost:
            self._fault(lost)
        self.close()

    def note(self, error: BaseException) -> None:
        """Record what an error that ends a run says of the device, the rig or the run."""
        if isinstance(error, RigFault):
            self._fault(error)
        elif isinstance(error, Unmet):
            self.complain(error.told(), shows=error.shows, seen=error.came)
        elif isinstance(error, DeviceFault) and not isinstance(error, Nonconforming | DeviceReset):
            self._sink(Stuck(what="command", threads=(error.wanted, error.seen), source="host"))
        elif not isinstance(error, DeviceFault):
            self._unended = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error)

    def close(self) -> None:
        """Give the verdict and close the trace."""
        if self.verdict is None:
            self.verdict = self.checker.finish(cut=bool(self._unended))
            ended = not self._unended or self.verdict.failure is not None
            outcome = str(self.verdict.outcome) if ended else f"{UNENDED} ({self._unended})"
            summary = "\n".join(self.verdict.lines())
            try:
                self._trace.write(VerdictGiven(verdict=outcome, summary=summary))
            except RigFault as error:
                self._fault(error)
                self.verdict = self.checker.finish()
        self._trace.close()

    def _remember_boot(self, record: AnyRecord) -> None:
        if isinstance(record, EventSeen):
            self.booted.append(record)

    def _fault(self, error: RigFault) -> None:
        self.unrecorded = self.unrecorded or isinstance(error, NotRecorded)
        fault: AnyRecord = Fault(kind=type(error).__name__, message=str(error))
        # The fault may be that the disk takes no more; it is judged all the same.
        with contextlib.suppress(RigFault):
            fault = self._trace.write(fault)
        self.checker.feed(fault)
        for watcher in self._watchers:
            watcher(fault)

    def _sink(self, record: AnyRecord) -> None:
        stamped = self._trace.write(record)
        self.checker.feed(stamped)
        if isinstance(record, Foreign | Lost | Noise):
            return
        for watcher in self._watchers:
            watcher(stamped)

    # --- use -----------------------------------------------------------------------------

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
    def path(self) -> Path:
        """Where the trace is written."""
        return self._path

    def watch(self, watcher: Callable[[AnyRecord], None]) -> None:
        """Call `watcher` with every record from now on."""
        self._watchers.append(watcher)

    def execute(self, words: Words) -> Reply:
        """Give a command, wait for its reply, and judge all that came with it.

        Beside the probe's, it may be one that the platform file names as the means of a stimulus. Raises `BadInput` before
        anything is sent where it is no command, or names what this device lacks, and `UsageError` where the device did
        not understand it.
        """
        platform = self._target.platform
        platform.validate(words)
        if not platform.stimuli or words not in platform.own_commands:
            self.equipment.check(command(words))
        reply = self.attempt(words)
        if why := reply.values.get("bad"):
            raise UsageError(
                f"the device did not understand {' '.join(words)!r}",
                f"it answered bad={why}",
                "the commands are in zephyr_app/PROTOCOL.md; this build may lack a part of them",
            )
        return reply

    def attempt(self, words: Words) -> Reply:
        """Give a command as `execute` does, though the device may lack what it names: that, too, is predicted and judged."""
        self._target.platform.validate(words)
        reply = self.device.execute(words)
        self.conform()
        return reply

    @cached_property
    def equipment(self) -> Equipment:
        """What the device has of all that commands can name."""
        assert self.checker.model is not None
        return equipment_of(self.checker.model.world)

    def learn_settings(self) -> None:
        """Dump the bound ifaces of which nobody knows what flags and timeout their implementations gave them at boot."""
        if self.facts.dialect != "stock":
            for facts in self.ifaces:
                if facts.is_real and facts.bound:
                    self.execute(("state", str(facts.index)))

    def stimulate(self, name: str) -> None:
        """Do to the device from outside what its platform file describes as `[stimuli.NAME]`.

        Raises `RigFault` when it cannot be done, `UsageError` naming those there are for an unknown one, and `Unmet` when
        it is a command of the device and that fails.
        """
        stimulus = self._target.platform.stimuli.get(name)
        if stimulus is not None and stimulus.probe:
            reply = self.device.execute(tuple(stimulus.probe.split()))
            if reply.status != "0":
                wanted = f"the stimulus {name}: '{stimulus.probe}' returns 0"
                raise Unmet(wanted, f"it returned {reply.status}", log=str(self._path))
        else:
            self._target.stimulate(name)
        self._sink(Outside(name=name, description=stimulus.description if stimulus else ""))
        self.conform()

    def reset(self) -> bool:
        """Bring the device back to its boot state without a restart, and judge it afresh from there.

        Returns false when it does not come back, or its dump is not that of a booted device; then
        only a restart helps.
        """
        self.checker = Checker(limits_for(self._target), self._forced, self._models)
        hello = HelloSeen(t=0, facts=self.facts, ifaces=self.ifaces, start="attach")
        self.checker.feed(hello)
        try:
            clean = self.device.execute(("reset",)).status == "0"
            # A storm that was broken goes on being slowed down until it has been quiet for a while.
            self.device.execute(("advance", "100000"))
            self.device.execute(("state",))
        except ConnMgrHilError:
            return False
        return clean and self.checker.failure is None

    def complain(self, text: str, *, shows: str | None = None, seen: str = "") -> None:
        """Note that the driver of the run did not see what it wanted: the run shows nothing.

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
        """Raise `Nonconforming` if the device has left the model."""
        if self.checker.failure:
            raise Nonconforming(self.checker.failure, str(self._path))
