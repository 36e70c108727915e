"""`cmhil shrink`: the shortest command sequence that shows a failure."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import ExitCode

from .target_options import budget_option, out_option, target_choice

if TYPE_CHECKING:
    from connmgr_hil.targets import Choice


@click.command()
@click.argument("trace", type=click.Path(path_type=Path), metavar="TRACE")
@target_choice
@budget_option
@click.option(
    "--confirm",
    type=click.IntRange(1, 100),
    default=5,
    show_default=True,
    metavar="N",
    help="Restarts to confirm the result.",
)
@out_option
def shrink(
    trace: Path,
    choice: "Choice",
    budget: float,
    confirm: int,
    out: Path | None,
) -> int:
    """Find the shortest command sequence that still shows the failure of a trace on the device.

    Writes the minimal trace, and the same sequence as tests.

    \b
    cmhil shrink out/walk/native/walk-1-0.jsonl -t native
    """
    from connmgr_hil.conformance import export, shrinker

    folder = out or Path("out", "shrink")
    minimal = folder / f"{trace.stem}.min.jsonl"
    bench = choice.open()
    result = shrinker.shrink(
        bench,
        trace,
        minimal,
        budget=budget,
        confirm=confirm,
        progress=lambda length, resets: click.echo(
            f"  {length} commands after {resets} resets", err=True
        ),
    )
    written = export.write_tests(result, folder, trace.stem, choice)
    click.echo("\n".join(result.lines()))
    replay = shlex.join(["cmhil", "replay", str(minimal), *bench.asked])
    click.echo(f"  replay:        {replay}")
    click.echo("\n".join(written.lines()))
    if result.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.FAILS if result.confirmed else ExitCode.INCONCLUSIVE
