"""A run on one target: commands go in, every record is traced and judged at once."""

import contextlib
import traceback
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from connmgr_hil.checker import Checker, Outcome, Verdict
from connmgr_hil.checker.life import MISSING
from connmgr_hil.device import Device
from connmgr_hil.device.stock import StockDevice
from connmgr_hil.model import Models, Profile, profile_named
from connmgr_hil.targets import (
    End,
    Target,
    device_on,
    require_clock,
    require_configuration,
    require_ifaces,
    require_order,
)
from connmgr_hil.vocabulary.equipment import Equipment
from connmgr_hil.vocabulary.errors import (
    ConnMgrHilError,
    DeviceDied,
    DeviceFault,
    DeviceReset,
    LineDamaged,
    NotRecorded,
    RigFault,
    Unmet,
    WrongDevice,
)
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    Breach,
    Complaint,
    EventSeen,
    Header,
    HelloSeen,
    Note,
    Outside,
    Quirk,
    Reply,
    Stuck,
)
from connmgr_hil.vocabulary.parsing import command, only_asks
from connmgr_hil.vocabulary.stimuli import TO_BOOT_STATE, Words

from .ending import Ending
from .nonconforming import Nonconforming, insist_conforms
from .recording import JudgedTrace
from .refusing import insist_understood, refuse_taking_over

_HEARING: Words = ("advance", "4000000")
"""The probe says after two seconds that something has stopped (CONFIG_CM_PROBE_STUCK_MS)."""

DOES_SOMETHING = (
    "a command that does more than look is given",
    "none was, so nothing is shown",
)
"""What is missed of a run in which nothing was done to the device, and what was seen instead."""

_IN_THE_TRACE = Nonconforming | DeviceReset | DeviceDied
"""Faults of the device of which a record tells already."""


def _one_line(error: BaseException) -> str:
    """Return an error as it tells itself: one of ours by its text, any other as the last line of a traceback."""
    if isinstance(error, ConnMgrHilError):
        return str(error)
    return traceback.format_exception_only(error)[-1].strip()


class Session:
    """A freshly started device, a trace file, and a checker that judges it.

    Raises `Nonconforming` from the command after which the device deviated from the model, and the errors of
    `connmgr_hil.device` when the line or the rig breaks. Whatever happens, the trace is kept. Sessions that share
    `models` share their cached answers.

    A device that crashes or hangs deviates from the model, too. Then the target is stopped, so that the next start is a fresh one,
    and `confirm`, if given, shows the same to a second one: it tells whether that ended for the same requirement, None if it
    could not be tried. Where something was missing, a device is given a few seconds to say that its dispatcher or monitor has stopped,
    unless `hears` is false.

    A test may `start` it, ask for the verdict with `judge` or say why it failed with `conclude`, use it on to tidy up, and `close` it.
    With `releases` a board is let go then, for other processes may wait for it.
    """

    def __init__(
        self,
        target: Target,
        trace: Path,
        header: Header | None = None,
        profile: Profile | None = None,
        models: Models | None = None,
        confirm: "Callable[[Session], bool | None] | None" = None,
        *,
        hears: bool = True,
        releases: bool = False,
    ) -> None:
        self._models = models or Models()
        self._target = target
        self._header = header or Header()
        self._forced = profile or profile_named(target.platform.profile)
        self._trace = JudgedTrace(trace, target, self._forced, self._models)
        self.booted: list[EventSeen] = []
        """The events that came while the device booted."""
        self._device: Device | StockDevice | None = None
        self.verdict: Verdict | None = None
        """The verdict once the run is over."""
        self.latest: Verdict | None = None
        """The verdict when it was last asked for."""
        self._releases = releases and target.platform.kind == "board"
        self._unended = ""
        """Why the run did not come to its end, if neither the device nor the rig was the reason."""
        self.started = False
        """Whether the device came up and said who it is."""
        self.confirmation = ""
        """On how many of two starts it ended so: `2 of 2`; empty where that was not tried."""
        self._missed: Unmet | None = None
        """What was missed last, which is in the trace."""
        self._confirm = confirm
        self._heard = not hears
        self._ending = Ending(target)

    def __enter__(self) -> Self:
        try:
            self._trace.open(self._header)
            self._start()
        except BaseException as error:
            if self._trace.is_open:
                self.__exit__(type(error), error, error.__traceback__)
            elif isinstance(error, RigFault):
                self.verdict = Verdict(Outcome.RIG, reason=str(error))
            raise
        return self

    def _start(self) -> None:
        try:
            line = self._target.restart()
            if restart := self._target.last_restart:
                self._sink(Note(text=str(restart)))
            self._device = device_on(self._target, line, self._sink)
            self._trace.watchers.append(self._remember_boot)
            self._device.attach(start="boot")
            self._target.met(self.facts)
        except (DeviceFault, RigFault) as error:
            self._explain(error)
            if not self._ending.said_hello:
                raise
        self._trace.watchers.remove(self._remember_boot)
        require_order(self.facts, self._target.name)
        require_configuration(self._target.platform, self.facts, self.ifaces, self._target.name)
        require_clock(self._target.platform, self.facts, self._target.name)
        require_ifaces(self._target.platform, self.ifaces, self._target.name)
        self.started = True
        restart = self._target.last_restart
        if restart and restart.nonce not in ("", self.facts.nonce):
            # It has booted once more since it said hello. If that was why, it does so again.
            self.execute(("hello",))

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

    def missed(self, error: Unmet) -> Unmet:
        """Record what a scenario or a test misses when it misses it, and return the error: whoever catches it has not seen it all the same."""
        self.note(error)
        self._missed = error
        return error

    def note(self, error: BaseException) -> None:
        """Record what an error that ends a run says about the device, the rig or the run."""
        if isinstance(error, RigFault):
            self._fault(error)
        elif error is self._missed:
            return
        elif isinstance(error, Unmet):
            self.complain(error.told(), shows=error.shows, seen=error.came)
        elif isinstance(error, DeviceFault) and not isinstance(error, _IN_THE_TRACE):
            self._sink(Stuck(what="command", threads=(error.wanted, error.seen), source="host"))
        elif not isinstance(error, DeviceFault):
            self._unended = (
                "interrupted" if isinstance(error, KeyboardInterrupt) else _one_line(error)
            )

    def start(self) -> Self:
        """Start a fresh device, as a `with` block does; raises `RigFault` if it does not start."""
        return self.__enter__()

    def judge(self) -> Verdict:
        """Compare the device's whole state with the model, and return the verdict so far: inconclusive where nothing was done to it.

        Raises `Nonconforming` when the device left the model, `RigFault` when the rig broke, and
        `LineDamaged` when too much was lost to judge.
        """
        try:
            self.execute(("state",))
        except (DeviceFault, RigFault, Unmet) as error:
            self.conclude(error)
            raise
        self.latest = self.checker.finish()
        insist_conforms(self.latest, str(self.path))
        if not self.stimulated:
            self.note(Unmet(*DOES_SOMETHING))
            self.latest = self.checker.finish()
        return self.latest

    def leave_off(self, why: str) -> None:
        """Judge a test that skips its rest: the device may fail, but nothing is held. Raises as `judge`."""
        self.judge()
        self._unended = why
        self.latest = self.checker.finish(cut=True)

    def conclude(self, error: BaseException | None = None, complaint: str = "") -> Verdict:
        """Note why a test failed, by an error of ours or with a complaint of its own, and return the verdict so far."""
        if self.verdict is None:
            if error is not None:
                self.note(error)
            if isinstance(error, RigFault):
                self._end()
            elif complaint and not self.checker.failure and self._missed is None:
                self.complain(complaint)
        self.latest = self.verdict or self.checker.finish(cut=bool(self._unended))
        return self.latest

    def close(self) -> None:
        """Give the verdict and close the trace. Raises as `judge` where the verdict is worse than that it gave."""
        self._end()
        before, self.latest = self.latest, self.verdict
        if before and self.verdict and before.outcome is Outcome.CONFORMS:
            insist_conforms(self.verdict, str(self.path))

    def _end(self) -> None:
        try:
            if self.verdict is None:
                self._try_again()
        finally:
            self.verdict = self.verdict or self._trace.conclude(self._unended)
            self._trace.close()
            if self._releases:
                self._target.stop()

    def _try_again(self) -> None:
        """Note in the trace whether the device's end showed on a second start, too."""
        confirm, self._confirm = self._confirm, None
        if confirm is None or self.ended is None or not self.checker.failure:
            return
        same = confirm(self)
        if same is not None:
            self.confirmation = "2 of 2" if same else "1 of 2"
            self._sink(Note(text=f"{self.confirmation} starts ended so"))

    def _remember_boot(self, record: AnyRecord) -> None:
        if isinstance(record, EventSeen):
            self.booted.append(record)

    def _fault(self, error: RigFault) -> None:
        if not isinstance(error, LineDamaged | WrongDevice):
            self._ending.leave()
        self._trace.write_fault(error)

    def _sink(self, record: AnyRecord) -> None:
        self._ending.follow(record)
        self._trace.write(record)

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
            # What came before was damaged, so that nothing can be told from it.
            raise DeviceDied("the device has ended", error.told(), log=str(self.path))
        self.conform()

    # --- use -----------------------------------------------------------------------------

    def anew(self, trace: Path) -> "Session":
        """Return a new session on the same target, not started yet, with its own trace."""
        return Session(self._target, trace, self._header, self._forced, self._models)

    @property
    def device(self) -> Device | StockDevice:
        """The device, once the session is open."""
        assert self._device is not None, "open the session first"
        return self._device

    @property
    def wire_bytes(self) -> int:
        """How many bytes went over the line, in both directions."""
        return self._device.wire_bytes if self._device is not None else 0

    @property
    def ended(self) -> End | None:
        """How the device ended the run by itself, if it did."""
        return self._ending.ended

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
        return self.disturbed or not all(map(only_asks, self.given))

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
    def described(self) -> tuple[Hello, tuple[IfaceFacts, ...], Profile, Target]:
        """Everything that needs are compared with: facts, ifaces, profile, target."""
        return self.facts, self.ifaces, self.profile, self._target

    @property
    def profile(self) -> Profile:
        """The semantics by which the device is judged."""
        assert self.checker.model is not None
        return self.checker.model.world.profile

    @property
    def path(self) -> Path:
        """Where the trace is written."""
        return self._trace.path

    @property
    def checker(self) -> Checker:
        """What judges the device."""
        return self._trace.checker

    @property
    def unrecorded(self) -> bool:
        """Whether the disk was full: then the trace is incomplete, whatever else ended the run."""
        return self._trace.unrecorded

    def watch(self, watcher: Callable[[AnyRecord], None]) -> None:
        """Call `watcher` with every record from now on."""
        self._trace.watchers.append(watcher)

    def execute(self, words: Words) -> Reply:
        """Give a command, wait for its reply, and judge all that came with it.

        Beside the probe's, it may be one that the platform file names as the means of a stimulus. Raises `BadInput` before
        anything is sent where it is no command, or names what this device lacks, and `UsageError` where the device did
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

    @cached_property
    def equipment(self) -> Equipment:
        """What the device has of all that commands can name."""
        assert self.checker.model is not None
        return self.checker.model.world.equipment

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
        """Bring the device back to its boot state without a restart, and judge it afresh from there.

        Returns false when it does not come back, or its dump is not that of a booted device; then
        only a restart helps.
        """
        self._trace.judge_from(HelloSeen(t=0, facts=self.facts, ifaces=self.ifaces, start="attach"))
        try:
            clean = all(self.device.execute(words).status == "0" for words in TO_BOOT_STATE)
            self.device.execute(("state",))
        except ConnMgrHilError:
            return False
        return clean and self.checker.failure is None

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
        """Let a device in which something was missing say that its dispatcher or monitor has stopped."""
        failure = self.checker.failure
        if self._heard or self.ended or failure is None or failure.kind not in MISSING:
            return
        self._heard = True
        if self._device is not None and self._device.facts.dialect != "stock":
            with contextlib.suppress(ConnMgrHilError):
                self._device.execute(_HEARING)
