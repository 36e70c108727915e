"""Judges mutants: builds them one after the other in a separate folder, and runs the suite and then walks on each."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance import run, walker
from connmgr_hil.conformance.results import ScenarioResult
from connmgr_hil.conformance.runner import Played
from connmgr_hil.conformance.scenario import Scenario
from connmgr_hil.conformance.selection import choose
from connmgr_hil.model import Models
from connmgr_hil.targets import Target, find_platform, open_target
from connmgr_hil.toolchain.building import build_again
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import Stimulus

from .mutants import Mutant
from .overlay import Overlay
from .results import MutantResult

_STARTS = 2
"""A device that finds no start so often, where the file without a change did, is the mutant's doing."""


class Order(msgspec.Struct, frozen=True):
    """What is the same for all mutants of a survey. `folder` is the survey's own."""

    platform: str
    """Its name, or the path of its file."""
    variants: tuple[str, ...]
    """Configurations of the platform, in the order of judging; the empty name is the ordinary one."""
    sources: tuple[str, ...]
    folder: str
    scenarios: tuple[str, ...] = ()
    walks: int = 0
    steps: int = 0
    seed: int = 0
    keep: bool = False
    """Whether the trace of each kill is kept."""


class Judge:
    """One pair of hands: a build folder for each variant, and what was learned from the mutants so far."""

    def __init__(self, order: Order, place: Path) -> None:
        self._order = order
        self._place = place
        self._overlays = {variant: self._prepared(variant) for variant in order.variants}
        self._scenarios = choose(order.scenarios)
        self._kills: Counter[str] = Counter()
        self._models = Models()

    def _prepared(self, variant: str) -> Overlay:
        platform = find_platform(self._order.platform)
        name = "-".join(filter(None, (platform.build_name, variant)))
        build = build_again(platform, variant, self._place / "build" / name, self._order.platform)
        overlay = Overlay(build, tuple(map(Path, self._order.sources)))
        overlay.prepare()
        return overlay

    def judge(self, mutant: Mutant) -> MutantResult:
        """Compile, compare, link and judge a mutant."""
        began = time.monotonic()
        result = self._judge(mutant)
        return msgspec.structs.replace(result, seconds=round(time.monotonic() - began, 3))

    def _judge(self, mutant: Mutant) -> MutantResult:
        traces = self._place / "traces"
        differing = unsure = ""
        for variant, overlay in self._overlays.items():
            digest, complaint = overlay.compile(mutant)
            if not digest:
                return MutantResult(mutant, "not built", complaint)
            if overlay.is_unchanged(mutant, digest):
                continue
            if not differing and (first := self._first_with(digest, mutant.name)) != mutant.name:
                return MutantResult(mutant, "same", first)
            if told := overlay.link():
                return MutantResult(mutant, "not built", told.strip().splitlines()[-1])
            differing = differing or f"{variant or 'ordinary'}"
            shutil.rmtree(traces, ignore_errors=True)
            traces.mkdir(parents=True)
            result = self._by_suite(mutant, variant, traces)
            if result.fate != "survived":
                return msgspec.structs.replace(result, variant=variant)
            unsure = unsure or result.detail
        if not differing:
            return MutantResult(mutant, "equivalent")
        return self._by_walks(mutant, traces, unsure)

    def _first_with(self, digest: str, name: str) -> str:
        """Return which mutant was the first with this object code: this one, if there was none."""
        path = Path(self._order.folder, "objects", digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(name)
        except FileExistsError:
            return path.read_text(encoding="utf-8") or name
        return name

    def _by_suite(self, mutant: Mutant, variant: str, traces: Path) -> MutantResult:
        """Return what became of the mutant: a scenario failed, the platform file refuses the build, or the rig failed; or it survived.

        An inconclusive scenario kills nothing, but says where to look.
        """
        starts, unsure = 0, ""
        # Those that killed most come first.
        order = sorted(self._scenarios, key=lambda each: -self._kills[each.name])
        for played in self._outcomes(order, variant, traces):
            result = played.result
            if result.outcome in (None, Outcome.CONFORMS):
                starts = 0
                continue
            if result.outcome is Outcome.FAILS or played.refused:
                self._kills[result.name] += 1
                return self._killed(mutant, result, "verify")
            starts += result.outcome is Outcome.RIG
            if starts == _STARTS:
                return MutantResult(mutant, "rig", result.reason, scenario=result.name)
            if result.outcome is Outcome.INCONCLUSIVE and not unsure:
                told, *_ = result.reason.splitlines() or [""]
                unsure = f"{result.name} is inconclusive: {told}"
        return MutantResult(mutant, "survived", unsure)

    def _outcomes(self, order: list[Scenario], variant: str, traces: Path) -> Iterator[Played]:
        yield from run.one_by_one(self._target(variant), order, traces, self._models)

    def _target(self, variant: str) -> Target:
        image = self._overlays[variant].image
        return open_target(self._order.platform, image=image, variant=variant, as_configured=True)

    def _by_walks(self, mutant: Mutant, traces: Path, unsure: str) -> MutantResult:
        walks = self._order.walks
        if walks:
            target = self._target(self._order.variants[0])
            report = walker.walk(
                target, traces, walks=walks, steps=self._order.steps, seed=self._order.seed, stop_at=1
            )  # fmt: skip
            if report.failures:
                judged = run.judge(report.failures[0][0], None, self._models)
                return self._killed(mutant, judged.result, "walk")
            if report.outcome is Outcome.RIG:
                return MutantResult(mutant, "rig", report.faults[-1])
        return MutantResult(mutant, "survived", unsure, walks=walks)

    def _killed(self, mutant: Mutant, found: ScenarioResult, by: str) -> MutantResult:
        assert found.trace is not None
        commands = sum(isinstance(each, Stimulus) for each in read_records(found.trace))
        if self._order.keep:
            kept = Path(self._order.folder, "traces", f"{mutant.name}.jsonl")
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(found.trace, kept)
        by_suite = by == "verify"
        return MutantResult(
            mutant,
            "killed",
            found.reason.partition("\n")[0],
            by="verify" if by_suite else "walk",
            scenario=found.name if by_suite else found.trace.stem,
            commands=commands,
            requirements=found.blamed,
            written_for=found.requirements if by_suite else (),
        )
