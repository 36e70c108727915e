"""`cmhil verify`: the conformance scenarios on a target."""

from pathlib import Path

import click

from connmgr_hil.vocabulary.errors import ExitCode

from .output import write_json


@click.command()
@click.option(
    "-t",
    "--target",
    required=True,
    metavar="TARGET",
    help="A platform ('cmhil platforms'), 'native', or the path of a platform file.",
)
@click.option("--image", type=click.Path(path_type=Path), metavar="PATH", help="Run this image.")
@click.option("--variant", default="", metavar="NAME", help="Another configuration of it.")
@click.option("--port", default="", metavar="PORT", help="Serial port of a board.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="PATTERN",
    help="Only scenarios whose name or requirement matches, with * and ? (repeatable).",
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
@click.option(
    "--repeat", type=click.IntRange(1, 10_000), default=1, metavar="N", help="Run all N times."
)
def verify(
    target: str,
    image: Path | None,
    variant: str,
    port: str,
    scenarios: tuple[str, ...],
    out: Path | None,
    json_file: Path | None,
    recorded: Path | None,
    repeat: int,
) -> int:
    """Run the conformance scenarios on a target and judge all that it shows.

    \b
    cmhil verify -t simulated                 no Zephyr needed
    cmhil verify -t native                    after cmhil build -p native_sim
    cmhil verify -t frdm_k64f --port /dev/serial/by-id/...
    cmhil verify -t native --scenario 'REQ-CTL-*'
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from connmgr_hil.checker import Outcome  # noqa: PLC0415 - slow to import
    from connmgr_hil.conformance import run  # noqa: PLC0415
    from connmgr_hil.targets import open_target  # noqa: PLC0415

    from .progress import Progress, summary  # noqa: PLC0415

    chosen = run.choose(scenarios)
    bench = open_target(target, image=image, variant=variant, port=port)
    # A target may be the path of a platform file; its stem names the folder.
    folder = out or Path("out", "verify", "-".join(filter(None, (Path(target).stem, variant))))

    reports = []
    if recorded is not None:
        click.echo(f"Recorded from real Zephyr earlier: the traces in {recorded}, judged again")
        with Progress(quiet=True) as progress:
            reports.append(run.check([recorded], progress=progress))
        click.echo(summary(reports[0]) + "\n")
    click.echo(f"Live, now: {bench.platform.description}")
    if bench.platform.kind == "simulated":
        click.echo("  (an imitation of Zephyr on this computer; no Zephyr code runs in it)")
    with Progress() as progress:
        live = run.verify(bench, folder, scenarios=chosen, repeat=repeat, progress=progress)
    reports.append(live)
    click.echo(summary(live) + "\n")

    overall = Outcome.worst([report.outcome for report in reports])
    document = live.as_json() | {"verdict": str(overall)}
    if recorded is not None:
        document["recorded"] = reports[0].as_json()
    for path in dict.fromkeys((folder / "summary.json", json_file or folder / "summary.json")):
        write_json(path, document)
    click.echo(f"VERDICT  {overall}    traces and summary.json are in {folder}")
    return ExitCode.INTERRUPTED if live.interrupted else overall.exit_code
