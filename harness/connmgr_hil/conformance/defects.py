"""Scores the suite: every seeded defect must be caught, and for the right reason."""

import time
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from connmgr_hil.checker import Outcome
from connmgr_hil.targets import Target
from connmgr_hil.vocabulary.errors import ExitCode, HarnessError, NotRecorded, RigFault, UsageError
from connmgr_hil.vocabulary.requirements import requirements

from .bench import Bench
from .results import ScenarioResult
from .runner import Runner
from .scenario import Scenario, registered

Seat = Literal["firmware", "simulated"]
DefectOutcome = Literal["caught", "missed", "wrong_reason", "equivalent", "unreachable"]


class Defect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A defect that a device shows on purpose, by the name under which the device knows it.

    A failure must name one of `requirements`; it may name one of `accepted`, each with the reason. A defect that acts
    only `at_boot` is switched on before that. `variant` names the build in which it can be seen, and
    `equivalent` argues why nothing can observe it. Without what it `needs`, as a scenario does, the defect cannot act: then it is unreachable.
    """

    name: str
    where: tuple[Seat, ...]
    sentence: str
    requirements: tuple[str, ...]
    accepted: dict[str, str] = {}
    at_boot: bool = False
    variant: str = ""
    equivalent: str = ""
    needs: str = ""

    def is_blamed_by(self, result: ScenarioResult) -> bool:
        """Tell whether a scenario failed for the right reason."""
        return result.outcome is Outcome.FAILS and any(
            blamed in self.requirements or blamed in self.accepted for blamed in result.blamed
        )


class _Defects(msgspec.Struct, frozen=True):
    defect: tuple[Defect, ...]


@cache
def defects() -> dict[str, Defect]:
    """Return all seeded defects by name."""
    text = resources.files(__package__).joinpath("defects.toml").read_text(encoding="utf-8")
    listed = msgspec.convert(tomllib.loads(text), _Defects).defect
    table = {each.name: each for each in listed}
    unknown = {
        ident for each in listed for ident in (*each.requirements, *each.accepted)
    } - requirements().keys()
    if unknown or len(table) != len(listed):
        raise HarnessError(
            "two defects have the same name, or a requirement is unknown", str(unknown)
        )
    return table


def choose(place: Seat, patterns: Iterable[str] = ()) -> list[Defect]:
    """Return the defects of a kind of device whose name or requirement matches one of the patterns.

    Raises `UsageError` for a pattern that matches nothing.
    """
    there = [each for each in defects().values() if place in each.where]
    wanted = list(patterns)
    chosen: dict[str, Defect] = {} if wanted else {each.name: each for each in there}
    for pattern in wanted:
        found = {
            each.name: each
            for each in there
            if any(fnmatchcase(text, pattern) for text in (each.name, *each.requirements))
        }
        if not found:
            raise UsageError(
                f"no defect of the {place} device has such a name",
                repr(pattern),
                "defects: " + ", ".join(each.name for each in there),
            )
        chosen |= found
    return list(chosen.values())


@dataclass(frozen=True)
class Hunt:
    """What the suite made of one defect: the scenario that caught it, or the first that stumbled over it."""

    defect: Defect
    standing: DefectOutcome
    result: ScenarioResult | None = None
    tried: int = 0
    wall_seconds: float = 0.0

    def as_json(self) -> dict[str, object]:
        """Return the finding as a JSON object."""
        result = self.result
        return {
            "name": self.defect.name,
            "sentence": self.defect.sentence,
            "standing": self.standing,
            "requirements": list(self.defect.requirements),
            "accepted": self.defect.accepted,
            "equivalent": self.defect.equivalent,
            "scenario": result.name if result else None,
            "blamed": list(result.blamed) if result else [],
            "reason": result.reason if result else "",
            "trace": str(result.trace) if result and result.trace else None,
            "scenarios_tried": self.tried,
            "wall_seconds": round(self.wall_seconds, 3),
        }


@dataclass
class DefectReport:
    """How many of the defects the suite caught on one target."""

    target: str
    findings: list[Hunt] = field(default_factory=list)
    wall_seconds: float = 0.0
    interrupted: bool = False

    def names(self, standing: DefectOutcome) -> list[str]:
        """Return the names of the defects that stand so."""
        return [each.defect.name for each in self.findings if each.standing == standing]

    @property
    def score(self) -> float:
        """The share of the defects caught for the right reason, of those that can be observed."""
        caught = len(self.names("caught"))
        hidden = len(self.names("equivalent")) + len(self.names("unreachable"))
        observable = len(self.findings) - hidden
        return caught / observable if observable else 1.0

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of `cmhil`: 0 when nothing was missed or caught for a wrong reason."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        failed = self.names("missed") or self.names("wrong_reason")
        return ExitCode.FAILS if failed else ExitCode.CONFORMS

    def as_json(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        return {
            "target": self.target,
            "total": len(self.findings),
            "caught": self.names("caught"),
            "missed": self.names("missed"),
            "wrong_reason": self.names("wrong_reason"),
            "equivalent": self.names("equivalent"),
            "unreachable": self.names("unreachable"),
            "score": round(self.score, 4),
            "defects": [each.as_json() for each in self.findings],
            "wall_seconds": round(self.wall_seconds, 3),
            "interrupted": self.interrupted,
        }


_BROKEN = 3
"""A rig that breaks so often from the start has nothing to do with the defect."""

OpenFor = Callable[[Defect], Target]
"""Returns the target to run a defect on: of its variant, and with the defect in it if it acts at boot."""

OnHunt = Callable[[Hunt, int, int], None]
"""Called after each defect with what was found, its number and how many there are."""


def score(
    target: str,
    chosen: list[Defect],
    open_for: OpenFor,
    out: Path,
    *,
    progress: OnHunt | None = None,
) -> DefectReport:
    """Run the suite against each defect, on a freshly started device for every scenario."""
    report = DefectReport(target)
    began = time.monotonic()
    try:
        for number, defect in enumerate(chosen, 1):
            report.findings.append(hunt(defect, open_for, out / defect.name))
            if progress:
                progress(report.findings[-1], number, len(chosen))
    except KeyboardInterrupt:
        report.interrupted = True
    report.wall_seconds = time.monotonic() - began
    return report


def hunt(
    defect: Defect, open_for: OpenFor, out: Path, scenarios: Iterable[Scenario] | None = None
) -> Hunt:
    """Run scenarios until one fails for the right reason: those about the defect's requirements first.

    Only traces of failing scenarios are kept. Raises `RigFault` when nothing but the rig fails.
    """
    if defect.equivalent:
        return Hunt(defect, "equivalent")
    began = time.monotonic()
    stumbled: ScenarioResult | None = None
    tried = broken = 0
    with open_for(defect) as target:
        runner = Runner(target, confirms=False)
        for each in _nearest_first(defect, scenarios):
            result = runner.run(_seeded(each, defect), out / f"{each.name}.jsonl", 1)
            if result.outcome is None:
                continue
            if result.unrecorded:
                raise NotRecorded("a trace could not be written", result.reason)
            tried += 1
            if defect.is_blamed_by(result):
                return Hunt(defect, "caught", result, tried, time.monotonic() - began)
            if result.outcome is Outcome.FAILS:
                stumbled = stumbled or result
                continue
            broken += result.outcome is Outcome.RIG
            if broken == tried == _BROKEN:
                raise RigFault(f"{target.name} does not run", result.reason)
            if result.trace:
                result.trace.unlink(missing_ok=True)
    standing: DefectOutcome = "wrong_reason" if stumbled else "missed" if tried else "unreachable"
    return Hunt(defect, standing, stumbled, tried, time.monotonic() - began)


def _nearest_first(defect: Defect, scenarios: Iterable[Scenario] | None) -> list[Scenario]:
    near = {*defect.requirements}
    everything = registered().values() if scenarios is None else scenarios
    return sorted(everything, key=lambda each: near.isdisjoint(each.requirements))


def _seeded(scenario: Scenario, defect: Defect) -> Scenario:
    """Return the scenario with the defect switched on before it begins, if it does not act at boot."""

    def body(bench: Bench) -> None:
        try:
            bench.ask(f"defect {defect.name} on")
        except UsageError as error:
            raise UsageError(
                f"this device does not have the defect {defect.name!r}",
                error.seen,
                "run an image that was built with this version's application",
            ) from error
        scenario.body(bench)

    needs = (*scenario.needs, *filter(None, (defect.needs,)))
    return replace(scenario, body=scenario.body if defect.at_boot else body, needs=needs)
