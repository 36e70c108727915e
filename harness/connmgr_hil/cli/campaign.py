"""`cmhil campaign`: many walks and defect runs, over cores and machines."""

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.errors import NotRecorded, RigFault, UsageError
from connmgr_hil.vocabulary.escaping import on_one_line

from .output import print_table, show_line, wipe_line, write_json
from .target_options import (
    before_option,
    jobs_option,
    json_option,
    most_inconclusive_option,
    out_option,
    seed_option,
    steps_option,
    time_scale_option,
    variant_option,
)

if TYPE_CHECKING:  # slow to import
    from connmgr_hil.campaign import Done, Ledger, Summary, Task
    from connmgr_hil.vocabulary.stimuli import Words


@click.command()
@click.option(
    "-t",
    "--target",
    "targets",
    required=True,
    multiple=True,
    metavar="TARGET[=IMAGE]",
    help="As for 'cmhil walk', with the image to run if it is not the built one (repeatable).",
)
@variant_option
@click.option(
    "--walks",
    type=click.IntRange(0, 100_000_000),
    default=100,
    show_default=True,
    metavar="N",
    help="Number of walks on each target.",
)
@steps_option
@seed_option
@before_option
@click.option(
    "--defects",
    multiple=True,
    metavar="PATTERN",
    help="Also hunt the seeded defects whose name or requirement matches; '*' for all (repeatable).",
)
@jobs_option
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786.")
@click.option("--shrink", is_flag=True, help="Shrink each failing walk, for a minute at most.")
@click.option(
    "--keep", is_flag=True, help="Keep all traces, not only those of walks that do not conform."
)
@most_inconclusive_option
@click.option("--resume", is_flag=True, help="Continue the campaign in --out.")
@out_option
@json_option
@time_scale_option
def campaign(
    targets: tuple[str, ...],
    variant: str,
    walks: int,
    steps: int,
    seed: int | None,
    before: "tuple[Words, ...]",
    defects: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    shrink: bool,
    keep: bool,
    most_inconclusive: float,
    resume: bool,
    out: Path | None,
    json_file: Path | None,
) -> int:
    """Spread walks and defect runs over cores or machines, and summarize the results.

    Each walk gets a fresh device and depends only on the seed and its number, not on where it runs. The work of
    a worker that dies is repeated; --resume continues a campaign that was stopped.

    \b
    cmhil campaign -t simulated --walks 40 --seed 1
    cmhil campaign -t native -t mps2_an385 --walks 10000 --shrink
    cmhil campaign -t simulated --walks 0 --defects '*'
    cmhil campaign -t native=zephyr.exe --walks 1000000 --scheduler tcp://host:8786
    """
    from connmgr_hil import campaign as work
    from connmgr_hil.campaign.cluster import cluster_hands
    from connmgr_hil.conformance import defects as hunting
    from connmgr_hil.files import RunFolder
    from connmgr_hil.targets import open_target

    folder = out or Path("out", "campaign")
    ledger = work.Ledger(folder)
    begun, done = ledger.read() if resume else (None, [])
    if begun is not None and seed not in (None, begun):
        raise UsageError(
            f"the campaign in {folder} has the seed {begun}", f"--seed {seed}", "omit --seed"
        )
    chosen = (
        begun if begun is not None else seed if seed is not None else secrets.randbelow(1_000_000)
    )
    bases: list[Task] = []
    hunted: dict[str, tuple[str, ...]] = {}
    for each in targets:
        name, _, image = each.partition("=")
        bench = open_target(name, image=Path(image) if image else None, variant=variant)
        bases.append(
            work.Task(
                name, str(Path(image).absolute()) if image else "", variant, chosen, steps=steps,
                before=before, keep=keep, shrink=60.0 if shrink else 0.0,
            )
        )  # fmt: skip
        if defects:
            place: hunting.Seat = "simulated" if bench.platform.kind == "simulated" else "firmware"
            hunted[name] = tuple(found.name for found in hunting.choose(place, defects))
    planned = work.plan(bases, walks=walks, defects=hunted)
    tasks = work.left(planned, done)
    width = jobs or os.cpu_count() or 1
    hands = cluster_hands(scheduler) if scheduler else work.local_hands(min(width, len(tasks)) or 1)
    here = "1 process" if hands.width == 1 else f"{hands.width} processes"
    where = f"the Dask cluster at {scheduler}" if scheduler else here
    total = walks * len(bases) + sum(map(len, hunted.values()))
    click.echo(f"{total} pieces of work on {where}; seed {chosen}")
    summary = work.Summary(folder, chosen, most_inconclusive=most_inconclusive / 100)
    for earlier in done:
        if earlier.task in planned:
            summary.add(earlier)
            total -= len(earlier.pieces)
    if resume:
        click.echo(f"{total} are left")
    began = time.monotonic()
    with RunFolder(summary.out, summary.out) as kept:
        if not resume:
            ledger.begin(chosen)
        try:
            _collect(work.dispatch(tasks, hands), summary, total, ledger)
        except KeyboardInterrupt:
            summary.interrupted = True
        except NotRecorded as error:
            summary.unrecorded = str(error)
            click.echo(f"cmhil: {error}", err=True)
        except RigFault as error:
            summary.broken = str(error)
            click.echo(f"cmhil: {error}", err=True)
        kept.unfinished = summary.interrupted or bool(summary.unrecorded or summary.broken)
        summary.wall_seconds = time.monotonic() - began
        return _report(summary, json_file)


def _collect(results: "Iterator[Done]", summary: "Summary", total: int, ledger: "Ledger") -> None:
    """Sum up results as they come, and show how far it is."""
    began = time.monotonic()
    ended = 0
    for done in results:
        told = len(summary.told)
        summary.add(done)
        ledger.add(done)
        ended += len(done.pieces)
        wipe_line()
        for task, piece, trace in summary.told[told:]:
            reason, _, _ = piece.reason.partition("\n")
            click.echo(f"  {task.target}  {piece.name}  {piece.outcome}: {on_one_line(reason)}")
            if trace:
                click.echo(f"      trace: {summary.out / trace}")
            if piece.shrunk:
                click.echo(f"      shortest: {on_one_line(' · '.join(piece.shrunk))}")
        if done.unrecorded:
            raise NotRecorded(
                "a worker could not write a trace", done.unrecorded, "free some space and run again"
            )
        left = (time.monotonic() - began) / max(ended, 1) * (total - ended)
        show_line(f"  {ended} of {total}  {len(summary.told)} to look at  about {left:.0f} s left")
    wipe_line()


def _report(summary: "Summary", json_file: Path | None) -> int:
    from connmgr_hil.campaign.summary import rows

    document = summary.as_json()
    file = summary.out / "summary.json"
    try:
        for path in dict.fromkeys((file, json_file or file)):
            write_json(path, document)
    except NotRecorded:
        if not summary.unrecorded:  # otherwise the full disk was already reported
            raise
    print_table(("target", "", "done", "steps", "ended"), list(rows(summary)))
    total = sum(each.outcomes.total() for each in summary.walks.values())
    if total:
        click.echo(
            f"  {total} walks in {summary.wall_seconds:.1f} s "
            f"({total / summary.wall_seconds:.1f} walks/s)"
        )
    if summary.share.inconclusive:
        click.echo(f"  {summary.share}")
    ending = " (interrupted)" if summary.interrupted else ""
    click.echo(
        f"VERDICT  {summary.verdict}{ending}    traces and summary.json are in {summary.out}"
    )
    return summary.exit_code
