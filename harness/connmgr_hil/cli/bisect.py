"""`cmhil bisect`: which commit of Zephyr broke it."""

import os
import shlex
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from connmgr_hil.vocabulary.errors import ExitCode, RigFault, UsageError
from connmgr_hil.vocabulary.escaping import on_one_line

from .parameter_types import forget
from .target_options import out_option, variant_option

if TYPE_CHECKING:
    from connmgr_hil.conformance.results import RunReport, ScenarioResult
    from connmgr_hil.conformance.scenario import Scenario
    from connmgr_hil.targets import Platform, Target
    from connmgr_hil.toolchain.bisecting import History, Judgement

_SHRINK_SECONDS = 30.0


@click.command()
@click.argument("good", metavar="GOOD")
@click.argument("bad", metavar="BAD")
@click.option(
    "-t", "--target", required=True, metavar="TARGET", help="A native platform or an emulator."
)
@variant_option
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="PATTERN",
    help="Judge by these scenarios only (repeatable).",
)
@click.option(
    "--trace",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Judge by the commands of this trace; a commit with the same failure is bad.",
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="PATH",
    help="Only commits that touch this path, such as subsys/net (repeatable).",
)
@out_option
def bisect(
    good: str,
    bad: str,
    target: str,
    variant: str,
    scenarios: tuple[str, ...],
    trace: Path | None,
    paths: tuple[str, ...],
    out: Path | None,
) -> int:
    """Find the first commit of a Zephyr tree that makes a target fail.

    ZEPHYR_BASE or the west workspace names the tree. The search uses a temporary second checkout. It builds and judges every
    commit that git proposes, and skips those that do not build. The result is the commit, the broken requirement, and
    the shortest sequence that shows the failure.

    \b
    cmhil bisect v4.1.0 main -t native_sim_64
    cmhil bisect v4.1.0 main -t native_sim_64 --scenario 'REQ-CTL-02*' --path subsys/net
    cmhil bisect HEAD~30 HEAD -t native_sim_64 --trace out/shrink/walk-1-0.min.jsonl
    """
    from connmgr_hil.conformance import bisection, selection
    from connmgr_hil.targets import find_platform, spelled
    from connmgr_hil.toolchain.bisecting import History, built_from
    from connmgr_hil.toolchain.building import native_to_build
    from connmgr_hil.toolchain.zephyr_tree import find_tree

    began = time.monotonic()
    platform = native_to_build() if spelled(target) == "native" else find_platform(target)
    if platform.kind not in ("native", "qemu", "renode"):
        raise UsageError(
            "this target cannot be bisected",
            f"{platform.name}: {platform.description}",
            "name a native platform or an emulator",
        )
    if platform.build_name != platform.name:
        builder = find_platform(platform.build_name)
    else:
        builder = platform
    home = out or Path("out", "bisect")
    forget(home / bisection.NAME)
    history = History(find_tree(), home / "zephyr")
    first, last = history.commit(good), history.commit(bad)
    with history.checked_out(last), built_from(history.place, home / "build", builder):
        named = target if platform.name != spelled(target) and "/" in target else platform.name
        judge = _Judge(history, builder, named, variant, home, selection.choose(scenarios), trace)
        judge.learn(last, first)
        found = history.halve(first, last, judge, paths)
        seconds = time.monotonic() - began
        if not found.is_certain:
            click.echo(f"one of these, the others could not be judged ({seconds:.0f} s):")
            for commit in found.commits:
                click.echo(f"  {on_one_line(history.told(commit))}")
            return ExitCode.INCONCLUSIVE
        (culprit,) = found.commits
        judge.explain(culprit)
        click.echo(f"\nFIRST BAD COMMIT  {on_one_line(history.told(culprit))}")
        click.echo(history.stat(culprit))
        click.echo(
            f"{judge.judged} commits were built and judged, the two ends among them, in {seconds:.0f} s"
        )
        click.echo(
            f"bug report:  {shlex.join(['cmhil', 'report', str(home), '--issue', 'bug.md'])}"
        )
    return ExitCode.CONFORMS


@dataclass
class _Judge:
    """Builds each commit and tells whether it fails as the bad one does."""

    history: "History"
    platform: "Platform"
    target: str
    variant: str
    home: Path
    scenarios: "list[Scenario]"
    trace: Path | None
    shown: dict[str, "ScenarioResult"] = field(default_factory=dict)
    """The failure to look at, by the commit that shows it."""
    judged: int = 0
    """Number of commits that were built and judged, including the two ends."""

    def learn(self, bad: str, good: str) -> None:
        """Find what is wrong with the bad commit and right with the good one; only that is looked at from then on.

        Raises `UsageError` when nothing is.
        """
        click.echo(f"       bad  {on_one_line(self._told(bad))}")
        failing = self._failing(bad)
        if not failing:
            raise UsageError(
                "the bad commit conforms", self._told(bad), "use a newer one, or another scenario"
            )
        if self.trace is None:
            names = {each.name for each in failing}
            self.scenarios = [each for each in self.scenarios if each.name in names]
        self.history.go(good)
        click.echo(f"      good  {on_one_line(self._told(good))}")
        before = self._failing(good)
        names = {each.name for each in before}
        if self.trace is None:
            self.scenarios = [each for each in self.scenarios if each.name not in names]
        if before and (self.trace or not self.scenarios):
            raise UsageError(
                "the good commit fails in the same way",
                f"{self._told(good)}, in {', '.join(sorted(names))}",
                "use an older one",
            )
        if self.trace is None:
            told = ", ".join(each.name for each in self.scenarios[:6])
            more = len(self.scenarios) - 6
            click.echo(f"judged by {told}{f' and {more} more' if more > 0 else ''}")

    def __call__(self, commit: str, left: int) -> "Judgement":
        from connmgr_hil.toolchain.bisecting import Judgement

        click.echo(f"  {left:>4} left  {on_one_line(self._told(commit))}")
        try:
            failing = self._failing(commit)
        except RigFault as error:
            click.echo(
                f"        skipped: {on_one_line(error.seen.splitlines()[0] if error.seen else error.wanted)}"
            )
            return Judgement.SKIP
        return Judgement.BAD if failing else Judgement.GOOD

    def _failing(self, commit: str) -> "list[ScenarioResult]":
        """Build a commit that is checked out and return what fails. Raises `RigFault` when it does not build or run."""
        from connmgr_hil.checker import Outcome
        from connmgr_hil.conformance import run
        from connmgr_hil.targets import open_target
        from connmgr_hil.toolchain.building import plan_build, run_build

        began = time.monotonic()
        run_build(plan_build(self.platform, variant=self.variant))
        built = time.monotonic()
        folder = self.home / commit[:12]
        with open_target(self.target, variant=self.variant) as bench:
            if self.trace is not None:
                failing = self._replayed(bench, folder)
            else:
                report = run.verify(bench, folder, scenarios=self.scenarios)
                _insist_on_verdict(report)
                failing = [each for each in report.results if each.outcome is Outcome.FAILS]
        self.judged += 1
        verdict = click.style("fails", fg="red") if failing else click.style("conforms", fg="green")
        click.echo(
            f"        {verdict}   built in {built - began:.0f} s, judged in {time.monotonic() - built:.1f} s"
        )
        if failing:
            self.shown[commit] = min(failing, key=lambda each: each.records)
        return failing

    def _replayed(self, bench: "Target", folder: Path) -> "list[ScenarioResult]":
        from connmgr_hil.conformance import shrinker
        from connmgr_hil.conformance.reduction import complaint_of, signature
        from connmgr_hil.conformance.replaying import recorded_in
        from connmgr_hil.conformance.results import ScenarioResult

        assert self.trace is not None
        recorded = recorded_in(self.trace)
        path = folder / f"{self.trace.stem}.jsonl"
        verdict = shrinker.replayed(
            bench, recorded.commands, path, f"replay of {self.trace.name}", strict=recorded.is_sound
        )
        if verdict.failure is None and verdict.reason:
            raise RigFault("the replay has no verdict", verdict.reason)
        wanted = complaint_of(self.trace).signature
        if verdict.failure is None or signature(verdict.failure) != wanted:
            return []
        lines = "\n".join(verdict.lines())
        return [
            ScenarioResult(
                self.trace.stem,
                "the trace given",
                (),
                verdict.outcome,
                lines,
                verdict.failure.requirements,
                trace=path,
                failure=verdict.failure,
                records=verdict.records,
            )
        ]

    def explain(self, culprit: str) -> None:
        """Show how the first bad commit fails, and the shortest sequence that shows it, on that commit's build."""
        from connmgr_hil.conformance import export, shrinker
        from connmgr_hil.conformance.bisection import Bisection
        from connmgr_hil.conformance.findings import Finding
        from connmgr_hil.targets import Choice, find_image, open_target
        from connmgr_hil.toolchain.building import plan_build, run_build

        from .closing import asked

        result = self.shown[culprit]
        assert result.trace is not None
        click.echo("\n" + "\n".join(on_one_line(line) for line in result.reason.splitlines()))
        for line in asked(Finding((result,))):
            click.echo(line)
        self.history.go(culprit)
        run_build(plan_build(self.platform, variant=self.variant))
        image = find_image(self.platform, None, self.variant)
        minimal = self.home / f"{result.trace.stem}.min.jsonl"
        found = Bisection(
            commit=culprit,
            told=self._told(culprit),
            scenario=result.name,
            trace=os.path.relpath(result.trace, self.home),
            image=os.path.relpath(image, self.home),
            target=self.target,
            variant=self.variant,
        )
        try:
            shrunk = shrinker.shrink(
                open_target(self.target, variant=self.variant),
                result.trace,
                minimal,
                budget=_SHRINK_SECONDS,
                confirm=2,
            )
        except UsageError as error:  # only the scenario noticed it
            click.echo(f"  trace:         {result.trace} ({on_one_line(error.seen)})")
            found.write(self.home)
            return
        click.echo("\n".join(shrunk.lines()[len(shrunk.failure.lines()) :]))
        choice = Choice(self.target, image, self.variant)
        written = export.write_tests(shrunk, self.home, result.trace.stem, choice)
        click.echo("\n".join(written.lines()))
        found = structs.replace(found, shortest=minimal.name)
        found.write(self.home)
        words = found.again(self.home)
        click.echo(f"  replay:        {shlex.join(words)}")

    def _told(self, commit: str) -> str:
        return self.history.told(commit)


def _insist_on_verdict(report: "RunReport") -> None:
    """Raise `RigFault` where nothing is known of a commit because the rig broke or the run is inconclusive."""
    from connmgr_hil.checker import Outcome

    if report.outcome in (Outcome.RIG, Outcome.INCONCLUSIVE):
        first = next(each for each in (*report.results, None) if each is None or not each.held)
        raise RigFault("the run has no verdict", first.reason if first else "nothing ran")
