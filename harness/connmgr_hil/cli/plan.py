"""What `cmhil verify` runs on a target, and what it says before."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from connmgr_hil.conformance.results import RunReport
    from connmgr_hil.conformance.scenario import Scenario
    from connmgr_hil.targets import Target

_TOUR_BYTES = 120_000
"""On the line for a scenario of the tour, on average."""
_BITS = 10
"""On the line for a byte."""


@dataclass(frozen=True)
class RunPlan:
    """What to run, and how."""

    scenarios: "Sequence[Scenario]"
    repeat: int = 1
    retry: int = 0
    stop: bool = False
    jobs: int | None = None
    soft_reset: bool = False
    verbose: bool = False

    def run(self, bench: "Target", out: Path) -> "RunReport":
        """Run it on a target, with the traces in a folder, and show how it goes."""
        from connmgr_hil.conformance import run

        from .live import LiveLog, met
        from .progress import Progress

        if told := _left_out(self.scenarios, bench):
            click.secho(told, fg="yellow")
        names = [each.name for each in self.scenarios] * self.repeat
        with Progress(names, moving=not self.verbose) as progress:
            return run.verify(
                bench,
                out,
                scenarios=self.scenarios,
                repeat=self.repeat,
                retry=self.retry,
                stop=self.stop,
                jobs=self.jobs,
                soft_reset=self.soft_reset,
                progress=progress,
                watch=LiveLog() if self.verbose else None,
                greet=lambda hello: progress.say(met(hello)),
            )


def introduce(bench: "Target") -> None:
    """Say what runs: which image, from which tree, and whether it is older than its sources."""
    from connmgr_hil import __version__
    from connmgr_hil.conformance.origin import in_words
    from connmgr_hil.toolchain.provenance import newer_sources, provenance

    click.echo(f"Live, now: {bench.platform.description}")
    if bench.platform.kind == "simulated":
        click.echo("  (an imitation of Zephyr on this computer; no Zephyr code runs in it)")
    told = in_words(provenance(bench), f"connmgr-hil {__version__}")
    for name, text in told.items():
        click.echo(f"  {name:<9}{text}")
    if bench.image is not None and (newer := newer_sources(bench.image)):
        more = f" and {len(newer) - 1} more" if len(newer) > 1 else ""
        click.secho(
            f"  OLDER THAN ITS SOURCES: {newer[0]}{more} changed after the image was built; "
            "--build builds it first",
            fg="yellow",
        )


def _left_out(scenarios: "Sequence[Scenario]", bench: "Target") -> str:
    """Say how many scenarios a slow line leaves out, and how to run them."""
    from connmgr_hil.conformance.needs import ASKING, FAST_LINE, slow_baud

    baud = slow_baud(bench)
    left = sum(FAST_LINE in each.needs for each in scenarios)
    if not baud or not left:
        return ""
    seconds = left * _TOUR_BYTES * _BITS / baud
    return (
        f"  LEFT OUT: the tour ({left} of its scenarios, {seconds:.0f} s on a line of {baud:,} baud); "
        f"{ASKING} runs it, --scenario '*' the whole suite"
    )
