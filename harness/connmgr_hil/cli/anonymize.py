"""`cmhil anonymize`: traces without what they tell of the machine that recorded them."""

from pathlib import Path

import click


@click.command()
@click.argument(
    "traces", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="TRACE|FOLDER..."
)
def anonymize(traces: tuple[Path, ...]) -> int:
    """Take the host's name, paths and the command line out of traces, in place, before they are published.

    \b
    cmhil anonymize out/shrink

    What is kept: the image's name and SHA-256, when it was built, Zephyr's release and commit, and all that the device did. A folder stands
    for all traces below it. The verdict stays what it was.
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from connmgr_hil.trace import anonymized, find_traces  # noqa: PLC0415 - slow to import

    changed = sum(anonymized(path) for path in find_traces(traces))
    click.echo(f"{changed} {'trace' if changed == 1 else 'traces'} changed")
    return 0
