"""`cmhil shell`: a device under one's own hands."""

from pathlib import Path

import click


@click.command()
@click.option(
    "-t",
    "--target",
    required=True,
    metavar="TARGET",
    help="A platform ('cmhil platforms'), 'native', or the path of a platform file.",
)
@click.option("--image", type=click.Path(path_type=Path), metavar="PATH", help="Run this image.")
@click.option("--variant", default="", metavar="NAME", help="Another configuration of it.")
@click.option("--port", default="", metavar="PORT", help="Serial port of a board.")
@click.option(
    "--trace",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep a trace, for 'cmhil check'; out/shell/TARGET.jsonl if not given.",
)
def shell(target: str, image: Path | None, variant: str, port: str, trace: Path | None) -> None:
    """Type commands to a device and see what it shows, as readable lines.

    \b
    $ cmhil shell -t simulated
    > up bound0
    > timeout A 2
    > wait 3
    > state

    Ifaces can be given by number, name or letter. 'help' lists the commands; 'quit' or ^D ends.
    Commands may also come from a pipe.
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from connmgr_hil.targets import open_target  # noqa: PLC0415 - slow to import

    from .console import Console  # noqa: PLC0415

    path = trace or Path("out", "shell", f"{Path(target).stem}.jsonl")
    with (
        open_target(target, image=image, variant=variant, port=port) as bench,
        Console(bench, path) as console,
    ):
        console.run()
