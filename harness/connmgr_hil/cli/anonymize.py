"""`cmhil anonymize`: traces without data about the machine that recorded them."""

from pathlib import Path

import click


@click.command()
@click.argument(
    "traces", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="TRACE|FOLDER..."
)
def anonymize(traces: tuple[Path, ...]) -> int:
    """Remove host name, paths and command line from traces, in place, before you publish them.

    \b
    cmhil anonymize out/shrink

    Keeps the image's name, SHA-256 and build time, Zephyr's release and commit, and everything the device did. A folder stands
    for all traces below it. The verdict stays the same.
    """
    from connmgr_hil.trace import anonymized, find_traces

    changed = sum(anonymized(path) for path in find_traces(traces))
    click.echo(f"{changed} {'trace' if changed == 1 else 'traces'} changed")
    return 0
