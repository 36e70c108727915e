"""The options by which commands name a target."""

from collections.abc import Callable
from pathlib import Path

import click

Body = Callable[..., int]


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
            help="A platform ('cmhil platforms'), 'native', or the path of a platform file.",
        ),
    ):
        function = option(function)
    return function
