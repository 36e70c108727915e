"""The content of a report, gathered from traces and from nothing else."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from connmgr_hil.checker import Failure, Outcome, check_trace
from connmgr_hil.conformance.builds import Judged, apart
from connmgr_hil.conformance.deviations import Known
from connmgr_hil.conformance.findings import findings
from connmgr_hil.conformance.former_names import present_name
from connmgr_hil.conformance.results import RunReport, ScenarioResult, Standing, with_retries
from connmgr_hil.conformance.run import judge, sound
from connmgr_hil.conformance.scenario import Scenario, obstacle_everywhere, registered
from connmgr_hil.files import RunFolder
from connmgr_hil.model import Models
from connmgr_hil.model.profiles import PROFILES, profile_named
from connmgr_hil.trace import find_traces, read_records, read_trace
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.observations import Header, HelloSeen
from connmgr_hil.vocabulary.requirements import requirements

from .history import Run, history, latest_only, option_given, run_of, runs_below
from .identity import Identity, identify
from .timeline import Timeline, draw_up

_FIRST = {Outcome.FAILS: 0, Outcome.RIG: 1, Outcome.INCONCLUSIVE: 2, Outcome.CONFORMS: 3}


@dataclass(frozen=True)
class Shortest:
    """The shortest command sequence that `cmhil shrink` found for a failure, and its trace."""

    trace: Path
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """One trace: how it is judged now, and what happened when.

    `recorded` is the verdict at the time of recording; `which` tells traces of one scenario apart.
    """

    ident: str
    platform: str
    simulated: bool
    which: str
    result: ScenarioResult
    outcome: Outcome
    failure: Failure | None
    timeline: Timeline
    target: str
    host_seconds: float
    note: str
    recorded: str
    shortest: Shortest | None
    superseded: bool
    """Whether it was tried again, and conforms then: it counts no more, and is reported as flaky."""

    @property
    def counts(self) -> bool:
        """Whether the verdict depends on it."""
        return not (self.superseded or self.result.excused)

    @property
    def shrunk(self) -> bool:
        """Whether the shortest sequence for its failure is known, or is this trace itself."""
        trace = self.result.trace
        return self.shortest is not None or (trace is not None and trace.stem.endswith(".min"))

    @property
    def label(self) -> str:
        """The scenario's name, with what tells this trace from others of it."""
        return f"{self.result.name} ({self.which})" if self.which else self.result.name


@dataclass(frozen=True)
class PlatformEvidence:
    """What all traces of one platform show together.

    `board` is the platform's name alone, which several builds share. `report` also holds the scenarios that cannot run there, `absent` names those that could have and
    left no trace.
    """

    identity: Identity
    board: str
    report: RunReport
    stories: tuple[Story, ...]
    absent: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name under which the page shows this platform."""
        return self.identity.name

    @property
    def outcome(self) -> Outcome:
        """The outcome of this platform's traces: what another build showed does not count."""
        return Outcome.worst([each.outcome for each in self.stories if each.counts])

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """How each requirement stands that the device's release has: unreachable only if no scenario could show it here."""
        standings = self.report.by_requirement()
        for requirement, standing in standings.items():
            if standing == "unreachable" and self._able(requirement):
                standings[requirement] = "not_run"
        return standings

    def _able(self, requirement: str) -> list[str]:
        """Return the scenarios that could show a requirement here and left no trace."""
        return [each for each in self.absent if requirement in registered()[each].requirements]

    def standing(self, requirement: str) -> Standing | None:
        """Return how a requirement stands; None if the device's release does not have it."""
        return self.standings.get(requirement)

    def reason(self, requirement: str) -> str:
        """Return why a requirement was not shown here, or an empty string."""
        standing = self.standing(requirement)
        if standing is None:
            return f"applies from profile {requirements()[requirement].since} on"
        about = [each for each in self.report.results if requirement in each.requirements]
        if standing == "unreachable":
            reasons = (each.reason for each in about if each.outcome is None)
            return "; ".join(dict.fromkeys(reasons))
        if standing == "not_run":
            if able := self._able(requirement):
                return "its scenarios left no trace: " + ", ".join(able)
            if about:
                return "its scenarios did not conform: " + ", ".join(
                    sorted({each.name for each in about})
                )
            every = requirements()[requirement].in_every_run
            return "no run that conformed could show it" if every else "no scenario shows it"
        return ""


@dataclass(frozen=True)
class ReportEvidence:
    """All that a report says. Equal traces give equal evidence. `unread` tells why files were left out.

    `unended` are folders of runs that were killed, or are still under way.
    """

    platforms: tuple[PlatformEvidence, ...]
    unread: tuple[BadInput, ...] = ()
    unended: tuple[Path, ...] = ()
    runs: tuple[Run, ...] = ()
    """The runs in whose folders the traces are, if there are several."""

    @property
    def stories(self) -> tuple[Story, ...]:
        """All traces, those that did not conform first."""
        every = [story for platform in self.platforms for story in platform.stories]
        return tuple(sorted(every, key=lambda story: _FIRST[story.outcome]))

    @property
    def outcome(self) -> Outcome:
        """The outcome of all traces together; nothing conforms if a part of it is unknown."""
        partly = [Outcome.INCONCLUSIVE] if self.unread or self.unended else []
        return Outcome.worst([*partly, *(each.outcome for each in self.counting)])

    @property
    def counting(self) -> tuple[Story, ...]:
        """All traces but those of tries after which another conforms, and of known deviations."""
        return tuple(story for story in self.stories if story.counts)

    @property
    def quirks(self) -> dict[str, tuple[Story, ...]]:
        """The known quirks that showed, by requirement, with the traces that show each."""
        found: dict[str, list[Story]] = {}
        for story in self.stories:
            for quirk in story.result.quirks:
                found.setdefault(quirk, []).append(story)
        return {quirk: tuple(stories) for quirk, stories in sorted(found.items())}

    @property
    def causes(self) -> list[tuple[Story, ...]]:
        """What did not conform, by its cause: the shortest trace of each first."""
        by_trace = {story.result.trace: story for story in self.counting}
        found = findings(story.result for story in self.counting)
        return [tuple(by_trace[each.trace] for each in one.results) for one in found]

    def with_outcome(self, outcome: Outcome) -> tuple[Story, ...]:
        """Return the traces that count and were judged so."""
        return tuple(story for story in self.counting if story.outcome is outcome)


@dataclass(frozen=True)
class _Origin:
    path: Path
    header: Header
    hello: HelloSeen | None
    judged: Judged

    @property
    def platform(self) -> str:
        board = self.hello.facts.board if self.hello else ""
        return self.header.platform or board or "unknown"


_BuildKey = tuple[str, tuple[str, ...]]


def gather(paths: Iterable[Path], known: Known | None = None) -> ReportEvidence:
    """Judge traces and gather what they show, each build by itself; folders stand for all traces (*.jsonl) below them.

    Of several runs of one target only the latest counts. What fails as is `known` does not count; without it, what did not
    count in the run itself. Files that are not valid traces are in `unread`. Raises `BadInput` naming file and line where there is no other, and
    `UsageError` if there is none at all.
    """
    meant = list(paths)
    runs = runs_below(meant)
    files = latest_only(sorted(find_traces(meant)), runs)
    unread: list[BadInput] = []
    models = Models()
    origins = sound(files, lambda file: _origin(file, models), unread)
    groups = apart(origins, lambda each: (each.platform, each.judged.kind))
    platforms: list[PlatformEvidence] = []
    number = 0
    for group, members in groups.items():
        excuse = known.excuse if known else partial(_excuse_as_then, runs=runs)
        platforms.append(_shown(members, number, _suffix(group, groups), excuse))
        number += len(members)
    unended = tuple(RunFolder.unended(meant))
    return ReportEvidence(tuple(platforms), tuple(unread), unended, history(runs))


def _suffix(group: _BuildKey, groups: Iterable[_BuildKey]) -> tuple[bool, bool]:
    """Tell whether release and build must be named to tell a platform from others."""
    platform, build = group
    alike = [each for name, each in groups if name == platform]
    releases = {each[:2] for each in alike}
    return len(releases) > 1, sum(each[:2] == build[:2] for each in alike) > 1


def _origin(path: Path, models: Models) -> _Origin:
    """Judge a trace, and learn where it comes from. Raises `BadInput` for what is not a valid trace."""
    records = read_records(path)
    header = next(records)
    assert isinstance(header, Header)
    hello = next((record for record in records if isinstance(record, HelloSeen)), None)
    return _Origin(path, header, hello, judge(path, profile_named(header.profile), models))


def _shown(
    origins: list[_Origin],
    number: int,
    told: tuple[bool, bool],
    excuse: Callable[[RunReport], None],
) -> PlatformEvidence:
    order = list(registered())
    origins, shortest = _without_shortest(origins)
    origins = sorted(
        origins, key=lambda each: (_place(order, present_name(each.header.scenario)), each.path)
    )
    report = _report(origins)
    excuse(report)
    hellos = [origin.hello for origin in origins if origin.hello]
    identity = identify(origins[0].header, hellos, report.profile)
    board = identity.name
    release, build = told
    if release and report.profile:
        identity = replace(identity, name=f"{identity.name} · {report.profile}")
    if build:
        builds = ", ".join(identity.builds) or "unknown"
        given = origins[0].header.origin
        variant = option_given(given.device, "--variant") if given else ""
        parts = filter(None, (identity.name, variant, f"build {builds}"))
        identity = replace(identity, name=" · ".join(parts))
    report.target = identity.name
    flaky = {each.trace: each for each in with_retries(report.results) if each.flaky}
    dropped = {each.trace for last in flaky.values() for each in last.earlier}
    names = [each.name for each in report.results if each.trace not in dropped]
    stories = []
    for place, (origin, result) in enumerate(zip(origins, report.results, strict=True), number + 1):
        failed = result.outcome is Outcome.FAILS
        profile = profile_named(origin.header.profile)
        failure = check_trace(origin.path, profile).failure if failed else None
        trace = read_trace(origin.path)
        stories.append(
            Story(
                f"s{place}",
                identity.name,
                identity.simulated,
                _which(origin.path, result.name)
                if result.trace in dropped or names.count(result.name) > 1
                else "",
                replace(flaky.get(result.trace, result), wall_seconds=0.0),
                result.outcome or Outcome.INCONCLUSIVE,
                failure,
                draw_up(trace.records, failure, failed=failed),
                origin.header.target or identity.name,
                trace.records[-1].h,
                origin.header.note,
                result.recorded,
                shortest.get(origin.path.stem) if failed else None,
                result.trace in dropped,
            )
        )
    report.results = [story.result for story in stories if not story.superseded]
    present = {present_name(origin.header.scenario) for origin in origins}
    unreachable, absent = _missing(present, hellos, report.profile)
    report.results += unreachable
    return PlatformEvidence(identity, board, report, tuple(stories), absent)


def _excuse_as_then(report: RunReport, runs: Sequence[Run]) -> None:
    """Mark in a report what did not count in the run that it comes from, where it still fails."""

    def excused(result: ScenarioResult) -> ScenarioResult:
        run = run_of(result.trace, runs) if result.trace else None
        if result.outcome is not Outcome.FAILS or run is None or result.trace is None:
            return result
        return replace(result, excused=run.excuse(result.trace))

    report.results = [excused(each) for each in report.results]
    report.deviations = list(dict.fromkeys(each.excused for each in report.results if each.excused))


def _report(origins: list[_Origin]) -> RunReport:
    profiles = {origin.judged.profile for origin in origins if origin.judged.profile}
    profile = profiles.pop() if len(profiles) == 1 else ""
    return RunReport("", profile, [origin.judged.result for origin in origins])


def _without_shortest(origins: list[_Origin]) -> tuple[list[_Origin], dict[str, Shortest]]:
    """Take out the traces that `cmhil shrink` made of others (X.min.jsonl of X.jsonl)."""
    stems = {origin.path.stem for origin in origins}
    shortest = {}
    kept = []
    for origin in origins:
        whole = origin.path.stem.removesuffix(".min")
        if whole == origin.path.stem or whole not in stems:
            kept.append(origin)
            continue
        commands = draw_up(read_trace(origin.path).records).commands
        shortest[whole] = Shortest(origin.path, commands)
    return kept, shortest


def _which(path: Path, scenario: str) -> str:
    return path.parent.name if present_name(path.stem) == scenario else path.stem


def _place(order: list[str], scenario: str) -> int:
    return order.index(scenario) if scenario in order else len(order)


def _missing(
    present: set[str], hellos: list[HelloSeen], profile: str
) -> tuple[list[ScenarioResult], tuple[str, ...]]:
    """Tell scenarios without a trace apart: those that none of the builds can run, and those that were not run."""
    unreachable: list[ScenarioResult] = []
    absent: list[str] = []
    builds = list({hello.facts.build: hello for hello in hellos}.values())
    for scenario in registered().values():
        if scenario.name in present:
            continue
        obstacle = _obstacle(scenario, builds, profile)
        if obstacle:
            unreachable.append(
                ScenarioResult(scenario.name, scenario.title, scenario.requirements, None, obstacle)
            )
        else:
            absent.append(scenario.name)
    return unreachable, tuple(absent)


def _obstacle(scenario: Scenario, builds: list[HelloSeen], profile: str) -> str:
    if not profile:
        return ""
    devices = ((build.facts, build.ifaces, PROFILES[profile]) for build in builds)
    return obstacle_everywhere(scenario, devices)
