"""Runs scenarios on a target, or checks traces, and reports what was shown."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from msgspec import structs

from connmgr_hil.checker import Checker, fed
from connmgr_hil.files import RunFolder
from connmgr_hil.model import Models, Profile
from connmgr_hil.targets import Target
from connmgr_hil.toolchain.provenance import provenance
from connmgr_hil.trace import find_traces
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from connmgr_hil.vocabulary.facts import Hello
from connmgr_hil.vocabulary.observations import Header, HelloSeen, VerdictGiven

from .builds import Judged, by_build
from .former_names import present_name
from .results import RunReport, ScenarioResult, with_retries
from .runner import Played, Runner, ScenarioTask, Watcher, result_of
from .scenario import Scenario, registered
from .selection import choose
from .side_by_side import side_by_side

_BROKEN = 3

_Read = TypeVar("_Read")
OnResult = Callable[[ScenarioResult, int, int], None]
"""Called after each scenario with its result, its number and how many there are."""


def verify(
    target: Target,
    out: Path,
    *,
    scenarios: Iterable[Scenario] | None = None,
    repeat: int = 1,
    retry: int = 0,
    stop: bool = False,
    jobs: int | None = 1,
    soft_reset: bool = False,
    profile: Profile | None = None,
    progress: OnResult | None = None,
    watch: Watcher | None = None,
    greet: Callable[[Hello], None] | None = None,
) -> RunReport:
    """Run scenarios, by default all, on a target, each on a freshly started device, with a trace for each in `out`.

    `jobs` scenarios run in parallel, each on its own device; None: one for each core, if time is granted and
    the target is a program or runs in QEMU. Results keep the order of the scenarios. Raises `UsageError` for
    more than one on any other target.

    With `soft_reset` the probe's `reset` takes the place of a restart wherever the scenario before conforms and a dump shows the state of a
    booted device. A scenario that is about the boot, or does not conform after a reset, is run after a restart, and that counts.

    A scenario that does not conform is repeated up to `retry` times, unless the device ended in it; `stop` ends the run at the first that never conforms. `watch`
    is called with every record, and `greet` with the first hello of the device.

    A device that cannot be started three times in a row ends the run, and so do at once a line on which nobody ever had the
    probe, another device than the one that was meant and a disk that takes no more: what follows would only repeat it. So does a scenario with a mistake of its author's,
    which is the `mistake` of what is returned.
    """
    chosen = choose(()) if scenarios is None else list(scenarios)
    runner = Runner(target, profile, retry=retry, watch=watch, soft_reset=soft_reset)
    report = RunReport(target.name, profile.name if profile else "", origin=provenance(target))
    report.baud = target.platform.console.baud
    began = time.monotonic()
    broken = 0
    tasks = [
        ScenarioTask(each, out / f"{each.name}{f'.{attempt}' if repeat > 1 else ''}.jsonl", attempt)
        for attempt in range(1, repeat + 1)
        for each in chosen
    ]
    try:
        with target, closing(_played(runner, tasks, jobs)) as every:
            for number, played in enumerate(every):
                result = played.result
                if number == 0 and greet and runner.hello:
                    greet(runner.hello)
                report.results.append(result)
                if progress:
                    progress(result, number % len(chosen) + 1, len(chosen))
                broken = broken + 1 if played.never_started else 0
                report.stopped = stop and not (result.held or result.outcome is None)
                if broken == _BROKEN or played.hopeless or report.stopped:
                    break
        for task in tasks[len(report.results) :]:
            task.path.unlink(missing_ok=True)  # begun beside what ended the run
    except KeyboardInterrupt:
        report.interrupted = True
    except UsageError as error:
        if not report.results:
            raise
        report.mistake = error
    finally:
        report.profile = runner.profile_name or report.profile
        report.build, report.clock = runner.build, runner.clock
        report.unrecorded = any(each.unrecorded for each in report.results)
        report.wall_seconds = time.monotonic() - began
    return report


def run_scenario(target: Target, scenario: Scenario, path: Path) -> ScenarioResult:
    """Run one scenario on a target, once, and return what it showed."""
    return Runner(target, confirms=False).run(scenario, path, 1)


def one_by_one(
    target: Target, scenarios: Iterable[Scenario], out: Path, models: Models
) -> Iterator[Played]:
    """Yield what came of each scenario on a target, run once, with its trace in `out`; the caller may stop after any of them.

    `models` remember what they worked out from one run to the next.
    """
    runner = Runner(target, confirms=False, models=models)
    with target:
        for each in scenarios:
            yield runner.play(ScenarioTask(each, out / f"{each.name}.jsonl", 1))


def _played(
    runner: Runner, tasks: Sequence[ScenarioTask], jobs: int | None
) -> Generator[Played, None, None]:
    """Yield what comes of each task, in their order. The first is run alone, for it tells what the device is."""
    if jobs not in (None, 1) and not runner.has_own_device:
        raise UsageError(
            f"{jobs} jobs cannot share this target",
            "each job starts a device for itself",
            "use --jobs with native targets, the simulated board, QEMU, or Renode as a process",
        )
    if tasks:
        yield runner.play(tasks[0])
    rest = tasks[1:]
    jobs = min(runner.jobs if jobs is None else jobs, len(rest))
    if jobs < 2:
        yield from map(runner.play, rest)
    else:
        runner.leave()
        yield from side_by_side(runner.play, rest, jobs, runner.leave)


def check(
    traces: Iterable[Path],
    *,
    profile: Profile | None = None,
    progress: OnResult | None = None,
    seen: Callable[[Checker], None] | None = None,
) -> RunReport:
    """Judge traces from files; folders stand for all traces below them.

    With traces of several builds, `builds` of the returned report has a report for each. Files that are not valid traces
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
        for each in sound(paths, lambda path: judge(path, profile, models, seen), report.unread):
            judged.append(each)
            if progress:
                progress(each.result, len(judged) + len(report.unread), len(paths))
    except KeyboardInterrupt:
        report.interrupted = True
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


def sound(
    paths: Sequence[Path], read: Callable[[Path], _Read], unread: list[BadInput]
) -> Iterator[_Read]:
    """Yield what is read from each trace; the errors of files that are not valid traces go to `unread`.

    Raises `BadInput` if there is no other.
    """
    for path in paths:
        try:
            done = read(path)
        except BadInput as error:
            if len(paths) == 1:
                raise
            unread.append(error)
        else:
            yield done
    if paths and len(unread) == len(paths):
        first = unread[0]
        raise BadInput(first.wanted, first.seen, f"none of {len(paths)} files is a valid trace")


def judge(
    path: Path,
    profile: Profile | None,
    models: Models,
    seen: Callable[[Checker], None] | None = None,
) -> Judged:
    """Judge one trace, and return its build. Raises `BadInput` naming file and line."""
    started = time.monotonic()
    checker = Checker(profile=profile, models=models)
    header = Header()
    hello: Hello | None = None
    recorded = ""
    for record in fed(checker, path):
        if isinstance(record, VerdictGiven):
            recorded = record.verdict
        elif isinstance(record, Header):
            header = record
        elif isinstance(record, HelloSeen):
            hello = hello or record.facts
            if not header.target:
                header = structs.replace(header, target=record.facts.board)
    name = checker.model.world.profile.name if checker.model else ""
    known = registered().get(present_name(header.scenario))
    title = known.title if known else path.name
    verdict = checker.finish(cut=not checker.ended)
    if seen:
        seen(checker)
    result = result_of(title, header, checker, verdict, path, time.monotonic() - started)
    named = header.origin.device if header.origin else ()
    result = replace(
        result,
        device=named or ("-t", header.target or header.platform),
        platform=header.platform or header.target,
        recorded=recorded,
        release=hello.zephyr if hello else "",
    )
    if hello is None:
        return Judged(result, header.target, name)
    return Judged(result, header.target, name, hello.dialect, hello.zephyr, hello.build)
