"""The results of a run: by scenario, by requirement, and as JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from msgspec import to_builtins

from connmgr_hil.checker import Failure, Outcome
from connmgr_hil.files import replace_file
from connmgr_hil.vocabulary.errors import BadInput, ExitCode, UsageError
from connmgr_hil.vocabulary.observations import Provenance
from connmgr_hil.vocabulary.requirements import requirements

Standing = Literal["held", "failed", "quirk", "unreachable", "not_run"]
_BITS = 10
"""Eight data bits, a start bit and a stop bit."""
STANDINGS: tuple[Standing, ...] = get_args(Standing)


@dataclass(frozen=True)
class ScenarioResult:
    """One scenario on one target. `outcome` is None when it could not run there; `reason` tells why."""

    name: str
    title: str
    requirements: tuple[str, ...]
    outcome: Outcome | None
    reason: str = ""
    blamed: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()
    trace: Path | None = None
    device_seconds: float = 0.0
    wall_seconds: float = 0.0
    records: int = 0
    wire_bytes: int = 0
    """Bytes that went over the line to the device, in both directions; 0 if they were not counted."""
    attempt: int = 1
    restarted_by: str = ""
    """By which of a board's means it began; empty if there is only one."""
    unrecorded: bool = False
    """Whether it ended because its trace could not be written."""
    confirmed: str = ""
    """Of a device that ended: on how many of two starts it did; empty if that was not tried."""
    failure: Failure | None = None
    out_of_reach: frozenset[str] = frozenset()
    """Those of its requirements that it cannot hold on this build."""
    retry: int = 0
    """Number of earlier tries that did not conform."""
    earlier: tuple["ScenarioResult", ...] = ()
    """The other tries of the same scenario, if this result stands for all of them."""
    device: tuple[str, ...] = ()
    """The options that name the device, as they were given."""
    platform: str = ""
    release: str = ""
    """Zephyr's release as the device reported it; empty if it did not."""
    recorded: str = ""
    """The verdict that its trace was closed with, where it was judged again."""
    excused: str = ""
    """The known deviation by which it fails; then it does not count."""

    @property
    def is_judged_anew(self) -> bool:
        """Whether it came out otherwise when it was recorded."""
        return self.recorded in set(Outcome) - {self.outcome}

    @property
    def began(self) -> bool:
        """Whether there was a device to give commands to; if not, the rig's fault has nothing to do with the scenario."""
        return self.outcome is not Outcome.RIG or bool(self.release)

    @property
    def broken(self) -> frozenset[str]:
        """The requirements that count as failed: those that are blamed, and those that a failing scenario was written for."""
        written = self.requirements if self.outcome is Outcome.FAILS else ()
        return frozenset((*self.blamed, *written))

    @property
    def flaky(self) -> str:
        """On how many tries it did not conform, where the last one did; empty if none was needed."""
        return (
            f"{len(self.earlier)} of {len(self.earlier) + 1}" if self.earlier and self.held else ""
        )

    @property
    def ended_device(self) -> bool:
        """Whether the device crashed, hung, restarted or corrupted its memory: no other try makes that undone."""
        return any(each.startswith("REQ-LIFE") for each in self.blamed)

    @property
    def held(self) -> bool:
        """Whether it ran and conforms."""
        return self.outcome is Outcome.CONFORMS

    def as_json(self) -> dict[str, object]:
        """Return the result as a JSON object."""
        return {
            "name": self.name,
            "title": self.title,
            "outcome": str(self.outcome) if self.outcome else "unreachable",
            "reason": self.reason,
            "requirements": list(self.requirements),
            "blamed": list(self.blamed),
            "quirks": list(self.quirks),
            "trace": str(self.trace) if self.trace else None,
            "device_seconds": round(self.device_seconds, 6),
            "wall_seconds": round(self.wall_seconds, 6),
            "records": self.records,
            "wire_bytes": self.wire_bytes,
            "attempt": self.attempt,
            "restarted_by": self.restarted_by,
            "confirmed": self.confirmed,
            "device": list(self.device),
            "platform": self.platform,
            "release": self.release,
            "excused": self.excused,
            "flaky": self.flaky,
            "earlier": [each.as_json() for each in self.earlier],
        }


def with_retries(results: Iterable[ScenarioResult]) -> list[ScenarioResult]:
    """Return results with the tries of one scenario as one, which has the others as `earlier`: the last, or the first that ended the device."""
    tries: dict[object, list[ScenarioResult]] = {}
    for result in results:
        place: object = result.trace
        if result.trace is not None:
            place = result.trace.parent, result.trace.stem.removesuffix(f".retry{result.retry}")
        tries.setdefault((result.name, result.attempt, place), []).append(result)
    return [_as_one(sorted(each, key=lambda one: one.retry)) for each in tries.values()]


def _as_one(tries: list[ScenarioResult]) -> ScenarioResult:
    told = next((each for each in tries if each.ended_device), tries[-1])
    return replace(told, earlier=(*told.earlier, *(each for each in tries if each is not told)))


@dataclass
class RunReport:
    """A run of many scenarios, or a check of many traces, on one target."""

    target: str
    profile: str = ""
    results: list[ScenarioResult] = field(default_factory=list)
    wall_seconds: float = 0.0
    interrupted: bool = False
    stopped: bool = False
    """Whether it ended at the first scenario that did not conform, as was asked."""
    build: str = ""
    """What the device said it was built from, where all is of one build and that is known."""
    dialect: str = ""
    clock: str = ""
    """By which clock a device ran: `granted`, or `real` where its time goes by itself; empty if that is not known."""
    baud: int = 0
    """Bits per second of the line that the platform file names; an emulator's is faster."""
    builds: list["RunReport"] = field(default_factory=list)
    """A report for each build, if there are several: each has its own verdict, and this report has the worst."""
    unrecorded: bool = False
    """Whether the run ended because a trace could not be written."""
    unread: list[BadInput] = field(default_factory=list)
    """Why files were left out that are not valid traces."""
    unended: list[Path] = field(default_factory=list)
    """Folders of runs that were killed or interrupted, or are still under way."""
    deviations: list[str] = field(default_factory=list)
    """Known deviations that showed; what fails by them alone does not count."""
    gone: list[str] = field(default_factory=list)
    """Known deviations that no longer show, though everything ran that could show them."""
    over: list[str] = field(default_factory=list)
    """Known deviations that still show after the day until which they were waited for."""
    origin: Provenance | None = None
    """Where the evidence comes from, where all of it comes from one image."""
    mistake: UsageError | None = None
    """What is wrong with the scenario that ended the run, where it is the scenario that was wrong."""

    @property
    def outcome(self) -> Outcome:
        """The outcome of all scenarios together.

        A run without any result is inconclusive, and so is one with an unknown part.
        """
        outcomes = [
            Outcome.CONFORMS if result.excused else result.outcome
            for result in self.results
            if result.outcome
        ]
        if self.unread or self.unended or self.mistake:
            outcomes.append(Outcome.INCONCLUSIVE)
        return Outcome.worst(outcomes) if outcomes else Outcome.INCONCLUSIVE

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of `cmhil`: a device that fails weighs most, then a file that is no good."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if (self.unread or self.mistake) and self.outcome is not Outcome.FAILS:
            return ExitCode.USAGE
        return self.outcome.exit_code

    @property
    def verdict(self) -> str:
        """The outcome in a word; `none` if the run was interrupted, because its rest is unknown."""
        return "none" if self.interrupted else str(self.outcome)

    def every(self) -> Iterator[ScenarioResult]:
        """Yield all results, and the tries before the last of each."""
        for each in self.results:
            yield from each.earlier
            yield each

    def by_requirement(self) -> dict[str, Standing]:
        """Return how each requirement stands that applies to the profile."""
        broken = [(each, each.broken) for each in self.results]
        return {
            ident: self._standing(ident, [each for each, those in broken if ident in those])
            for ident, requirement in requirements().items()
            if not self.profile or requirement.applies_to(self.profile)
        }

    def _standing(self, ident: str, blamed: list[ScenarioResult]) -> Standing:
        every = requirements()[ident].in_every_run
        about = [
            each
            for each in self.results
            if every or (ident in each.requirements and ident not in each.out_of_reach)
        ]
        if any(not result.excused for result in blamed):
            return "failed"
        if blamed or any(ident in result.quirks for result in self.results):
            return "quirk"
        if any(result.outcome is Outcome.CONFORMS for result in about):
            return "held"
        if any(result.outcome is None for result in about):
            return "unreachable"
        return "not_run"

    def restarts(self) -> dict[str, int]:
        """Return how many scenarios each means of a board brought to their boot; empty if there is only one."""
        return dict(Counter(each.restarted_by for each in self.results if each.restarted_by))

    @property
    def wire_bytes(self) -> int:
        """Bytes that went over the line, in both directions."""
        return sum(each.wire_bytes for each in self.results)

    @property
    def wire_seconds(self) -> float:
        """How long these bytes take on the board's line, at ten bits for each."""
        return self.wire_bytes * _BITS / self.baud if self.baud else 0.0

    def counts(self) -> dict[Standing, int]:
        """Return how many requirements stand how."""
        standings = list(self.by_requirement().values())
        return {standing: standings.count(standing) for standing in STANDINGS}

    def as_json(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        return {
            "verdict": self.verdict,
            "target": self.target,
            "build": self.build,
            "profile": self.profile,
            "clock": self.clock,
            "origin": to_builtins(self.origin) if self.origin else None,
            "scenarios": [result.as_json() for result in self.results],
            "requirements": self.counts(),
            "restarts": self.restarts(),
            "by_requirement": self.by_requirement(),
            "flaky": {each.name: each.flaky for each in self.results if each.flaky},
            "device_seconds": round(sum(each.device_seconds for each in self.results), 6),
            "wall_seconds": round(self.wall_seconds, 6),
            "records": sum(each.records for each in self.results),
            "wire_bytes": self.wire_bytes,
            "wire_seconds": round(self.wire_seconds, 3),
            "interrupted": self.interrupted,
            "stopped": self.stopped,
            "mistake": self.mistake.told() if self.mistake else "",
            "builds": [each.as_json() for each in self.builds],
            "deviations": {"seen": self.deviations, "gone": self.gone, "over": self.over},
            "unended": [str(each) for each in self.unended],
            "unread": [f"{each.wanted}: {each.seen}" for each in self.unread],
        }

    def write_json(self, path: Path) -> None:
        """Write the report as JSON. Raises `NotRecorded` when it cannot be written."""
        replace_file(path, json.dumps(self.as_json(), indent=1) + "\n")
