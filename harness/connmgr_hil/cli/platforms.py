"""`cmhil platforms`: the known platforms."""

from pathlib import Path

import click

from .output import print_table


@click.command()
@click.option(
    "--check",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Only check this platform file (repeatable; further files may follow).",
)
@click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
def platforms(files: tuple[Path, ...], more: tuple[Path, ...]) -> None:
    """List the platforms that firmware can be built for and run on, or check platform files.

    \b
    cmhil platforms
    cmhil platforms --check my_board.toml
    """
    from connmgr_hil.targets import known_platforms, read_platforms

    if more and not files:
        raise click.UsageError("files are only allowed with --check FILE...")
    if files:
        paths = (*files, *more)
        for path, platform in zip(paths, read_platforms(paths).values(), strict=True):
            click.echo(f"{path}: valid, describes '{platform.name}'")
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
