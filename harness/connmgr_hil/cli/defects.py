"""`cmhil defects`: switches on defects of a device, to see whether the suite notices them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .output import print_table, show_line, wipe_line, write_json
from .target_options import json_option, target_choice

if TYPE_CHECKING:  # slow to import
    from connmgr_hil.conformance.defects import DefectReport, Hunt
    from connmgr_hil.targets import Choice


@click.command()
@target_choice
@click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Only defects whose name or requirement matches; * and ? are wildcards (repeatable).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for traces; by default out/defects/TARGET.",
)
@json_option
def defects(
    choice: "Choice",
    only: tuple[str, ...],
    out: Path | None,
    json_file: Path | None,
) -> int:
    """Switch on seeded defects one by one, and see whether the suite catches each for the right reason.

    \b
    cmhil defects -t simulated                all of the Connection Manager
    cmhil defects -t native                   the implementation's, on real Zephyr
    cmhil defects -t native --only 'timeout_*'
    """
    from connmgr_hil.conformance import defects as hunting
    from connmgr_hil.files import RunFolder
    from connmgr_hil.targets import Target, folder_name

    def open_for(defect: hunting.Defect) -> Target:
        return choice.open(
            variant=defect.variant, arguments=("--defect", defect.name) if defect.at_boot else ()
        )

    bench = choice.open()
    place: hunting.Seat = "simulated" if bench.platform.kind == "simulated" else "firmware"
    chosen = hunting.choose(place, only)
    folder = out or Path(
        "out", "defects", "-".join(filter(None, (folder_name(choice.target), choice.variant)))
    )
    click.echo(f"{len(chosen)} defects, one by one: {bench.platform.description}")
    with RunFolder(folder, folder) as kept:
        report = hunting.score(bench.name, chosen, open_for, folder, progress=_progress)
        kept.unfinished = report.interrupted
    wipe_line()
    if json_file is not None:
        write_json(json_file, report.as_json())
    print_table(("defect", "", "scenario", "blamed", "what is wrong"), _rows(report))
    counts = ", ".join(
        f"{len(report.names(standing))} {standing.replace('_', ' ')}"
        for standing in ("caught", "missed", "wrong_reason", "equivalent", "unreachable")
        if standing != "unreachable" or report.names(standing)
    )
    click.echo(f"\n  {counts}   in {report.wall_seconds:.1f} s")
    score = "none (interrupted)" if report.interrupted else f"{report.score:.1%}"
    click.echo(f"SCORE  {score}    the failing traces are in {folder}")
    return report.exit_code


def _rows(report: "DefectReport") -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for each in report.findings:
        scenario = each.result.name if each.result else "-"
        blamed = " ".join(each.result.blamed) if each.result else "-"
        rows.append((each.defect.name, each.standing, scenario, blamed, each.defect.sentence))
    return rows


def _progress(finding: "Hunt", number: int, total: int) -> None:
    show_line(f"  {number} of {total}  {finding.defect.name}: {finding.standing}")
