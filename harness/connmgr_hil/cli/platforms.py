"""`cmhil platforms`: what there is to run on."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import click

from connmgr_hil.vocabulary.errors import BadInput

from .output import print_table


@click.command()
@click.option(
    "--check",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Only check this platform file (repeatable; more may follow).",
)
@click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
def platforms(files: tuple[Path, ...], more: tuple[Path, ...]) -> None:
    """List what firmware can be built for and run on, or check platform files of your own.

    \b
    cmhil platforms
    cmhil platforms --check my_board.toml
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from connmgr_hil.targets import known_platforms, read_platforms  # noqa: PLC0415

    if more and not files:
        raise click.UsageError("files are only taken with --check FILE...")
    if files:
        paths = (*files, *more)
        for path, platform in zip(paths, read_platforms(paths).values(), strict=True):
            _check_requirements(path, platform.untestable)
            click.echo(f"{path}: sound, describes '{platform.name}'")
        return
    print_table(
        ("NAME", "KIND", "ZEPHYR BOARD", "VARIANTS", "DESCRIPTION"),
        [
            (
                name,
                platform.kind,
                platform.zephyr.board if platform.zephyr else "-",
                ", ".join(platform.variants) or "-",
                platform.description,
            )
            for name, platform in known_platforms().items()
        ],
    )


def _check_requirements(path: Path, untestable: Iterable[str]) -> None:
    """Refuse the id of a requirement that there is not: it would excuse nothing."""
    from connmgr_hil.vocabulary.requirements import requirements  # noqa: PLC0415 - slow to import

    for key in untestable:
        if key.startswith("REQ-") and key not in requirements():
            near = get_close_matches(key, requirements(), n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise BadInput(f"{path}: untestable: this is no id of a requirement", f"{key!r}{hint}")
