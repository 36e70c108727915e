"""Runs scenarios on a target, or checks traces, and reports what was shown."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from connmgr_hil.checker import Checker, Outcome, Verdict, fed
from connmgr_hil.files import RunFolder
from connmgr_hil.model import Models, Profile
from connmgr_hil.targets import Target
from connmgr_hil.toolchain.provenance import provenance
from connmgr_hil.trace import find_traces
from connmgr_hil.vocabulary.errors import (
    BadInput,
    DeviceFault,
    NotRecorded,
    RigFault,
    Unmet,
    UsageError,
    WrongDevice,
)
from connmgr_hil.vocabulary.facts import REAL, Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import AnyRecord, Header, HelloSeen

from .bench import Bench, IfaceLacking
from .builds import Judged, by_build
from .confirming import ends_again
from .results import RunReport, ScenarioResult, with_retries
from .scenario import Scenario, registered
from .selection import choose
from .session import Session

_BROKEN = 3

Progress = Callable[[ScenarioResult, int, int], None]
"""Called after each scenario with its result, its number and how many there are."""

Watcher = Callable[[AnyRecord], None]
"""Called with every record of a run."""


def verify(
    target: Target,
    out: Path,
    *,
    scenarios: Iterable[Scenario] = (),
    repeat: int = 1,
    retry: int = 0,
    stop: bool = False,
    profile: Profile | None = None,
    progress: Progress | None = None,
    watch: Watcher | None = None,
) -> RunReport:
    """Run scenarios on a target, each on a freshly started device, with a trace for each in `out`.

    One that does not conform is tried up to `retry` times more; `stop` ends the run at the first that never does. `watch`
    is called with every record.

    A device that cannot be started three times in a row ends the run, and so do at once another device than the one that
    was meant and a disk that takes no more: what follows would only repeat it. So does a scenario with a mistake of its author's,
    which is the `mistake` of what is returned.
    """
    chosen = list(scenarios) or choose(())
    runner = _Runner(target, profile, retry=retry, watch=watch)
    report = RunReport(target.name, profile.name if profile else "", origin=provenance(target))
    began = time.monotonic()
    broken = 0
    try:
        with target:
            for attempt in range(1, repeat + 1):
                for number, each in enumerate(chosen, 1):
                    suffix = f".{attempt}" if repeat > 1 else ""
                    result = runner.run(each, out / f"{each.name}{suffix}.jsonl", attempt)
                    report.results.append(result)
                    if progress:
                        progress(result, number, len(chosen))
                    broken = broken + 1 if runner.never_started else 0
                    report.stopped = stop and not (result.held or result.outcome is None)
                    if broken == _BROKEN or runner.hopeless or report.stopped:
                        return report
    except KeyboardInterrupt:
        report.interrupted = True
    except UsageError as error:
        if not report.results:
            raise
        report.mistake = error
    finally:
        report.profile = runner.profile_name or report.profile
        report.build, report.clock = runner.build, runner.clock
        report.unrecorded = runner.unrecorded
        report.wall_seconds = time.monotonic() - began
    return report


def run_scenario(target: Target, scenario: Scenario, path: Path) -> ScenarioResult:
    """Run one scenario on a target, once, and tell what it showed."""
    return _Runner(target, None, confirms=False).run(scenario, path, 1)


def one_by_one(
    target: Target, scenarios: Iterable[Scenario], out: Path, models: Models
) -> Iterator[ScenarioResult]:
    """Yield what each scenario shows on a target, once, with its trace in `out`; whoever asks may stop at any.

    `models` remember what they worked out from one run to the next.
    """
    runner = _Runner(target, None, confirms=False, models=models)
    with target:
        for each in scenarios:
            yield runner.run(each, out / f"{each.name}.jsonl", 1)


class _Runner:
    """Runs scenarios on one target; what the device is, it says the first time."""

    def __init__(
        self,
        target: Target,
        profile: Profile | None,
        *,
        confirms: bool = True,
        models: Models | None = None,
        retry: int = 0,
        watch: Watcher | None = None,
    ) -> None:
        self._target = target
        self._profile = profile
        self._confirms = confirms
        self._retry = retry
        self._watch = watch
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

    def run(self, scenario: Scenario, path: Path, attempt: int) -> ScenarioResult:
        """Run one scenario and tell what it showed; again, with a trace of its own, as often as is allowed where it does not conform."""
        tries = [self._confirmed(scenario, path, attempt)]
        while len(tries) <= self._retry and not (
            tries[-1].held or tries[-1].outcome is None or self.hopeless
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
        self._unmet = ""
        self.never_started = False
        obstacle = scenario.obstacle(*self._device, self._target) if self._device else ""
        if obstacle:
            return _unreachable(scenario, obstacle, attempt)
        began = time.monotonic()
        header = Header(scenario=scenario.name, requirements=scenario.requirements, retry=retry)

        def play(session: Session) -> None:
            try:
                scenario.body(Bench(session, real=REAL in scenario.needs))
            except Unmet as error:
                if error.told() == missed:
                    session.breach(scenario.requirements[0], error.wanted, f"{error.seen} (twice)")
                raise

        def again(session: Session) -> bool | None:
            return ends_again(session, play)

        confirm = again if self._confirms else None
        session = Session(self._target, path, header, self._profile, self._models, confirm)
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
        except IfaceLacking as error:
            obstacle = error.wanted
        except (DeviceFault, RigFault, Unmet) as error:
            # What else ended it is not to be told of a run whose trace is not whole.
            lost = session.unrecorded and not isinstance(error, NotRecorded)
            problem = "" if lost else str(error)
            self._unmet = error.told() if isinstance(error, Unmet) else ""
            self.hopeless = isinstance(error, WrongDevice)
        if session.unrecorded:
            self.unrecorded = self.hopeless = True
        if obstacle:
            path.unlink(missing_ok=True)
            return _unreachable(scenario, obstacle, attempt)
        assert session.verdict is not None
        self.never_started = session.verdict.outcome is Outcome.RIG and not session.started
        if session.confirmation:
            problem = f"{problem}\n  {session.confirmation} starts ended so".lstrip("\n")
        wall = time.monotonic() - began
        result = _result(scenario.title, header, session.verdict, path, wall, attempt, problem)
        restart = self._target.last_restart
        by = restart.by if restart else ""
        return replace(
            result,
            restarted_by=by,
            unrecorded=self.unrecorded,
            confirmed=session.confirmation,
            device=self._target.asked or ("-t", self._target.name),
            platform=self._target.platform.name,
            release=self._device[0].zephyr if self._device else "",
        )

    def _insist_on_one_build(self, facts: Hello) -> None:
        """End a run in which the firmware was exchanged: what one build shows, the other need not."""
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


def _result(
    title: str,
    header: Header,
    verdict: Verdict,
    path: Path,
    wall_seconds: float,
    attempt: int = 1,
    problem: str = "",
) -> ScenarioResult:
    blamed = verdict.failure.requirements if verdict.failure else ()
    if verdict.outcome is Outcome.FAILS and not blamed:
        blamed = header.requirements
    lines = "\n".join(verdict.lines())
    reason = lines if verdict.outcome is Outcome.INCONCLUSIVE else problem or lines
    return ScenarioResult(
        header.scenario or path.stem,
        title,
        header.requirements,
        verdict.outcome,
        "" if verdict.outcome is Outcome.CONFORMS else reason,
        blamed,
        verdict.quirks,
        path,
        verdict.device_usec / 1e6,
        wall_seconds,
        verdict.records,
        attempt,
        failure=verdict.failure,
        retry=header.retry,
    )


def check(
    traces: Iterable[Path],
    *,
    profile: Profile | None = None,
    progress: Progress | None = None,
    seen: Callable[[Checker], None] | None = None,
) -> RunReport:
    """Judge traces from files; folders stand for all traces below them.

    Where they are of several builds, `builds` of what is returned has a report for each. Files that are no sound traces
    are in `unread`, folders of runs that did not come to their end in `unended`, and the others are judged all the same; where there is no other, `BadInput` names file and line. Raises `UsageError`
    where there is no file. `seen` gets the checker of each trace when it is done.
    """
    meant = list(traces)
    paths = find_traces(meant)
    models = Models()
    report = RunReport("", unended=RunFolder.unended(meant))
    judged: list[Judged] = []
    began = time.monotonic()
    try:
        for number, path in enumerate(paths, 1):
            try:
                judged.append(judge(path, profile, models, seen))
            except BadInput as error:
                if len(paths) == 1:
                    raise
                report.unread.append(error)
                continue
            if progress:
                progress(judged[-1].result, number, len(paths))
    except KeyboardInterrupt:
        report.interrupted = True
    if report.unread and not judged:
        first = report.unread[0]
        raise BadInput(first.wanted, first.seen, f"none of {len(paths)} files is a sound trace")
    report.results = with_retries(each.result for each in judged)
    report.target = ", ".join(sorted({each.target for each in judged}))
    profiles = {each.profile for each in judged if each.profile}
    report.profile = profiles.pop() if len(profiles) == 1 else ""
    report.wall_seconds = time.monotonic() - began
    builds = by_build(judged)
    if len(builds) == 1:
        report.build, report.dialect = builds[0].build, builds[0].dialect
    else:
        report.builds = builds
    return report


def judge(
    path: Path,
    profile: Profile | None,
    models: Models,
    seen: Callable[[Checker], None] | None = None,
) -> Judged:
    """Judge one trace, and say of which build it is. Raises `BadInput` naming file and line."""
    started = time.monotonic()
    checker = Checker(profile=profile, models=models)
    header = Header()
    hello: Hello | None = None
    for record in fed(checker, path):
        if isinstance(record, Header):
            header = record
        elif isinstance(record, HelloSeen):
            hello = hello or record.facts
            if not header.target:
                header = structs.replace(header, target=record.facts.board)
    name = checker.model.world.profile.name if checker.model else ""
    title = registered()[header.scenario].title if header.scenario in registered() else path.name
    verdict = checker.finish(cut=not checker.ended)
    if seen:
        seen(checker)
    result = _result(title, header, verdict, path, time.monotonic() - started)
    named = header.origin.device if header.origin else ()
    result = replace(
        result,
        device=named or ("-t", header.target or header.platform),
        platform=header.platform or header.target,
        release=hello.zephyr if hello else "",
    )
    if hello is None:
        return Judged(result, header.target, name)
    return Judged(result, header.target, name, hello.dialect, hello.zephyr, hello.build)
