"""Random walks: seeded sequences of commands, judged by the model, that prefer what was not tried yet."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from connmgr_hil.checker import Outcome
from connmgr_hil.model import Models, State
from connmgr_hil.targets import Target
from connmgr_hil.vocabulary.errors import DeviceFault, RigFault, WrongDevice
from connmgr_hil.vocabulary.observations import Header
from connmgr_hil.vocabulary.stimuli import Words, advance

from . import races
from .choices import Choices, situation
from .confirming import ends_again_by_commands
from .session import Session
from .share import MOST_INCONCLUSIVE, Share

CANDIDATES = 4
"""For every other step this many commands are drawn; the one tried least in its situation is given."""

_BROKEN = 3

EXPIRE = 0.2
"""How often, where a timer of the model runs, time passes until it has run out."""


@dataclass
class WalkCoverage:
    """What the walks reached of the model."""

    states: set[State] = field(default_factory=set)
    situations: Counter[tuple[object, ...]] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, object]:
        """Return the coverage as a JSON object."""
        return {
            "states": len(self.states),
            "situations": len(self.situations),
            "answers": dict(sorted(self.answers.items())),
        }


@dataclass
class WalkReport:
    """Many walks: how they ended, and what they reached."""

    target: str
    seed: int
    walks: int = 0
    steps: int = 0
    device_seconds: float = 0.0
    wall_seconds: float = 0.0
    storms: int = 0
    failures: list[tuple[Path, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    inconclusive: int = 0
    most_inconclusive: float = MOST_INCONCLUSIVE
    coverage: WalkCoverage = field(default_factory=WalkCoverage)
    interrupted: bool = False
    unrecorded: bool = False
    """Whether the walks ended because a trace could not be written."""
    hopeless: bool = False
    """Whether the next walk would only meet the same fault."""

    @property
    def verdict(self) -> str:
        """The outcome in a word; `none` where the walks were interrupted."""
        return "none" if self.interrupted else str(self.outcome)

    in_a_row: int = 0
    """How many of the last walks found no device that started."""

    @property
    def outcome(self) -> Outcome:
        """The outcome of all walks together."""
        if self.failures:
            return Outcome.FAILS
        if self.faults:
            return Outcome.RIG
        return Outcome.INCONCLUSIVE if self.share.is_too_large else Outcome.CONFORMS

    @property
    def share(self) -> Share:
        """How many were inconclusive, and how many may be."""
        return Share(self.inconclusive, self.walks, self.most_inconclusive)

    def as_json(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        return {
            "verdict": self.verdict,
            "target": self.target,
            "seed": self.seed,
            "walks": self.walks,
            "steps": self.steps,
            "storms": self.storms,
            "inconclusive": self.inconclusive,
            "share": self.share.as_json(),
            "device_seconds": round(self.device_seconds, 6),
            "wall_seconds": round(self.wall_seconds, 6),
            "failures": [{"trace": str(path), "reason": reason} for path, reason in self.failures],
            "faults": self.faults,
            "coverage": self.coverage.as_json(),
            "interrupted": self.interrupted,
        }


OnWalk = Callable[[WalkReport, int], None]
"""Called after each walk with the report so far and how many walks there will be."""


def walk(
    target: Target,
    out: Path,
    *,
    walks: int,
    steps: int,
    seed: int,
    before: tuple[Words, ...] = (),
    stop_at: int = 10,
    first: int = 0,
    keep: bool = False,
    most_inconclusive: float = MOST_INCONCLUSIVE,
    schedules: bool = False,
    progress: OnWalk | None = None,
) -> WalkReport:
    """Walk `walks` times `steps` commands, each walk on a freshly started device.

    On a target with granted time the same seed gives the same run. Traces of walks that conform are deleted unless
    they are to be kept. `first` is the number of the first walk, on which together with the seed its choices depend.
    Together they conform if at most the share `most_inconclusive` of them is inconclusive, and none is worse.
    `before` are commands given first in each walk. After `stop_at` failures the rest is left out, and where the device could
    not be started three times in a row. With `schedules` commands are given to several threads at once, too, in orders that the
    seed decides; the firmware must be built for that.
    """
    steps_of = races.steps if schedules else _steps
    report = WalkReport(target.name, seed, most_inconclusive=most_inconclusive)
    models = Models()
    began = time.monotonic()
    try:
        with target:
            for number in range(first, first + walks):
                path = out / trace_name(seed, number)
                random = Random(f"{seed}:{number}")
                conforms = _walk_once(target, path, random, steps, before, report, models, steps_of)
                if conforms and not keep:
                    path.unlink()
                if progress:
                    progress(report, walks)
                if len(report.failures) >= stop_at or report.in_a_row == _BROKEN or report.hopeless:
                    break
    except KeyboardInterrupt:
        report.interrupted = True
    finally:
        report.wall_seconds = time.monotonic() - began
    return report


def trace_name(seed: int, number: int) -> str:
    """Return what the trace of a walk is called."""
    return f"walk-{seed}-{number}.jsonl"


def _walk_once(
    target: Target,
    path: Path,
    random: Random,
    steps: int,
    before: tuple[Words, ...],
    report: WalkReport,
    models: Models,
    steps_of: Callable[[Session, Random, int, WalkReport], None],
) -> bool:
    header = Header(scenario="walk", seed=report.seed)
    session = Session(target, path, header, models=models, confirm=ends_again_by_commands)
    report.walks += 1
    problem = ""
    try:
        with session:
            for words in before:
                session.execute(words)
            session.learn_settings()
            steps_of(session, random, steps, report)
            if not session.checker.unpredicted:
                session.execute(("state",))
    except (DeviceFault, RigFault) as error:
        problem = str(error)
        report.hopeless = isinstance(error, WrongDevice)
    finally:
        if session.verdict is not None:
            report.device_seconds += session.verdict.device_usec / 1e6
        if session.unrecorded:
            report.unrecorded = report.hopeless = True
    verdict = session.verdict
    assert verdict is not None
    unusable = verdict.outcome is Outcome.RIG and not session.started
    report.in_a_row = report.in_a_row + 1 if unusable else 0
    if verdict.outcome is Outcome.FAILS:
        reason = problem or "\n".join(verdict.lines())
        if session.confirmation:
            reason += f"\n  {session.confirmation} starts ended so"
        report.failures.append((path, reason))
    elif verdict.outcome is Outcome.RIG:
        report.faults.append(problem or "\n".join(verdict.lines()))
    elif verdict.outcome is not Outcome.CONFORMS:
        report.inconclusive += 1
    return verdict.outcome is Outcome.CONFORMS


def _steps(session: Session, random: Random, steps: int, report: WalkReport) -> None:
    assert session.checker.model is not None
    outside = session.target.platform.own_commands
    choices = Choices.swarm(session.checker.model.world, random, outside)
    coverage = report.coverage
    for _ in range(steps):
        states = session.checker.states()
        if session.checker.unpredicted or not states:
            report.storms += session.checker.unpredicted
            return
        state = states[0]
        words = _draw(session, choices, random, coverage, state)
        coverage.situations[situation(state, words)] += 1
        coverage.states.add(state)
        reply = session.attempt(words)
        report.steps += 1
        kind = words[0] if words[0] != "on" else " ".join(words[:3])
        coverage.answers[f"{kind} {reply.status}"] += 1


def _draw(
    session: Session, choices: Choices, random: Random, coverage: WalkCoverage, state: State
) -> Words:
    """Draw the next command: let a timer run out, or try something new, or anything."""
    remaining = session.checker.remaining()
    if remaining and random.random() < EXPIRE:
        return advance(random.choice(remaining) / 1e6 + 0.02)
    drawn = [choices.draw(random) for _ in range(random.choice((1, CANDIDATES)))]
    return min(drawn, key=lambda each: coverage.situations[situation(state, each)])
