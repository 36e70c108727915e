"""`cmhil check`: judge recorded traces again."""

from pathlib import Path

import click

from .output import write_json
from .target_options import json_option, known_option


@click.command()
@click.argument(
    "traces", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="TRACE..."
)
@json_option
@click.option(
    "--profile",
    "profile_name",
    metavar="NAME",
    help="Judge by the rules of this profile (P34, ...) instead of the device's own.",
)
@known_option
def check(
    traces: tuple[Path, ...],
    json_file: Path | None,
    profile_name: str | None,
    known: Path | None,
) -> int:
    """Judge traces again, without a device. A folder stands for all traces (*.jsonl) below it.

    \b
    cmhil check out/verify/native/latest
    cmhil check out/verify/native/latest/two-ifaces.jsonl --profile P37

    Each build gets its own verdict, and the exit code is that of the worst. A file that is not a valid trace is
    named, and the others are judged; the exit code is then 2, or 1 if a device fails.
    """
    from connmgr_hil.conformance import run
    from connmgr_hil.conformance.deviations import read_known
    from connmgr_hil.model.profiles import PROFILES, profile_named

    from .closing import closing
    from .progress import Progress
    from .summary import summary, verdict_line

    profile = profile_named(profile_name) if profile_name is not None else None
    if profile_name is not None and profile is None:
        raise click.BadParameter(
            f"{profile_name!r} is none of {', '.join(PROFILES)}", param_hint="--profile"
        )
    excuses = read_known(known) if known else None
    with Progress() as progress:
        report = run.check(traces, profile=profile, progress=progress)
    if excuses:
        excuses.excuse(report)
    if json_file is not None:
        write_json(json_file, report.as_json())
    if told := closing(report):
        click.echo(told + "\n")
    click.echo(summary(report))
    click.echo(verdict_line(report))
    return report.exit_code
