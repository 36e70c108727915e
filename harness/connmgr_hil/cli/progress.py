"""Shows how a run goes while it goes, and what it showed when it is over."""

import shutil
from types import TracebackType
from typing import Self

import click

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.results import RunReport, ScenarioResult

from .output import fancy

_MARKS = {
    Outcome.CONFORMS: "ok",
    Outcome.FAILS: "FAIL",
    Outcome.INCONCLUSIVE: "????",
    Outcome.RIG: "RIG",
    None: "-",
}


class Progress:
    """Called after each scenario. A terminal shows one line that changes, a file gets a line each.

    `quiet` leaves out the lines of scenarios that conform. What did not conform is told in full.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._moving = fancy()
        self._device_seconds = 0.0
        self._wall_seconds = 0.0

    def __call__(self, result: ScenarioResult, number: int, total: int) -> None:
        """Show the result of one scenario, which is the so-manyth of so many."""
        self._device_seconds += result.device_seconds
        self._wall_seconds += result.wall_seconds
        self._wipe()
        if result.outcome in {Outcome.CONFORMS, None}:
            if not (self._moving or self._quiet):
                reason = f"  (not here: {result.reason})" if result.reason else ""
                click.echo(f"  {_MARKS[result.outcome]:<4}  {result.name}{reason}")
        else:
            assert result.outcome is not None
            click.echo(f"  {_MARKS[result.outcome]:<4}  {result.name}: {result.title}")
            for line in result.reason.splitlines():
                click.echo(f"        {line}")
            if result.trace is not None:
                click.echo(f"        trace: {result.trace}")
        if self._moving:
            times = f"device {self._device_seconds:.1f} s in {self._wall_seconds:.1f} s"
            line = f"  {number} of {total}  {times}  {result.name}"
            click.echo(line[: shutil.get_terminal_size().columns - 1], nl=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._wipe()

    def _wipe(self) -> None:
        if self._moving:
            click.echo("\r\033[K", nl=False)


def summary(report: RunReport) -> str:
    """Return what a run showed, in three lines that need no manual."""
    outcomes = [result.outcome for result in report.results]
    verdicts = [
        f"{outcomes.count(outcome)} {text}"
        for outcome, text in (
            (Outcome.CONFORMS, "conform"),
            (Outcome.FAILS, "fail"),
            (Outcome.INCONCLUSIVE, "inconclusive"),
            (Outcome.RIG, "broken rig"),
            (None, "cannot run here"),
        )
        if outcome in outcomes or outcome in {Outcome.CONFORMS, Outcome.FAILS}
    ]
    standings = ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in report.counts().items() if count
    )
    seconds = sum(result.device_seconds for result in report.results)
    lines = [
        f"  runs:          {', '.join(verdicts)}   (on {report.target or '?'})",
        f"  requirements:  {standings}" + (f"   ({report.profile})" if report.profile else ""),
        f"  time:          {seconds:.1f} s of device time in {report.wall_seconds:.1f} s",
    ]
    if report.interrupted:
        lines.append("  interrupted:   the rest was not run")
    return "\n".join(lines)
