"""`cmhil replay`: a trace's commands again, on any target."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .parameter_types import OutputFile
from .target_options import target_choice

if TYPE_CHECKING:
    from connmgr_hil.checker import Outcome
    from connmgr_hil.targets import Choice


@click.command()
@click.argument("trace", type=click.Path(path_type=Path), metavar="TRACE")
@target_choice
@click.option(
    "--times", type=click.IntRange(1, 1000), default=1, metavar="N", help="How often to replay it."
)
@click.option("--out", type=OutputFile(), metavar="FILE", help="The trace to write.")
def replay(
    trace: Path,
    choice: "Choice",
    times: int,
    out: Path | None,
) -> int:
    """Give the commands of a trace to a freshly started device, and judge what it does.

    \b
    cmhil replay out/shrink/walk-1-0.min.jsonl -t native
    cmhil replay out/shell/simulated.jsonl -t simulated --times 10
    """
    from connmgr_hil.checker import Outcome
    from connmgr_hil.conformance import shrinker
    from connmgr_hil.conformance.replaying import recorded_in

    recorded = recorded_in(trace)
    path = out or Path("out", "replay", f"{trace.stem}.jsonl")
    outcomes: list[Outcome] = []
    with choice.open() as bench:
        # What the rig did once it does again, and nothing of it is about the device.
        while len(outcomes) < times and Outcome.RIG not in outcomes:
            verdict = shrinker.replayed(
                bench,
                recorded.commands,
                path,
                note=f"replay of {trace.name}",
                strict=recorded.is_sound,
            )
            outcomes.append(verdict.outcome)
            if verdict.outcome is not Outcome.CONFORMS:
                click.echo("\n".join(verdict.lines()))
    outcome = Outcome.worst(outcomes)
    click.echo(f"VERDICT  {outcome}    {_counted(outcomes, times)}; the trace is {path}")
    return outcome.exit_code


def _counted(outcomes: "list[Outcome]", times: int) -> str:
    """Say how many of the replays failed, and how many show nothing."""
    names = [str(each) for each in outcomes]
    others = [
        f"{names.count(name)} {text}"
        for name, text in (("inconclusive", "inconclusive"), ("rig", "ended by the rig"))
        if name in names
    ]
    return ", ".join([f"{names.count('fails')} of {times} failed", *others])
