"""`cmhil verify`: the conformance scenarios on a target."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import ExitCode

from .output import write_json
from .target_options import dialect_option, target_options

if TYPE_CHECKING:
    from connmgr_hil.targets import Dialect


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
    help="For traces and summary; out/verify/TARGET if not given.",
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
    from connmgr_hil.checker import Outcome  # noqa: PLC0415 - slow to import
    from connmgr_hil.conformance import run  # noqa: PLC0415
    from connmgr_hil.conformance.scenario import load  # noqa: PLC0415
    from connmgr_hil.targets import open_target  # noqa: PLC0415

    from .progress import Progress  # noqa: PLC0415
    from .summary import summary  # noqa: PLC0415

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
    folder = out or Path("out", "verify", "-".join(names))

    reports = []
    if recorded is not None:
        click.echo(f"Recorded from real Zephyr earlier: the traces in {recorded}, judged again")
        with Progress(quiet=True) as progress:
            reports.append(run.check([recorded], progress=progress))
        click.echo(summary(reports[0]) + "\n")
    click.echo(f"Live, now: {bench.platform.description}")
    if bench.platform.kind == "simulated":
        click.echo("  (an imitation of Zephyr on this computer; no Zephyr code runs in it)")
    with Progress([each.name for each in chosen] * repeat) as progress:
        live = run.verify(bench, folder, scenarios=chosen, repeat=repeat, progress=progress)
    reports.append(live)
    click.echo(summary(live) + "\n")

    overall = Outcome.worst([report.outcome for report in reports])
    document = live.as_json() | {"verdict": str(overall)}
    if recorded is not None:
        document["recorded"] = reports[0].as_json()
    for path in dict.fromkeys((folder / "summary.json", json_file or folder / "summary.json")):
        write_json(path, document)
    ending = " (interrupted)" if live.interrupted else ""
    click.echo(f"VERDICT  {overall}{ending}    traces and summary.json are in {folder}")
    return ExitCode.INTERRUPTED if live.interrupted else overall.exit_code
