"""Separates the evidence of different builds."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from .results import RunReport, ScenarioResult, with_retries

_Trace = TypeVar("_Trace")
_Build = tuple[str, tuple[str, ...]]


class Judged(NamedTuple):
    """A judged trace, and the device and build that it comes from. `build` is what the device's hello says, empty if no hello came."""

    result: ScenarioResult
    target: str
    profile: str = ""
    dialect: str = ""
    zephyr: str = ""
    build: str = ""

    @property
    def kind(self) -> tuple[str, ...]:
        """Distinguishes builds, and the same build judged by other rules: profile, dialect, release, build. Empty where no hello came."""
        kind = (self.profile, self.dialect, self.zephyr, self.build)
        return kind if self.dialect else ()


def apart(
    traces: Iterable[_Trace], build_of: Callable[[_Trace], _Build]
) -> dict[_Build, list[_Trace]]:
    """Group traces by device name and kind of build, in order.

    A trace without a hello joins the others of that name, if they come from one build.
    """
    every = [(*build_of(each), each) for each in traces]
    known: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for name, kind, _ in every:
        known[name] |= {kind} if kind else set()
    groups: defaultdict[_Build, list[_Trace]] = defaultdict(list)
    for name, kind, each in every:
        only = next(iter(known[name])) if len(known[name]) == 1 else ()
        groups[name, kind or only].append(each)
    return dict(sorted(groups.items()))


def by_build(judged: Iterable[Judged]) -> list[RunReport]:
    """Return a report for each build on each target, by the rules of each profile."""
    reports = []
    for (target, kind), traces in apart(judged, lambda each: (each.target, each.kind)).items():
        profile, dialect, _, build = kind or ("", "", "", "")
        results = with_retries(each.result for each in traces)
        report = RunReport(target, profile, results, build=build, dialect=dialect)
        report.wall_seconds = sum(each.result.wall_seconds for each in traces)
        reports.append(report)
    return reports
