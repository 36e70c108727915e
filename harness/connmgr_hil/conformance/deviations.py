"""Known deviations: a run that fails in nothing else is green, and lists them."""

import datetime as dt
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from connmgr_hil.checker import Outcome
from connmgr_hil.files import read_whole
from connmgr_hil.targets import known_platforms
from connmgr_hil.vocabulary.arguments import did_you_mean, nearest
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.requirements import requirements

from .former_names import names_of
from .results import RunReport, ScenarioResult
from .scenario import registered

_MOST_BYTES = 1_000_000
_TYPO = 0.87
"""How similar a platform's name and its misspelling are: one letter in eight differs."""
_JUDGED = frozenset({Outcome.CONFORMS, Outcome.FAILS})


class Deviation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One known deviation. It is about a scenario, a requirement, or a requirement in one scenario; * and ? stand for others.

    `platform` and `release` (of Zephyr) bound where it holds, `until` how long: from the day after on it counts as a failure again.
    """

    reason: str
    scenario: str = "*"
    requirement: str = "*"
    platform: str = "*"
    release: str = "*"
    link: str = ""
    until: dt.date | None = None

    def __str__(self) -> str:
        names = [each for each in (self.scenario, self.requirement) if each != "*"]
        bounds = [each for each in (self.platform, self.release) if each != "*"]
        where = f" on {' '.join(bounds)}" if bounds else ""
        until = f", until {self.until}" if self.until else ""
        return f"{' '.join(names)}{where}: {self.reason}{f' ({self.link})' if self.link else ''}{until}"

    def is_over(self, today: dt.date) -> bool:
        """Tell whether it is no longer waited for."""
        return self.until is not None and today > self.until

    def covers(self, result: ScenarioResult) -> bool:
        """Tell whether a result is of a scenario, platform and release that it is about."""
        return (
            any(_fits(each, self.scenario) for each in names_of(result.name))
            and _fits(result.platform, self.platform)
            and _fits(result.release, self.release)
        )

    def explains(self, result: ScenarioResult) -> bool:
        """Tell whether a result fails as it says: by one of the requirements that it names."""
        failed = result.outcome is Outcome.FAILS and self.covers(result)
        return failed and any(_fits(each, self.requirement) for each in result.blamed or ("",))

    def is_gone(self, results: Iterable[ScenarioResult]) -> bool:
        """Tell whether everything that could show it ran and shows it no longer.

        Any scenario that it covers may fail by its requirement; those about the requirement must conform.
        """
        every = list(results)
        ran = {each.name for each in every if each.outcome in _JUDGED and self.covers(each)}
        unable = {each.name for each in every if each.outcome is None}
        about = [
            each
            for each in every
            if each.outcome is not None
            and self.covers(each)
            and any(_fits(requirement, self.requirement) for requirement in each.requirements)
        ]
        covered = {
            name
            for name in registered()
            if any(_fits(each, self.scenario) for each in names_of(name))
        }
        return bool(about) and all(each.held for each in about) and covered <= ran | unable


def _fits(text: str, pattern: str) -> bool:
    return fnmatchcase(text.casefold(), pattern.casefold())


class _Deviations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    deviation: tuple[Deviation, ...]


@dataclass(frozen=True)
class Known:
    """The known deviations, and the day by which they are judged."""

    deviations: tuple[Deviation, ...]
    today: dt.date

    def excuse(self, report: RunReport) -> None:
        """Mark in a report what fails as is known, and note what showed, what is gone and what is over."""
        for part in (*report.builds, report):
            part.results = [self._excused(each) for each in part.results]
        every = report.results
        in_force = [each for each in self.deviations if not each.is_over(self.today)]
        report.deviations = [
            str(each) for each in in_force if any(each.explains(result) for result in every)
        ]
        report.gone = [
            str(each)
            for each in in_force
            if str(each) not in report.deviations and each.is_gone(every)
        ]
        report.over = [
            str(each)
            for each in self.deviations
            if each.is_over(self.today) and any(each.explains(result) for result in every)
        ]

    def _excused(self, result: ScenarioResult) -> ScenarioResult:
        reasons = [
            str(each)
            for each in self.deviations
            if not each.is_over(self.today) and each.explains(result)
        ]
        return replace(result, excused=reasons[0]) if reasons else result


def read_known(path: Path, today: dt.date | None = None) -> Known:
    """Read a file of known deviations. Raises `BadInput` naming what is wrong: a name that does not exist is."""
    data = read_whole(path, "a file of known deviations", _MOST_BYTES)
    try:
        found = msgspec.convert(tomllib.loads(data.decode()), _Deviations).deviation
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} has invalid [[deviation]] tables", str(error)) from error
    for number, each in enumerate(found, 1):
        where = f"{path}: deviation {number}"
        if each.scenario == each.requirement == "*":
            raise BadInput(f"{where} names neither a scenario nor a requirement")
        for what, pattern, names in (
            ("scenario", each.scenario, list(registered())),
            ("requirement", each.requirement, list(requirements())),
        ):
            if not any(_fits(form, pattern) for name in names for form in names_of(name)):
                remedy = did_you_mean(pattern, names, f"'cmhil {what}s' lists them")
                raise BadInput(f"{where}: there is no such {what}", repr(pattern), remedy)
        platforms = ("native", *known_platforms())
        near = "" if "*" in each.platform else nearest(each.platform, platforms, _TYPO)
        if near and not any(_fits(name, each.platform) for name in platforms):
            raise BadInput(
                f"{where}: there is no such platform",
                repr(each.platform),
                f"did you mean {near!r}? For a platform of your own, end it with *",
            )
    return Known(found, today or dt.datetime.now(dt.UTC).date())
