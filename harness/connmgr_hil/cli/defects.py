"""`cmhil defects`: puts mistakes into a device, or into the model, to see whether they are noticed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import UsageError

from .output import fancy, print_table, write_json
from .target_options import optional_target_options

if TYPE_CHECKING:  # slow to import
    from connmgr_hil.conformance.defects import DefectReport, Finding


@click.command()
@optional_target_options
@click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Only defects whose name or requirement matches, with * and ? (repeatable).",
)
@click.option(
    "--model",
    "traces",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    metavar="TRACES",
    help="Instead, put mistakes into the reference model and judge these traces with it (repeatable).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="For traces; out/defects/TARGET if not given.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE")
def defects(
    target: str | None,
    image: Path | None,
    variant: str,
    port: str,
    wait: float,
    any_build: bool,
    only: tuple[str, ...],
    traces: tuple[Path, ...],
    out: Path | None,
    json_file: Path | None,
) -> int:
    """Switch on seeded defects one by one, and see whether the suite catches each for the right reason.

    \b
    cmhil defects -t simulated                all of the Connection Manager
    cmhil defects -t native                   the implementation's, on real Zephyr
    cmhil defects -t native --only 'timeout_*'
    cmhil defects --model tests/traces        of the reference model instead
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    if bool(target) == bool(traces):
        raise UsageError(
            "either a target or traces", "both" if target else "neither", "give -t or --model"
        )
    if target is None:
        return _of_the_model(traces, only, json_file)
    from connmgr_hil.conformance import defects as hunting  # noqa: PLC0415 - slow to import
    from connmgr_hil.files import RunFolder  # noqa: PLC0415
    from connmgr_hil.targets import Target, open_target  # noqa: PLC0415

    def open_for(defect: hunting.Defect) -> Target:
        return open_target(
            target,
            image=image,
            variant=defect.variant or variant,
            port=port,
            wait=wait,
            any_build=any_build,
            arguments=("--defect", defect.name) if defect.at_boot else (),
        )

    bench = open_target(
        target, image=image, variant=variant, port=port, wait=wait, any_build=any_build
    )
    place: hunting.Place = "simulated" if bench.platform.kind == "simulated" else "firmware"
    chosen = hunting.choose(place, only)
    folder = out or Path("out", "defects", "-".join(filter(None, (Path(target).stem, variant))))
    click.echo(f"{len(chosen)} defects, one by one: {bench.platform.description}")
    with RunFolder(folder, folder) as kept:
        report = hunting.score(bench.name, chosen, open_for, folder, progress=_progress)
        kept.unfinished = report.interrupted
    _wipe()
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


def _progress(finding: "Finding", number: int, total: int) -> None:
    if fancy():
        _wipe()
        click.echo(f"  {number} of {total}  {finding.defect.name}: {finding.standing}", nl=False)


def _wipe() -> None:
    if fancy():
        click.echo("\r\033[K", nl=False)


def _of_the_model(traces: tuple[Path, ...], only: tuple[str, ...], json_file: Path | None) -> int:
    from connmgr_hil.conformance import mutants  # noqa: PLC0415 - slow to import

    chosen = mutants.choose(only)
    click.echo(f"{len(chosen)} mistakes in the model, one by one, judged on recorded traces")
    report = mutants.survey(chosen, traces)
    print_table(
        ("mutant", "", "noticed by", "what is wrong"),
        [(each.mutant.name, each.standing, each.trace or "-", each.mutant.sentence)
         for each in report.findings],
    )  # fmt: skip
    counts = ", ".join(
        f"{len(report.names(standing))} {standing}"
        for standing in ("noticed", "unnoticed", "equivalent", "unreached")
    )
    click.echo(f"\n  {counts}   in {report.wall_seconds:.1f} s")
    if json_file is not None:
        write_json(json_file, report.as_json())
    return report.exit_code
