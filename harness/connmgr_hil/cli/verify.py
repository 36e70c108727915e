"""`cmhil verify`: the conformance scenarios on a target."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import ExitCode

from .parameter_types import OutputFile, forget
from .plan import RunPlan, introduce
from .target_options import (
    dialect_option,
    json_option,
    known_option,
    optional_target_options,
    options_of_boards,
)
from .verdict import SUMMARY, conclude

if TYPE_CHECKING:
    from connmgr_hil.conformance.results import RunReport
    from connmgr_hil.conformance.scenario import Scenario
    from connmgr_hil.targets import Dialect, Target


def _scenarios(context: click.Context, option: click.Parameter, begun: str) -> list[str]:
    """Complete the name of a scenario or a requirement."""
    del context, option
    from connmgr_hil.conformance.scenario import registered

    found = registered()
    names = {*found, *(ident for each in found.values() for ident in each.requirements)}
    return sorted(name for name in names if name.startswith(begun))


@click.command()
@optional_target_options
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="PATTERN",
    help="Only scenarios whose name or requirement matches; * and ? are wildcards, case does not matter (repeatable).",
    shell_complete=_scenarios,
)
@click.option(
    "--scenarios",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Your own scenarios ('cmhil new scenario'); only these, unless --scenario selects others.",
)
@click.option("--failed", is_flag=True, help="Only scenarios that did not conform in the last run.")
@click.option(
    "--shard",
    default="",
    metavar="K/N",
    help="Only the Kth of N shares of the scenarios, such as 1/4.",
)
@click.option("--list", "listed", is_flag=True, help="Only list the scenarios that would run.")
@click.option(
    "-x", "--stop", is_flag=True, help="Stop at the first scenario that does not conform."
)
@click.option(
    "--retry",
    type=click.IntRange(0, 100),
    default=0,
    metavar="N",
    help="Repeat a scenario that does not conform up to N times; if it then conforms, it is reported as flaky. A crash or hang stays a failure.",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 10_000),
    default=1,
    metavar="N",
    help="Run each scenario N times.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Scenarios to run in parallel, each on its own native, simulated or emulated device. "
    "By default one for each core if time is granted, otherwise 1.",
)
@click.option(
    "--soft-reset",
    is_flag=True,
    help="Between scenarios, use the probe's reset instead of a restart, where a dump shows that the device is then as after a boot.",
)
@click.option("--build", "builds", is_flag=True, help="Build the application first.")
@click.option(
    "--hardware-map",
    "map_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Run on all boards of twister's hardware map at once, instead of on a target.",
)
@click.option(
    "--flash",
    is_flag=True,
    help="First flash the board, or all boards of the map, unless they already have the build.",
)
@click.option(
    "--all-variants",
    is_flag=True,
    help="Build and run the platform and all its variants, with one verdict and one page.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for traces and summary; by default a new folder in out/verify/TARGET, to which 'latest' links.",
)
@json_option
@click.option("--junit", type=OutputFile(), metavar="FILE", help="Also write JUnit XML.")
@click.option(
    "--recorded",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="First judge the traces in DIR again, recorded from real Zephyr.",
)
@known_option
@click.option("-v", "--verbose", is_flag=True, help="Show everything the device shows, live.")
@dialect_option
def verify(
    target: str | None,
    image: Path | None,
    variant: str,
    port: str,
    wait: float,
    any_build: bool,
    scenarios: tuple[str, ...],
    files: tuple[Path, ...],
    failed: bool,
    shard: str,
    listed: bool,
    stop: bool,
    retry: int,
    repeat: int,
    jobs: int | None,
    soft_reset: bool,
    builds: bool,
    map_file: Path | None,
    flash: bool,
    all_variants: bool,
    out: Path | None,
    json_file: Path | None,
    junit: Path | None,
    recorded: Path | None,
    known: Path | None,
    verbose: bool,
    dialect: "Dialect",
) -> int:
    """Run the conformance scenarios on a target and judge everything it shows.

    \b
    cmhil verify -t simulated                 no Zephyr needed
    cmhil verify -t native                    after cmhil build -p native_sim
    cmhil verify -t frdm_k64f --port /dev/serial/by-id/...
    cmhil verify --hardware-map map.yml --flash
    cmhil verify -t native --scenario 'REQ-CTL-*'
    cmhil verify -t native --build --failed   build, then run only what failed last time
    cmhil verify -t native --all-variants     every configuration
    cmhil verify -t simulated --scenarios mine.py
    cmhil verify -t native --image zephyr.exe --dialect stock
    """
    from connmgr_hil.conformance import selection
    from connmgr_hil.conformance.deviations import read_known
    from connmgr_hil.conformance.scenario import load
    from connmgr_hil.files import LATEST, RunFolder
    from connmgr_hil.targets import insist_on_board, open_target, variant_of

    if target is None and map_file is None and (failed or not listed):
        raise click.MissingParameter(param_hint="'-t' / '--target'", param_type="option")
    variant = variant_of(target, variant) if target else variant
    home = _home(target or "boards", "all" if all_variants else variant, dialect)
    last = selection.not_conforming((out or home / LATEST) / SUMMARY) if failed else set()
    if not listed:
        forget(json_file, junit)
    own = [each for path in files for each in load(path)]
    chosen = selection.choose(scenarios) if scenarios or not own else own
    if failed:
        chosen = selection.failing(chosen, last)
    if shard:
        chosen = selection.share(chosen, shard)
    if listed:
        return _list(chosen)
    if not chosen:
        click.echo(_nothing(last, failed=failed, shard=shard))
        return ExitCode.CONFORMS
    excuses = read_known(known) if known else None
    if map_file is not None:
        if target or builds or all_variants or recorded or repeat > 1 or image or variant or port:
            raise click.UsageError(
                "--hardware-map cannot be combined with --target, --image, --variant, --port, --build, --all-variants, --recorded or --repeat."
            )
        from .several_boards import verify_map

        options = [word for path in files for word in ("--scenarios", str(path))]
        if scenarios or failed:
            options += [word for each in chosen for word in ("--scenario", each.name)]
        elif shard:
            options += ["--shard", shard]
        options += ["--retry", str(retry)] if retry else []
        options += ["--any-build"] if any_build else []
        options += ["-x"] if stop else []
        options += ["--soft-reset"] if soft_reset else []
        with RunFolder(home, out) as folder:
            report = verify_map(map_file, folder.path, options, flash=flash)
            return conclude(report, None, folder, json_file, junit, excuses)
    assert target is not None
    of_boards = options_of_boards(port, wait, any_build=any_build)
    insist_on_board(target, [*(["--flash"] if flash else []), *of_boards])
    if soft_reset and dialect == "stock":
        raise click.UsageError("--soft-reset needs the probe; firmware without it has no 'reset'.")
    if flash and (image or all_variants):
        raise click.UsageError("--flash cannot be combined with --image or --all-variants.")
    order = RunPlan(chosen, repeat, retry, stop, jobs, soft_reset, verbose)

    def opened(name: str, variant: str) -> "Target":
        return open_target(
            name,
            image=image,
            variant=variant,
            port=port,
            wait=wait,
            any_build=any_build,
            dialect=dialect,
        )

    if all_variants:
        if variant or image or recorded:
            raise click.UsageError(
                "--all-variants cannot be combined with --variant, --image or --recorded."
            )
        from .variants import verify_variants

        with RunFolder(home, out) as folder:
            report = verify_variants(target, opened, order, folder.path)
            return conclude(report, None, folder, json_file, junit, excuses)
    if builds:
        from .build import build_target

        build_target(target, variant)
    if flash:
        from .flash import flash_board

        flash_board(target, variant, port, wait)
    bench = opened(target, variant)
    earlier = _judged_again(recorded) if recorded else None
    if earlier is not None and earlier.interrupted:
        click.echo("VERDICT  none (interrupted)")
        return earlier.exit_code
    with bench:
        # A run that is refused here has written nothing yet.
        bench.claim()
        with RunFolder(home, out) as folder:
            (folder.path / SUMMARY).unlink(missing_ok=True)
            introduce(bench)
            if folder.earlier:
                found = f"{folder.earlier} trace{'' if folder.earlier == 1 else 's'}"
                click.echo(f"  ({found} of earlier runs in {out} count for nothing here)")
            live = order.run(bench, folder.path)
            return conclude(live, earlier, folder, json_file, junit, excuses)


def _nothing(last: set[str], *, failed: bool, shard: str) -> str:
    """Say why nothing is run."""
    if failed and not last:
        return "nothing failed in the last run"
    if failed and not shard:
        return f"none of these scenarios failed in the last run; {', '.join(sorted(last))} did"
    return f"nothing to run: shard {shard} has no scenario"


def _home(target: str, variant: str, dialect: "Dialect") -> Path:
    """Return where the runs of a target have their folders."""
    from connmgr_hil.targets import folder_name

    spoken = "" if dialect == "probe" else dialect
    names = filter(None, (folder_name(target), variant, spoken))
    return Path("out", "verify", "-".join(names))


def _list(chosen: "list[Scenario]") -> int:
    from .output import print_table

    rows = [(each.name, " ".join(each.requirements), each.title) for each in chosen]
    print_table(("scenario", "requirements", "title"), rows)
    return ExitCode.CONFORMS


def _judged_again(recorded: Path) -> "RunReport":
    from connmgr_hil.conformance import run

    from .closing import closing
    from .progress import Progress
    from .summary import summary

    click.echo(f"Recorded from real Zephyr earlier: the traces in {recorded}, judged again")
    with Progress(quiet=True) as progress:
        report = run.check([recorded], progress=progress)
    if told := closing(report, brief=True):
        click.echo(told)
    click.echo(summary(report, brief=True) + "\n")
    return report
