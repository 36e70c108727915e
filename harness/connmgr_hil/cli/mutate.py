"""`cmhil mutate`: mutates C files, to see whether the suite notices."""

import os
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import ExitCode, UsageError
from connmgr_hil.vocabulary.escaping import on_one_line

from .output import print_table, show_line, wipe_line, write_json
from .parameter_types import Finite
from .target_options import jobs_option, json_option, steps_option, time_scale_option

if TYPE_CHECKING:  # slow to import
    from connmgr_hil.mutation import Mutant, MutationReport


@click.command()
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, resolve_path=True),
    metavar="SOURCE...",
)
@click.option(
    "-t", "--target", required=True, metavar="TARGET", help="'native', or a platform in QEMU."
)
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME",
    help="Also judge survivors in this configuration (repeatable).",
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="PATTERN",
    help="Judge only by these scenarios; * and ? are wildcards (repeatable).",
)
@click.option(
    "--walks",
    type=click.IntRange(0, 100_000),
    default=0,
    show_default=True,
    metavar="N",
    help="Number of random walks after the scenarios, for mutants that survive them.",
)
@steps_option
@click.option(
    "--sample", type=click.IntRange(1), metavar="N", help="Judge only N mutants, drawn by --seed."
)
@click.option(
    "--seed", type=int, default=0, metavar="S", help="Seed of the order, the sample and the walks."
)
@click.option(
    "--only-field",
    is_flag=True,
    help="Only our own mutation operators, without universalmutator's.",
)
@click.option(
    "--survivors",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Only mutants that survived in this earlier result (JSON).",
)
@jobs_option
@click.option(
    "--seconds",
    type=Finite(min=0, min_open=True),
    metavar="S",
    help="Start no mutant after this time.",
)
@click.option(
    "--least",
    type=Finite(0, 100),
    default=0.0,
    metavar="PERCENT",
    help="Exit with code 1 if a smaller share than this is killed.",
)
@click.option("--keep", is_flag=True, help="Keep the trace of each kill.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for builds and results; by default out/mutate/TARGET. The same folder again continues the run.",
)
@json_option
@time_scale_option
def mutate(
    sources: tuple[Path, ...],
    target: str,
    variants: tuple[str, ...],
    scenarios: tuple[str, ...],
    walks: int,
    steps: int,
    sample: int | None,
    seed: int,
    only_field: bool,
    survivors: Path | None,
    jobs: int | None,
    seconds: float | None,
    least: float,
    keep: bool,
    out: Path | None,
    json_file: Path | None,
) -> int:
    """Mutate C files, one change at a time, and see whether the suite notices.

    Builds the result of 'cmhil build' again in a separate folder and changes copies of the files there; your tree
    stays as it is. The same command continues an earlier run; after a change of the suite or of a file, choose another --out.

    \b
    cmhil mutate $ZEPHYR_BASE/subsys/net/conn_mgr/*.c -t native --sample 200
    cmhil mutate my_connectivity.c -t native --walks 20 --jobs 4 --variant dad
    cmhil mutate my_connectivity.c -t native --survivors out/mutate/native_sim_64/summary.json
    """
    from connmgr_hil.conformance.selection import choose
    from connmgr_hil.files import RunFolder, replace_file
    from connmgr_hil.mutation import mutants_of, survey
    from connmgr_hil.mutation.judging import Order
    from connmgr_hil.mutation.page import render_page
    from connmgr_hil.mutation.results import survivors as survivors_in
    from connmgr_hil.targets import open_target
    from connmgr_hil.targets.platforms import is_path

    choose(scenarios)  # a slip is told before anything is built
    platform = open_target(target).platform
    if platform.zephyr is None or platform.kind in ("board", "renode"):
        raise UsageError(
            f"mutants cannot be run on {target}",
            platform.description,
            "they run on this computer: native, or a platform in QEMU",
        )
    generators = ("field",) if only_field else ("field", "universal")
    mutants: list[Mutant] = [each for path in sources for each in mutants_of(path, generators)]
    total = len(mutants)
    # Drawn at random, what was judged when the budget ends is a sample of all.
    Random(seed).shuffle(mutants)
    if survivors is not None:
        alive = set(survivors_in(survivors))
        mutants = [each for each in mutants if each in alive]
    mutants = mutants[:sample]
    folder = (out or Path("out", "mutate", platform.name)).absolute()
    named = str(Path(target).absolute()) if is_path(target) else platform.name
    order = Order(
        named, ("", *variants), tuple(map(str, sources)), str(folder), scenarios, walks, steps, seed, keep
    )  # fmt: skip
    width = min(jobs or os.cpu_count() or 1, len(mutants)) or 1
    click.echo(f"{len(mutants)} of {total} mutants, {width} at a time: {platform.description}")
    with RunFolder(folder, folder) as kept:
        report = survey(
            order, mutants, total=total, jobs=width, seconds=seconds or 0.0, progress=_progress
        )
        report.target = platform.name
        kept.unfinished = report.interrupted
        wipe_line()
        for path in dict.fromkeys((folder / "summary.json", json_file or folder / "summary.json")):
            write_json(path, report.as_json())
        page = folder / "survivors.html"
        replace_file(page, render_page(report))
    return _told(report, out or folder.relative_to(Path.cwd()), least)


def _told(report: "MutationReport", folder: Path, least: float) -> int:
    from connmgr_hil.mutation.results import FATES

    rows = []
    for source in report.sources:
        counts = report.counts(source)
        rows.append((Path(source).name, *(str(counts[fate]) for fate in FATES)))
    print_table(("source", *FATES), rows)
    for each in report.of("survived"):
        mutant = each.mutant
        click.echo(f"\n{mutant.source}:{mutant.line}: survived ({mutant.operator})")
        click.echo(f"  - {on_one_line(mutant.before.strip())}")
        click.echo(f"  + {on_one_line(mutant.after.strip())}")
        if each.detail:
            click.echo(f"  {on_one_line(each.detail)}")
    killed = report.of("killed")
    by_walks = sum(each.by == "walk" for each in killed)
    click.echo(f"\n  killed: {len(killed) - by_walks} by the suite, {by_walks} by walks only")
    if report.unjudged:
        click.echo(f"  {report.unjudged} are left; the same command continues with them")
    score = report.score()
    told = "none (interrupted)" if report.interrupted else "none"
    if score is not None and not report.interrupted:
        told = f"{score:.1%}"
    click.echo(f"SCORE  {told}    survivors.html and summary.json are in {folder}")
    if report.interrupted:
        return ExitCode.INTERRUPTED
    if score is None:
        return ExitCode.INCONCLUSIVE
    return ExitCode.FAILS if 100 * score < least else ExitCode.CONFORMS


def _progress(report: "MutationReport", left: int) -> None:
    score = report.score()
    share = f"{score:.1%} killed" if score is not None else "none judged"
    show_line(f"  {len(report.results)} done, {left} left, {share}")
