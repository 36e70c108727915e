"""`cmhil shell`: a device by hand."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import ExitCode

from .target_options import target_choice

if TYPE_CHECKING:
    from connmgr_hil.targets import Choice


@click.command()
@target_choice
@click.option(
    "--trace",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The trace to write, for 'cmhil check'; by default out/shell/TARGET.jsonl.",
)
@click.option("--raw", is_flag=True, help="Also show the frames themselves ('raw off' stops this).")
def shell(
    choice: "Choice",
    trace: Path | None,
    raw: bool,
) -> int:
    """Send commands to a device and see what it shows, as readable lines.

    \b
    $ cmhil shell -t simulated
    > up bound0
    > timeout A 2
    > wait 3
    > state

    Ifaces can be given by number, name or letter. 'help' lists the commands; 'quit' or ^D ends.
    'state' marks what has changed since the last 'state'. A terminal has a history and completion
    with Tab. Commands can also come from a pipe; the exit code is then 2 if one of them was refused.
    """
    from connmgr_hil.targets import folder_name

    from .console import Shell

    path = trace or Path("out", "shell", f"{folder_name(choice.target)}.jsonl")
    with (
        choice.open() as bench,
        Shell(bench, path, raw=raw) as console,
    ):
        console.run()
    return ExitCode.USAGE if console.mistaken else ExitCode.CONFORMS
