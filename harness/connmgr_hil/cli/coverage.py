"""`cmhil coverage`: what traces show, and what they do not."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.escaping import on_one_line

from .output import write_json
from .target_options import json_option

if TYPE_CHECKING:
    from connmgr_hil.conformance.code import Reached
    from connmgr_hil.conformance.coverage import Coverage

_MARKS = {"held": "+", "failed": "F", "quirk": "q", "unreachable": "-", "not_run": "."}


@click.command()
@click.argument(
    "traces", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="TRACE..."
)
@json_option
@click.option(
    "--code",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also show which lines and branches of C were reached, from a build folder of the variant 'coverage'.",
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="PATTERN",
    help="Files for --code; * and ? are wildcards; by default conn_mgr and the sample implementation (repeatable).",
)
@click.option(
    "--paths", is_flag=True, help="Find the shortest command sequence to each rule not reached."
)
def coverage(
    traces: tuple[Path, ...],
    json_file: Path | None,
    code: Path | None,
    sources: tuple[str, ...],
    paths: bool,
) -> int:
    """Show requirements by platform, from traces, and what was never reached.

    A folder stands for all traces (*.jsonl) below it. Each build of a platform has its own column. The exit code is that of
    'cmhil check' on the same traces: 1 if a requirement failed, 2 if a file is not a valid trace, 4 if a run did not come to its end.

    \b
    cmhil coverage out/verify/*/latest
    cmhil coverage out/verify/*/latest tests/traces --paths
    cmhil coverage out/verify/native_sim_64-coverage/latest --code out/build/native_sim_64-coverage
    """
    from connmgr_hil.conformance import coverage as covering
    from connmgr_hil.conformance.code import reached

    counted = reached(code, sources) if code is not None else []
    found = covering.cover(traces)
    click.echo("\n".join(_matrix(found)))
    missing = found.unreached()
    click.echo(f"\nRules of the model: {len(found.rules)} reached, {len(missing)} not")
    ways = covering.paths_to(found.worlds[0], missing) if paths and found.worlds else {}
    for key in missing:
        way = " · ".join(" ".join(words) for words in ways.get(key, ()))
        click.echo(f"  {' by '.join(filter(None, key))}" + (f":  {way}" if way else ""))
    click.echo("\n".join(_code(counted)), nl=bool(counted))
    if json_file is not None:
        document = found.as_json()
        if code is not None:
            document["code"] = [each.as_json() for each in counted]
        document["paths"] = {
            " / ".join(key): [" ".join(words) for words in way] for key, way in ways.items()
        }
        write_json(json_file, document)
    for folder in found.whole.unended:
        click.echo(f"not ended: the run in {folder} did not come to its end", err=True)
    for error in found.whole.unread:
        click.echo(f"not judged: {error}", err=True)
    if found.whole.interrupted:
        click.echo("interrupted: the other traces were not judged", err=True)
    return found.whole.exit_code


def _code(counted: "list[Reached]") -> list[str]:
    from connmgr_hil.conformance.code import ranges

    lines = [""] if counted else []
    for each in counted:
        lines.append(
            f"{each.name:30}lines {each.reached} of {each.lines}   branches {each.taken} of {each.branches}"
        )
        if each.missing:
            lines.append(f"  not reached: {ranges(each.missing)}")
        if each.half:
            lines.append(f"  a branch was not taken: {ranges(each.half)}")
    return lines


def _matrix(found: "Coverage") -> list[str]:
    from connmgr_hil.vocabulary.requirements import requirements

    names = list(found.platforms)
    lines = [
        "+ held   q known quirk   F failed   - not reachable there   . not run   (blank: not of that release)",
        "",
    ]
    if several := [name for name in names if " build " in name]:
        lines += [
            f"SEVERAL BUILDS of one platform ({len(several)}): what one shows says nothing of another.",
            "",
        ]
    lines += [f"{'':13}{'|  ' * number}{on_one_line(name)}" for number, name in enumerate(names)]
    for ident, requirement in requirements().items():
        cells = "".join(
            f"{_MARKS[found.platforms[name][ident]] if ident in found.platforms[name] else ' '}  "
            for name in names
        )
        best = found.best(ident)
        text = requirement.sentence
        if best in ("unreachable", "not_run"):
            text = f"NOT SHOWN: {found.reason(ident)}"
        lines.append(f"{ident:13}{cells}{on_one_line(text)[:90]}")
    standings: list[str] = [found.best(each) for each in requirements()]
    counts = {mark: standings.count(mark) for mark in _MARKS}
    lines.append("")
    lines.append(
        "All together: "
        + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    )
    return lines
