"""The options by which commands name a target."""

from collections.abc import Callable
from pathlib import Path

import click

Body = Callable[..., int | None]


def _targets(context: click.Context, option: click.Parameter, begun: str) -> list[str]:
    """Complete the name of a target; files are left to the shell."""
    del context, option
    from connmgr_hil.resources import platforms_dir  # noqa: PLC0415 - only a shell asks for it

    names = ("native", *sorted(path.stem for path in platforms_dir().glob("*.toml")))
    return [name for name in names if name.startswith(begun)]


def target_options(function: Body) -> Body:
    """Add --target, --image, --variant and --port to a command."""
    for option in (
        click.option("--port", default="", metavar="PORT", help="Serial port of a board."),
        click.option("--variant", default="", metavar="NAME", help="Another configuration of it."),
        click.option(
            "--image", type=click.Path(path_type=Path), metavar="PATH", help="Run this image."
        ),
        click.option(
            "-t",
            "--target",
            required=True,
            metavar="TARGET",
            help="A platform ('cmhil platforms'), 'native', the path of a platform file, or labgrid:PLACE.",
            shell_complete=_targets,
        ),
    ):
        function = option(function)
    return function


def dialect_option(function: Body) -> Body:
    """Add --dialect to a command."""
    return click.option(
        "--dialect",
        type=click.Choice(["probe", "stock"]),
        default="probe",
        show_default=True,
        help="stock: firmware without the probe, through upstream's own 'net cm' shell (4.0 or newer).",
    )(function)
