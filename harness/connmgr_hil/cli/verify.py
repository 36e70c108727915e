"""`cmhil verify`: the conformance scenarios on a target."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import ExitCode, NotRecorded

from .output import write_json
from .target_options import dialect_option, target_options

if TYPE_CHECKING:
    from connmgr_hil.conformance.results import RunReport
    from connmgr_hil.files import RunFolder
    from connmgr_hil.targets import Dialect

SUMMARY = "summary.json"


def _scenarios(context: click.Context, option: click.Parameter, begun: str) -> list[str]:
    """Complete the name of a scenario or a requirement."""
    del context, option
    from connmgr_hil.conformance.scenario import registered  # noqa: PLC0415 - only a shell asks

    found = registered()
    names = {*found, *(ident for each in found.values() for ident in each.requirements)}
    return sorted(name for name in names if name.startswith(begun))


@click.command()
@target_options
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="PATTERN",
    help="Only scenarios whose name or requirement matches, with * and ? (repeatable).",
    shell_complete=_scenarios,
)
@click.option(
    "--scenarios",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Scenarios of your own ('cmhil new scenario'); these alone unless --scenario says otherwise.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="For traces and summary; a new folder in out/verify/TARGET if not given, and 'latest' there names it.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--recorded",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="First judge the traces in DIR again, which were recorded from real Zephyr.",
)
@dialect_option
@click.option(
    "--repeat", type=click.IntRange(1, 10_000), default=1, metavar="N", help="Run all N times."
)
def verify(
    target: str,
    image: Path | None,
    variant: str,
    port: str,
    wait: float,
    any_build: bool,
    scenarios: tuple[str, ...],
    files: tuple[Path, ...],
    out: Path | None,
    json_file: Path | None,
    recorded: Path | None,
    repeat: int,
    dialect: "Dialect",
) -> int:
    """Run the conformance scenarios on a target and judge all that it shows.

    \b
    cmhil verify -t simulated                 no Zephyr needed
    cmhil verify -t native                    after cmhil build -p native_sim
    cmhil verify -t frdm_k64f --port /dev/serial/by-id/...
    cmhil verify -t native --scenario 'REQ-CTL-*'
    cmhil verify -t simulated --scenarios mine.py
    cmhil verify -t native --image zephyr.exe --dialect stock
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from connmgr_hil.conformance import run  # noqa: PLC0415
    from connmgr_hil.conformance.scenario import load  # noqa: PLC0415
    from connmgr_hil.files import RunFolder  # noqa: PLC0415
    from connmgr_hil.targets import open_target  # noqa: PLC0415

    from .progress import Progress  # noqa: PLC0415

    own = [each for path in files for each in load(path)]
    chosen = run.choose(scenarios) if scenarios or not own else own
    bench = open_target(
        target,
        image=image,
        variant=variant,
        port=port,
        wait=wait,
        any_build=any_build,
        dialect=dialect,
    )
    # A target may be the path of a platform file, whose stem names the folder, or a labgrid place.
    spoken = "" if dialect == "probe" else dialect
    names = filter(None, (Path(target.replace(":", "-")).stem, variant, spoken))
    home = Path("out", "verify", "-".join(names))

    earlier = _judged_again(recorded) if recorded else None
    if earlier is not None and earlier.interrupted:
        click.echo("VERDICT  none (interrupted)")
        return earlier.exit_code
    with bench:
        # Who is refused here has written nothing yet.
        bench.claim()
        with RunFolder(home, out) as folder:
            (folder.path / SUMMARY).unlink(missing_ok=True)
            click.echo(f"Live, now: {bench.platform.description}")
            if bench.platform.kind == "simulated":
                click.echo("  (an imitation of Zephyr on this computer; no Zephyr code runs in it)")
            if folder.earlier:
                found = f"{folder.earlier} trace{'' if folder.earlier == 1 else 's'}"
                click.echo(f"  ({found} of earlier runs in {out} count for nothing here)")
            with Progress([each.name for each in chosen] * repeat) as progress:
                live = run.verify(
                    bench, folder.path, scenarios=chosen, repeat=repeat, progress=progress
                )
            return _concluded(live, earlier, folder, json_file)


def _judged_again(recorded: Path) -> "RunReport":
    from connmgr_hil.conformance import run  # noqa: PLC0415 - slow to import

    from .progress import Progress  # noqa: PLC0415
    from .summary import summary  # noqa: PLC0415

    click.echo(f"Recorded from real Zephyr earlier: the traces in {recorded}, judged again")
    with Progress(quiet=True) as progress:
        report = run.check([recorded], progress=progress)
    click.echo(summary(report, brief=True) + "\n")
    return report


def _concluded(
    live: "RunReport", earlier: "RunReport | None", folder: "RunFolder", json_file: Path | None
) -> int:
    """Write the summary, and only then say how it ended: a terminal that has gone takes nothing with it."""
    from connmgr_hil.checker import Outcome  # noqa: PLC0415 - slow to import

    from .summary import summary  # noqa: PLC0415

    overall = Outcome.worst([each.outcome for each in (live, earlier) if each])
    document = live.as_json()
    if not live.interrupted:
        document["verdict"] = str(overall)
    if earlier is not None:
        document["recorded"] = earlier.as_json()
    lost: NotRecorded | None = None
    for path in dict.fromkeys((folder.path / SUMMARY, json_file or folder.path / SUMMARY)):
        try:
            write_json(path, document)
        except NotRecorded as error:
            lost = lost or error
            overall = Outcome.worst([overall, Outcome.RIG])
    click.echo(summary(live) + "\n")
    if lost and not live.unrecorded:  # else it was told that the disk takes no more
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
