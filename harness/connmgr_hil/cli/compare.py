"""`cmhil compare`: what changed between two runs."""

from pathlib import Path

import click

from connmgr_hil.vocabulary.errors import ExitCode

from .output import write_json
from .parameter_types import OutputFile
from .target_options import json_option


@click.command()
@click.argument("old", type=click.Path(path_type=Path), metavar="OLD")
@click.argument("new", type=click.Path(path_type=Path), metavar="NEW")
@json_option
@click.option(
    "--markdown", type=OutputFile(), metavar="FILE", help="Also write Markdown, for a pull request."
)
def compare(old: Path, new: Path, json_file: Path | None, markdown: Path | None) -> int:
    """Say what changed between two runs: requirements, quirks, and what the devices show for the same commands.

    \b
    cmhil compare out/verify/native/latest out/after
    cmhil compare before.json after.json --markdown changes.md

    OLD and NEW are folders of traces, which are judged again, or files that 'cmhil verify --json' wrote. For two releases of Zephyr
    the result is a changelog of behaviour. The exit code is 1 if a requirement newly fails.
    """
    from connmgr_hil.conformance import changes as comparing
    from connmgr_hil.files import replace_file
    from connmgr_hil.report import changes as rendering

    found = comparing.compare(comparing.evidence_of(old), comparing.evidence_of(new))
    click.echo(rendering.render_terminal(found))
    if markdown is not None:
        replace_file(markdown, rendering.render_markdown(found))
    if json_file is not None:
        write_json(json_file, found.as_json())
    return ExitCode.FAILS if found.failing or found.in_failing else ExitCode.CONFORMS
