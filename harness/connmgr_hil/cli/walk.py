"""`cmhil walk`: random command sequences, judged by the model."""

import secrets
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import ExitCode, NotRecorded

from .output import write_json
from .target_options import (
    before_option,
    json_option,
    most_inconclusive_option,
    out_option,
    seed_option,
    steps_option,
    target_choice,
)

if TYPE_CHECKING:
    from connmgr_hil.conformance.walker import WalkReport
    from connmgr_hil.targets import Choice
    from connmgr_hil.vocabulary.stimuli import Words


@click.command()
@target_choice
@steps_option
@click.option(
    "--walks", type=click.IntRange(1, 1_000_000), default=100, metavar="N", help="Number of walks."
)
@seed_option
@click.option(
    "--schedules",
    is_flag=True,
    help="Let several threads call the API at once, in an order that the seed decides; needs the variant 'schedules' of a native platform.",
)
@before_option
@click.option(
    "--stop-at", type=click.IntRange(1), default=10, metavar="N", help="Stop after N failing walks."
)
@most_inconclusive_option
@out_option
@json_option
def walk(
    choice: "Choice",
    steps: int,
    walks: int,
    seed: int | None,
    schedules: bool,
    before: "tuple[Words, ...]",
    stop_at: int,
    most_inconclusive: float,
    out: Path | None,
    json_file: Path | None,
) -> int:
    """Give random commands, legal and illegal, and judge everything the device shows.

    \b
    cmhil walk -t simulated --walks 20
    cmhil walk -t native --walks 2000 --seed 1
    cmhil walk -t native --variant schedules --schedules
    """
    from connmgr_hil.conformance import walker
    from connmgr_hil.files import RunFolder
    from connmgr_hil.targets import folder_name

    bench = choice.open()
    folder = out or Path("out", "walk", folder_name(choice.target))
    chosen = seed if seed is not None else secrets.randbelow(1_000_000)
    click.echo(f"{walks} walks of {steps} steps on {bench.platform.description}; seed {chosen}")
    with bench:
        bench.claim()
        with RunFolder(folder, folder) as kept:
            report = walker.walk(
                bench,
                folder,
                walks=walks,
                steps=steps,
                seed=chosen,
                before=before,
                schedules=schedules,
                stop_at=stop_at,
                most_inconclusive=most_inconclusive / 100,
                progress=_tell if sys.stderr.isatty() else None,
            )
            kept.unfinished = report.interrupted
    try:
        if json_file is not None:
            write_json(json_file, report.as_json())
    except NotRecorded:
        if not report.unrecorded:  # otherwise the full disk was already reported
            raise
    click.echo(_summary(report, bench.asked))
    return ExitCode.INTERRUPTED if report.interrupted else report.outcome.exit_code


def _tell(report: "WalkReport", walks: int) -> None:
    failures = f", {len(report.failures)} failed" if report.failures else ""
    ending = "\n" if report.walks == walks else ""
    click.echo(f"\r  walk {report.walks} of {walks}{failures}{ending}", err=True, nl=False)


def _summary(report: "WalkReport", device: tuple[str, ...]) -> str:
    lines: list[str] = []
    for path, reason in report.failures:
        shrink = shlex.join(["cmhil", "shrink", str(path), *device])
        lines += [reason, f"  shrink:        {shrink}", ""]
    lines += report.faults
    rate = report.steps / report.wall_seconds if report.wall_seconds else 0.0
    lines.append(
        f"{report.walks} walks, {report.steps} steps, {report.device_seconds:.0f} s of device time in "
        f"{report.wall_seconds:.1f} s ({rate:.0f} steps/s)"
    )
    coverage = report.coverage
    lines.append(
        f"reached {len(coverage.states)} states of the model, {len(coverage.situations)} situations "
        f"(command x state of its iface), {len(coverage.answers)} different answers"
    )
    lines.append(
        f"{len(report.failures)} failed, {report.inconclusive} inconclusive, "
        f"{report.storms} ended in a storm that the model predicts"
    )
    if report.inconclusive:
        lines.append(str(report.share))
    lines.append(f"VERDICT  {report.verdict}{' (interrupted)' if report.interrupted else ''}")
    return "\n".join(lines)
