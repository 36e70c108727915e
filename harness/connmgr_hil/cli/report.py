"""`cmhil report`: traces as a page for people, and as files for CI."""

import webbrowser
from collections.abc import Callable
from pathlib import Path

import click

from connmgr_hil.files import replace_file
from connmgr_hil.vocabulary.errors import ExitCode
from connmgr_hil.vocabulary.escaping import on_one_line

from .parameter_types import OutputFile
from .target_options import known_option


@click.command()
@click.argument(
    "traces", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="TRACE|FOLDER..."
)
@click.option(
    "--open",
    "opened",
    is_flag=True,
    help="Show the page in a browser; without --html, report.html in the folder.",
)
@click.option(
    "--html", type=OutputFile(), metavar="FILE", help="Write an HTML page that loads nothing else."
)
@click.option("--junit", type=OutputFile(), metavar="FILE", help="Write JUnit XML.")
@click.option(
    "--markdown",
    type=OutputFile(),
    metavar="FILE",
    help="Write a Markdown summary, for a CI page; - is standard output.",
)
@click.option(
    "--defects",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also show which seeded defects were caught, from 'cmhil defects --json'.",
)
@click.option(
    "--issue",
    type=OutputFile(),
    metavar="FILE",
    help="Write a bug report about the first failure, for Zephyr's form.",
)
@click.option(
    "--compare",
    "old",
    type=click.Path(path_type=Path),
    metavar="OLD",
    help="Also show what changed since an earlier run (see 'cmhil compare').",
)
@click.option(
    "--code",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also show on the page which lines of C were reached (see 'cmhil coverage --code').",
)
@known_option
def report(
    traces: tuple[Path, ...],
    opened: bool,
    html: Path | None,
    junit: Path | None,
    markdown: Path | None,
    defects: Path | None,
    issue: Path | None,
    old: Path | None,
    code: Path | None,
    known: Path | None,
) -> int:
    """Judge traces again and make a report. A folder stands for all traces below it. If it holds several runs
    of one target, the latest counts, and the page shows the others as its history. The folder of a bisection
    stands for the first bad commit.

    \b
    cmhil report out/verify/*/latest --html report.html
    cmhil report out/shrink/walk-1-0.min.jsonl --issue bug.md
    cmhil report out/verify/native/latest --junit junit.xml --markdown "$GITHUB_STEP_SUMMARY"

    Without any FILE, prints the Markdown summary. The exit code says whether the report was written;
    for the verdict, see 'cmhil check'. Each build has its own verdict. A file that is not a valid trace is named and
    skipped; the exit code is then 2.
    """
    from connmgr_hil import report as reports
    from connmgr_hil.conformance.bisection import find_bisection
    from connmgr_hil.conformance.changes import compare, evidence_of
    from connmgr_hil.conformance.code import reached
    from connmgr_hil.conformance.deviations import read_known

    found = find_bisection(traces)
    meant = found[1].traces(found[0]) if found else traces
    evidence = reports.gather(meant, read_known(known) if known else None)
    shown = [each.result.trace for each in evidence.stories if each.result.trace]
    changes = compare(evidence_of(old), evidence_of(*shown)) if old else None
    scores = reports.read_scores(defects) if defects else None
    counted = reached(code) if code else []
    if opened and html is None:
        html = (traces[0] if traces[0].is_dir() else traces[0].parent) / "report.html"
    wanted: list[tuple[Path | None, Callable[[], str]]] = [
        (
            html,
            lambda: reports.render_html(
                evidence, scores, changes, counted, html.parent if html else None
            ),
        ),
        (junit, lambda: reports.render_junit(evidence)),
        (
            None if str(markdown) == "-" else markdown,
            lambda: reports.render_markdown(evidence, scores, changes),
        ),
    ]
    if issue is not None:
        wanted.append((issue, lambda: reports.render_issue(evidence, found)))
    if str(markdown) == "-" or not (html or junit or markdown or issue):
        click.echo(reports.render_markdown(evidence, scores, changes), nl=False)
    for path, render in wanted:
        if path is not None:
            replace_file(path, render())
            click.echo(f"wrote {path}", err=str(markdown) == "-")
    for sentence in reports.apart(evidence):
        click.echo(on_one_line(sentence), err=True)
    if opened and html is not None and not webbrowser.open(html.resolve().as_uri()):
        click.echo(f"no browser here; the page is {html}", err=True)
    return ExitCode.USAGE if evidence.unread else ExitCode.CONFORMS
