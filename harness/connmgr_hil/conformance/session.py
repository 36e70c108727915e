"""A run on one target: a fresh device, its verdict, and its end."""

import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from connmgr_hil.checker import Outcome, Verdict
from connmgr_hil.model import Models, Profile, profile_named
from connmgr_hil.targets import (
    Target,
    device_on,
    require_clock,
    require_configuration,
    require_ifaces,
    require_order,
)
from connmgr_hil.vocabulary.errors import (
    ConnMgrHilError,
    DeviceDied,
    DeviceFault,
    DeviceReset,
    LineDamaged,
    NotAsBooted,
    NotRecorded,
    RigFault,
    Unmet,
    WrongDevice,
)
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, Header, Note, Stuck

from .driven import DrivenDevice
from .nonconforming import Nonconforming, insist_conforms
from .recording import JudgedTrace

DOES_SOMETHING = (
    "a command that does more than look is given",
    "none was, so nothing is shown",
)
"""The complaint about a run that did nothing to the device."""

_IN_THE_TRACE = Nonconforming | DeviceReset | DeviceDied
"""Faults of the device that a record already describes."""


def _one_line(error: BaseException) -> str:
    """Return an error as text: ours in full, any other as the last line of a traceback."""
    if isinstance(error, ConnMgrHilError):
        return str(error)
    return traceback.format_exception_only(error)[-1].strip()


class Session(DrivenDevice):
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

    After another session, `after`, its device is not restarted but brought back to its boot state by the probe's `reset`, which a dump
    must prove. `NotAsBooted` is raised where only a restart helps.
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
        after: "Session | None" = None,
    ) -> None:
        self._after = after
        self._models = models or Models()
        self._header = header or Header()
        self._forced = profile or profile_named(target.platform.profile)
        written = JudgedTrace(trace, target, self._forced, self._models)
        super().__init__(target, written, hears=hears)
        self._booted: list[EventSeen] = []
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
        """On how many of two starts it ended so: `2 of 2`; empty if that was not tried."""
        self._confirm = confirm

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

    @property
    def booted(self) -> list[EventSeen]:
        """The events that came while the device booted. Raises `NotAsBooted` where it was not restarted."""
        if self._after is not None:
            raise NotAsBooted("the device was not restarted", "this run is about its boot")
        return self._booted

    def _start(self) -> None:
        if self._after is not None:
            self._take_over(self._after)
            self.started = True
            return
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

    def note(self, error: BaseException) -> None:
        """Record what an error that ends a run says about the device, the rig or the run."""
        if isinstance(error, RigFault):
            self._fault(error)
        elif isinstance(error, Unmet):
            if error is not self._missed:
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
        """Note why a test failed, by one of our errors or its own complaint, and return the verdict so far."""
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
            self._booted.append(record)

    def _fault(self, error: RigFault) -> None:
        if not isinstance(error, LineDamaged | WrongDevice | NotAsBooted):
            self._ending.leave()
        self._trace.write_fault(error)

    @property
    def is_reusable(self) -> bool:
        """Whether the run is over and left a device that the probe's `reset` may bring back."""
        return (
            self.verdict is not None
            and self.verdict.outcome is Outcome.CONFORMS
            and self.facts.dialect == "probe"
            and not self.disturbed
        )

    def anew(self, trace: Path) -> "Session":
        """Return a new session on the same target, not started yet, with its own trace."""
        return Session(self._target, trace, self._header, self._forced, self._models)
