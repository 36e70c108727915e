"""Runs scenarios on a target, one after the other."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import structs

from connmgr_hil.checker import Checker, Outcome, Verdict
from connmgr_hil.model import Models, Profile
from connmgr_hil.targets import Target
from connmgr_hil.targets.renode import is_in_process
from connmgr_hil.vocabulary.errors import (
    DeviceFault,
    NoProbe,
    NotAsBooted,
    NotRecorded,
    NotUnderstood,
    RigFault,
    Unmet,
    WrongDevice,
)
from connmgr_hil.vocabulary.facts import REAL, Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import AnyRecord, Header

from .bench import Bench, IfaceLacking
from .claims import out_of_reach
from .confirming import ends_again
from .former_names import present_name
from .needs import BOOT
from .nonconforming import Nonconforming
from .results import ScenarioResult, with_retries
from .scenario import Scenario
from .session import DOES_SOMETHING, Session

_OWN_DEVICE = frozenset({"native", "simulated", "qemu"})
"""The kinds of targets that each process can start for itself."""

Watcher = Callable[[AnyRecord], None]
"""Called with every record of a run."""


@dataclass(frozen=True)
class ScenarioTask:
    """A scenario to be run, with its trace."""

    scenario: Scenario
    path: Path
    attempt: int


@dataclass(frozen=True)
class Played:
    """What came of a task. `never_started`: the rig gave no device to run on; `hopeless`: the next one would only meet the same fault; `refused`: it is not the device that the platform file describes."""

    result: ScenarioResult
    never_started: bool
    hopeless: bool
    refused: bool


class Runner:
    """Runs scenarios on one target; what the device is, it says the first time."""

    def __init__(
        self,
        target: Target,
        profile: Profile | None = None,
        *,
        confirms: bool = True,
        models: Models | None = None,
        retry: int = 0,
        watch: Watcher | None = None,
        soft_reset: bool = False,
    ) -> None:
        self._target = target
        self._profile = profile
        self._confirms = confirms
        self._retry = retry
        self._watch = watch
        self._soft_reset = soft_reset
        """Whether the probe's reset may take the place of a restart."""
        self._former: Session | None = None
        """A run that is over, whose device may be brought back."""
        self._unmet = ""
        """What the last scenario did not see, if that is all that was wrong."""
        self.never_started = False
        """Whether the last scenario found no device to run on, by the rig's fault."""
        self._models = models or Models()
        self._device: tuple[Hello, tuple[IfaceFacts, ...], Profile] | None = None
        self.unrecorded = False
        """Whether the disk took no more."""
        self.hopeless = False
        """Whether the next scenario would only meet the same fault."""
        self.refused = False
        """Whether the last scenario met a device that is not what its platform file says."""

    @property
    def hello(self) -> Hello | None:
        """What the device says of itself, once it was seen."""
        return self._device[0] if self._device else None

    @property
    def profile_name(self) -> str:
        """The profile by which the device is judged, once it was seen."""
        return self._device[2].name if self._device else ""

    @property
    def build(self) -> str:
        """What the device was built from, once it was seen."""
        return self._device[0].build if self._device else ""

    @property
    def clock(self) -> str:
        """By which clock the device runs, once it was seen: `granted` or `real`."""
        if self._device is None:
            return ""
        return "granted" if self._device[0].granted else "real"

    @property
    def has_own_device(self) -> bool:
        """Whether a process that is forked from this one can start a device for itself."""
        platform = self._target.platform
        if platform.kind == "renode" and platform.renode is not None:
            return not is_in_process(platform.renode.driver)
        return platform.kind in _OWN_DEVICE

    @property
    def jobs(self) -> int:
        """How many may run side by side without being asked for: nothing of it may depend on how busy the host is."""
        return (
            len(os.sched_getaffinity(0))
            if self.has_own_device and self.clock == "granted" and not self._watch
            else 1
        )

    def leave(self) -> None:
        """End the device; the next scenario starts another."""
        self._former = None
        self._target.stop()

    def play(self, task: ScenarioTask) -> Played:
        """Run a task and return what the caller needs to decide how the run goes on."""
        result = self.run(task.scenario, task.path, task.attempt)
        return Played(result, self.never_started, self.hopeless, self.refused)

    def run(self, scenario: Scenario, path: Path, attempt: int) -> ScenarioResult:
        """Run one scenario and return its result.

        If it does not conform, repeat it, each time with a new trace, as often as allowed. A scenario that ended the device
        fails, whatever another try shows.
        """
        tries = [self._confirmed(scenario, path, attempt)]
        while len(tries) <= self._retry and not (
            tries[-1].held or tries[-1].outcome is None or tries[-1].ended_device or self.hopeless
        ):
            again = path.with_suffix(f".retry{len(tries)}.jsonl")
            tries.append(self._confirmed(scenario, again, attempt, len(tries)))
        return with_retries(tries)[0]

    def _confirmed(
        self, scenario: Scenario, path: Path, attempt: int, retry: int = 0
    ) -> ScenarioResult:
        """Run one scenario; what ends the device is tried a second time.

        So is what only the scenario can judge: its lines have no checksum, so it counts against the device when it is the same twice.
        """
        result = self._run(scenario, path, attempt, retry)
        if self._confirms and scenario.judges and self._unmet:
            result = self._run(scenario, path, attempt, retry, missed=self._unmet)
        return result

    def _run(
        self, scenario: Scenario, path: Path, attempt: int, retry: int, *, missed: str = ""
    ) -> ScenarioResult:
        obstacle = scenario.obstacle(*self._device, self._target) if self._device else ""
        if obstacle:
            return _unreachable(scenario, obstacle, attempt)
        header = Header(scenario=scenario.name, requirements=scenario.requirements, retry=retry)
        former, self._former = self._former, None
        if former is not None and BOOT not in scenario.needs:
            try:
                result = self._once(scenario, path, attempt, header, missed, former)
            except NotAsBooted as error:
                why = f"{error.wanted}: {error.seen}"
            else:
                if result.held or result.outcome is None or result.ended_device or self.hopeless:
                    return result
                why = f"after the probe's reset: {result.reason}"
            header = structs.replace(header, note=f"restarted; {why}")
        return self._once(scenario, path, attempt, header, missed)

    def _once(
        self,
        scenario: Scenario,
        path: Path,
        attempt: int,
        header: Header,
        missed: str,
        former: Session | None = None,
    ) -> ScenarioResult:
        """Run one scenario. Raises `NotAsBooted` where the device of the former run does not do for it."""
        self._unmet = obstacle = ""
        self.never_started = self.refused = False
        began = time.monotonic()

        def play(session: Session) -> None:
            bench = Bench(session, real=REAL in scenario.needs)
            try:
                scenario.body(bench)
            except Unmet as error:
                if error.told() == missed:
                    session.breach(scenario.requirements[0], error.wanted, f"{error.seen} (twice)")
                raise
            if not session.stimulated and BOOT not in scenario.needs:
                raise Unmet(*DOES_SOMETHING)

        def again(session: Session) -> bool | None:
            return ends_again(session, play)

        confirm = again if self._confirms else None
        session = Session(
            self._target, path, header, self._profile, self._models, confirm, after=former
        )
        if self._watch:
            session.watch(self._watch)
        problem = ""
        try:
            with session:
                device = session.facts, session.ifaces, session.profile
                self._device = self._device or device
                obstacle = scenario.obstacle(*device, self._target)
                if not obstacle:
                    self._insist_on_one_build(session.facts)
                    play(session)
        except (IfaceLacking, NotUnderstood) as error:
            obstacle = error.wanted
        except NotAsBooted:
            raise
        except (DeviceFault, RigFault, Unmet) as error:
            # If the trace is incomplete, only that is reported.
            lost = session.unrecorded and not isinstance(error, NotRecorded)
            problem = "" if lost else str(error)
            self._unmet = error.told() if isinstance(error, Unmet) else ""
            # A program restarts quickly; for a board all means of a restart were tried already.
            unmet = NoProbe | Nonconforming if self._target.platform.kind == "board" else NoProbe
            nobody = self._device is None and isinstance(error, unmet)
            self.refused = isinstance(error, WrongDevice)
            self.hopeless = nobody or self.refused
        if session.unrecorded:
            self.unrecorded = self.hopeless = True
        if obstacle:
            path.unlink(missing_ok=True)
            return _unreachable(scenario, obstacle, attempt)
        assert session.verdict is not None
        self.never_started = session.verdict.outcome is Outcome.RIG and not session.started
        if session.confirmation:
            problem = problem or "\n".join(session.verdict.lines())
            problem = f"{problem}\n  {session.confirmation} starts ended so".lstrip("\n")
        wall = time.monotonic() - began
        result = result_of(
            scenario.title, header, session.checker, session.verdict, path, wall, attempt, problem
        )
        if self._soft_reset and session.is_reusable:
            self._former = session
        return replace(
            result,
            restarted_by=self._means(former),
            unrecorded=self.unrecorded,
            wire_bytes=session.wire_bytes,
            confirmed=session.confirmation,
            device=self._target.asked or ("-t", self._target.name),
            platform=self._target.platform.name,
            release=self._device[0].zephyr if self._device and not self.never_started else "",
        )

    def _means(self, former: Session | None) -> str:
        """Return by which means the device came to its boot state; empty where there is only one."""
        if former is not None:
            return "probe's reset"
        restart = self._target.last_restart
        return restart.by if restart else "restart" if self._soft_reset else ""

    def _insist_on_one_build(self, facts: Hello) -> None:
        """End a run whose firmware was replaced: the results of two builds must not be mixed."""
        assert self._device is not None
        first = self._device[0].build
        if facts.build != first:
            raise WrongDevice(
                f"the build has changed; this run began with {first}",
                f"build {facts.build}",
                "run it again, and leave image and board alone while it runs",
            )


def _unreachable(scenario: Scenario, obstacle: str, attempt: int) -> ScenarioResult:
    return ScenarioResult(
        scenario.name, scenario.title, scenario.requirements, None, obstacle, attempt=attempt
    )


def result_of(
    title: str,
    header: Header,
    checker: Checker,
    verdict: Verdict,
    path: Path,
    wall_seconds: float,
    attempt: int = 1,
    problem: str = "",
) -> ScenarioResult:
    """Return what a verdict says of a scenario."""
    name = present_name(header.scenario or path.stem)
    named = header.requirements
    world = checker.model.world if checker.model else None
    blamed = verdict.failure.requirements if verdict.failure else ()
    if verdict.outcome is Outcome.FAILS and not blamed:
        blamed = named
    lines = "\n".join(verdict.lines())
    reason = lines if verdict.outcome is Outcome.INCONCLUSIVE else problem or lines
    return ScenarioResult(
        name,
        title,
        named,
        verdict.outcome,
        "" if verdict.outcome is Outcome.CONFORMS else reason,
        blamed,
        verdict.quirks,
        path,
        verdict.device_usec / 1e6,
        wall_seconds,
        verdict.records,
        attempt=attempt,
        failure=verdict.failure,
        out_of_reach=out_of_reach(name, named, world) if world else frozenset(),
        retry=header.retry,
    )
