"""Separates the evidence of different builds."""

from collections.abc import Iterable
from typing import NamedTuple

from .results import RunReport, ScenarioResult, with_retries


class Judged(NamedTuple):
    """A trace that was judged, and what it is of. `build` is what the device's hello says, empty where no hello came."""

    result: ScenarioResult
    target: str
    profile: str = ""
    dialect: str = ""
    zephyr: str = ""
    build: str = ""

    @property
    def kind(self) -> tuple[str, ...]:
        """What tells it from traces of other builds, or of the same one judged by other rules."""
        return self.profile, self.dialect, self.zephyr, self.build


def by_build(judged: Iterable[Judged]) -> list[RunReport]:
    """Return a report for each build on each target, by the rules of each profile.

    A trace in which the device never said hello is with those of its target, if they are of one build.
    """
    every = list(judged)
    known: dict[str, set[tuple[str, ...]]] = {}
    for each in every:
        if each.build:
            known.setdefault(each.target, set()).add(each.kind)
    reports: dict[tuple[str, tuple[str, ...]], RunReport] = {}
    for each in every:
        kind = each.kind
        if not each.build and len(known.get(each.target, ())) == 1:
            (kind,) = known[each.target]
        profile, dialect, _, build = kind
        fresh = RunReport(each.target, profile, build=build, dialect=dialect)
        report = reports.setdefault((each.target, kind), fresh)
        report.results.append(each.result)
        report.wall_seconds += each.result.wall_seconds
    for report in reports.values():
        report.results = with_retries(report.results)
    return [report for _, report in sorted(reports.items())]
