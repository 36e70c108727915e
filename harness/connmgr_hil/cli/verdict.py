"""The end of `cmhil verify`: writes the summary and prints the verdict."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import ExitCode, NotRecorded

from .output import write_json

if TYPE_CHECKING:
    from connmgr_hil.conformance.deviations import Known
    from connmgr_hil.conformance.results import RunReport
    from connmgr_hil.files import RunFolder

SUMMARY = "summary.json"


def conclude(
    live: "RunReport",
    earlier: "RunReport | None",
    folder: "RunFolder",
    json_file: Path | None,
    junit: Path | None,
    excuses: "Known | None",
) -> int:
    """Write the summary, and only then say how it ended: a terminal that has gone takes nothing with it."""
    from connmgr_hil.checker import Outcome
    from connmgr_hil.files import replace_file

    from .closing import closing
    from .summary import summary

    if excuses:
        excuses.excuse(live)
    overall = Outcome.worst([each.outcome for each in (live, earlier) if each])
    document = live.as_json()
    if not live.interrupted:
        document["verdict"] = str(overall)
    if earlier is not None:
        document["recorded"] = earlier.as_json()
    told_junit = _junit(live, excuses) if junit else ""
    lost: NotRecorded | None = None
    for path in dict.fromkeys((folder.path / SUMMARY, json_file or folder.path / SUMMARY)):
        try:
            write_json(path, document)
        except NotRecorded as error:
            lost = lost or error
            overall = Outcome.worst([overall, Outcome.RIG])
    if junit and not lost:
        try:
            replace_file(junit, told_junit)
        except NotRecorded as error:
            lost, overall = error, Outcome.worst([overall, Outcome.RIG])
    if told := closing(live, folder.name):
        click.echo("\n" + told + "\n")
    click.echo(summary(live) + "\n")
    if lost and not live.unrecorded:  # otherwise the full disk was already reported
        click.echo(f"cmhil: {lost}", err=True)
    where = f"traces are in {folder.name}" if lost else f"traces and {SUMMARY} are in {folder.name}"
    folder.unfinished = live.interrupted or live.mistake is not None
    if live.mistake is not None:
        click.echo(f"cmhil: {live.mistake}", err=True)
    if live.interrupted:
        click.echo(f"VERDICT  none (interrupted)    {where}")
        return ExitCode.INTERRUPTED
    click.echo(f"VERDICT  {overall}    {where}")
    no_good = live.mistake is not None or (earlier is not None and earlier.unread)
    if no_good and overall is not Outcome.FAILS:
        return ExitCode.USAGE
    return overall.exit_code


def _junit(live: "RunReport", excuses: "Known | None") -> str:
    from connmgr_hil.report import ReportEvidence, gather, render_junit

    traces = [each.trace for each in live.every() if each.trace]
    evidence = gather(traces, excuses) if traces else ReportEvidence(())
    return render_junit(evidence, {each.name for each in live.results})
