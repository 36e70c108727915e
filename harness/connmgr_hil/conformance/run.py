"""Runs scenarios on a target, or checks traces, and reports what was shown."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import structs

from connmgr_hil.checker import Checker, Outcome, Verdict, fed
from connmgr_hil.model import Models, Profile
from connmgr_hil.targets import Target
from connmgr_hil.vocabulary.errors import (
    DeviceFault,
    NotRecorded,
    RigFault,
    UsageError,
    WrongDevice,
)
from connmgr_hil.vocabulary.facts import REAL, Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import Header, HelloSeen

from .bench import Bench, IfaceLacking
from .results import RunReport, ScenarioResult
from .scenario import Scenario, registered
from .session import Session

Progress = Callable[[ScenarioResult, int, int], None]
"""Called after each scenario with its result, its number and how many there are."""


def choose(patterns: Iterable[str]) -> list[Scenario]:
    """Return the scenarios whose name or requirement matches one of the patterns; all without any.

    Raises `UsageError` for a pattern that matches nothing.
    """
    scenarios = registered()
    wanted = list(patterns)
    if not wanted:
        return list(scenarios.values())
    chosen: dict[str, Scenario] = {}
    for pattern in wanted:
        found = {
            each.name: each
            for each in scenarios.values()
            if any(fnmatchcase(text, pattern) for text in (each.name, *each.requirements))
        }
        if not found:
            raise UsageError(
                "a scenario's name, a requirement's id, or a pattern for them",
                repr(pattern),
                "scenarios: " + ", ".join(scenarios),
            )
        chosen |= found
    return list(chosen.values())


def verify(
    target: Target,
    out: Path,
    *,
    scenarios: Iterable[Scenario] = (),
    repeat: int = 1,
    profile: Profile | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """Run scenarios on a target, each on a freshly started device, with a trace for each in `out`.

    A rig that breaks three times in a row ends the run, and so do at once another device than the one that was meant
    and a disk that takes no more: what follows would only repeat it.
    """
    chosen = list(scenarios) or choose(())
    runner = _Runner(target, profile)
    report = RunReport(target.name, profile.name if profile else "")
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
                    broken = broken + 1 if result.outcome is Outcome.RIG else 0
                    if broken == 3 or runner.hopeless:
                        return report
    except KeyboardInterrupt:
        report.interrupted = True
    finally:
        report.profile = runner.profile_name or report.profile
        report.wall_seconds = time.monotonic() - began
    return report


def run_scenario(target: Target, scenario: Scenario, path: Path) -> ScenarioResult:
    """Run one scenario on a target and tell what it showed."""
    return _Runner(target, None).run(scenario, path, 1)


class _Runner:
    """Runs scenarios on one target; what the device is, it says the first time."""

    def __init__(self, target: Target, profile: Profile | None) -> None:
        self._target = target
        self._profile = profile
        self._models = Models()
        self._device: tuple[Hello, tuple[IfaceFacts, ...], Profile] | None = None
        self.hopeless = False
        """Whether the next scenario would only meet the same fault."""

    @property
    def profile_name(self) -> str:
        """The profile by which the device is judged, once it was seen."""
        return self._device[2].name if self._device else ""

    def run(self, scenario: Scenario, path: Path, attempt: int) -> ScenarioResult:
        """Run one scenario and tell what it showed."""
        obstacle = scenario.obstacle(*self._device, self._target) if self._device else ""
        if obstacle:
            return _unreachable(scenario, obstacle, attempt)
        began = time.monotonic()
        header = Header(scenario=scenario.name, requirements=scenario.requirements)
        session = Session(self._target, path, header, self._profile, self._models)
        problem = ""
        try:
            with session:
                self._device = (session.facts, session.ifaces, session.profile)
                obstacle = scenario.obstacle(*self._device, self._target)
                if not obstacle:
                    scenario.body(Bench(session, real=REAL in scenario.needs))
        except IfaceLacking as error:
            obstacle = error.wanted
        except (DeviceFault, RigFault) as error:
            problem = str(error)
            self.hopeless = isinstance(error, NotRecorded | WrongDevice)
        if obstacle:
            path.unlink(missing_ok=True)
            return _unreachable(scenario, obstacle, attempt)
        assert session.verdict is not None
        wall = time.monotonic() - began
        result = _result(scenario.title, header, session.verdict, path, wall, attempt, problem)
        restart = self._target.last_restart
        return replace(result, restarted_by=restart.by) if restart else result


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
    )


def check(
    traces: Iterable[Path], *, profile: Profile | None = None, progress: Progress | None = None
) -> RunReport:
    """Judge traces from files; folders stand for all traces below them.

    Raises `BadInput` naming file and line for what is no trace, and `UsageError` where there is none.
    """
    paths = [found for each in traces for found in _files(each)]
    if not paths:
        raise UsageError("at least one trace (*.jsonl)", "none", "name a trace or a folder of them")
    titles = registered()
    models = Models()
    targets: set[str] = set()
    profiles: set[str] = set()
    report = RunReport("")
    began = time.monotonic()
    for number, path in enumerate(paths, 1):
        started = time.monotonic()
        header, name, verdict = _judge(path, profile, models)
        targets.add(header.target)
        if name:
            profiles.add(name)
        title = titles[header.scenario].title if header.scenario in titles else path.name
        result = _result(title, header, verdict, path, time.monotonic() - started)
        report.results.append(result)
        if progress:
            progress(result, number, len(paths))
    report.target = ", ".join(sorted(targets))
    report.profile = profiles.pop() if len(profiles) == 1 else ""
    report.wall_seconds = time.monotonic() - began
    return report


def _judge(path: Path, profile: Profile | None, models: Models) -> tuple[Header, str, Verdict]:
    checker = Checker(profile=profile, models=models)
    header = Header()
    for record in fed(checker, path):
        if isinstance(record, Header):
            header = record
        elif isinstance(record, HelloSeen) and not header.target:
            header = structs.replace(header, target=record.facts.board)
    name = checker.model.world.profile.name if checker.model else ""
    return header, name, checker.finish()


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.rglob("*.jsonl"))
    return [path]
