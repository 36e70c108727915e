"""Runs scenarios on a target, or checks traces, and reports what was shown."""

import time
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from connmgr_hil.checker import Checker, Outcome, Verdict
from connmgr_hil.model import Profile
from connmgr_hil.targets import Target
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import DeviceFault, RigFault, UsageError
from connmgr_hil.vocabulary.observations import Header, HelloSeen

from .bench import Bench
from .results import RunReport, ScenarioResult
from .scenario import Scenario, registered
from .session import Nonconforming, Session

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

    A rig that breaks three times in a row ends the run: what follows would only repeat it.
    """
    chosen = list(scenarios) or choose(())
    report = RunReport(target.name, profile.name if profile else "")
    began = time.monotonic()
    broken = 0
    try:
        with target:
            for attempt in range(1, repeat + 1):
                for number, each in enumerate(chosen, 1):
                    suffix = f".{attempt}" if repeat > 1 else ""
                    path = out / f"{each.name}{suffix}.jsonl"
                    result = run_scenario(target, each, path, report, profile, attempt)
                    report.results.append(result)
                    if progress:
                        progress(result, number, len(chosen))
                    broken = broken + 1 if result.outcome is Outcome.RIG else 0
                    if broken == 3:
                        return report
    except KeyboardInterrupt:
        report.interrupted = True
    finally:
        report.wall_seconds = time.monotonic() - began
    return report


def run_scenario(
    target: Target,
    scenario: Scenario,
    path: Path,
    report: RunReport,
    profile: Profile | None,
    attempt: int,
) -> ScenarioResult:
    """Run one scenario and tell what it showed."""
    began = time.monotonic()
    header = Header(scenario=scenario.name, requirements=scenario.requirements)
    session = Session(target, path, header, profile)
    problem = ""
    failed = False
    obstacle = ""
    quirks: set[str] = set()
    blamed: tuple[str, ...] = ()
    try:
        with session:
            report.profile = session.profile.name
            obstacle = scenario.obstacle(session.facts, session.ifaces, session.profile)
            if not obstacle:
                bench = Bench(session)
                try:
                    scenario.body(bench)
                finally:
                    quirks = bench.quirks
    except Nonconforming as error:
        failed, problem = True, str(error)
        blamed = error.failure.requirements
    except DeviceFault as error:
        failed, problem = True, str(error)
    except RigFault as error:
        problem = str(error)
    assert session.verdict is not None
    if obstacle:
        path.unlink(missing_ok=True)
        return ScenarioResult(
            scenario.name, scenario.title, scenario.requirements, None, obstacle, attempt=attempt
        )
    verdict = session.verdict
    outcome = Outcome.FAILS if failed else verdict.outcome
    if outcome is Outcome.FAILS and not blamed:
        blamed = verdict.failure.requirements if verdict.failure else ()
        blamed = blamed or scenario.requirements
    return ScenarioResult(
        scenario.name,
        scenario.title,
        scenario.requirements,
        outcome,
        problem or ("\n".join(verdict.lines()) if outcome is not Outcome.CONFORMS else ""),
        blamed,
        tuple(sorted(quirks | set(verdict.quirks))),
        path,
        verdict.device_usec / 1e6,
        time.monotonic() - began,
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
    targets: set[str] = set()
    profiles: set[str] = set()
    report = RunReport("")
    began = time.monotonic()
    for number, path in enumerate(paths, 1):
        started = time.monotonic()
        header, name, verdict, quirks = _judge(path, profile)
        targets.add(header.target or header.platform or "?")
        if name:
            profiles.add(name)
        blamed = verdict.failure.requirements if verdict.failure else ()
        result = ScenarioResult(
            header.scenario or path.stem,
            header.scenario or path.name,
            header.requirements,
            verdict.outcome,
            "" if verdict.outcome is Outcome.CONFORMS else "\n".join(verdict.lines()),
            blamed,
            quirks,
            path,
            verdict.device_usec / 1e6,
            time.monotonic() - started,
            verdict.records,
        )
        report.results.append(result)
        if progress:
            progress(result, number, len(paths))
    report.target = ", ".join(sorted(targets))
    report.profile = profiles.pop() if len(profiles) == 1 else ""
    report.wall_seconds = time.monotonic() - began
    return report


def _judge(path: Path, profile: Profile | None) -> tuple[Header, str, Verdict, tuple[str, ...]]:
    checker = Checker(profile=profile)
    header = Header()
    quirks: set[str] = set()
    for record in read_records(path):
        if isinstance(record, Header):
            header = record
        checker.feed(record)
        if isinstance(record, HelloSeen) and not header.target:
            header = Header(target=record.facts.board)
    verdict = checker.finish()
    name = checker.model.world.profile.name if checker.model else ""
    return header, name, verdict, tuple(sorted(quirks | set(verdict.quirks)))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.rglob("*.jsonl"))
    return [path]
