"""Whole suites and random walks: how much device time, and how many steps, a second gives."""

from functools import partial
from pathlib import Path
from statistics import median

from connmgr_hil.conformance import walker
from connmgr_hil.conformance.needs import FAST_LINE
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.scenario import Scenario
from connmgr_hil.conformance.selection import choose
from connmgr_hil.targets import ProgramTarget, open_target
from connmgr_hil.vocabulary.errors import UsageError

from . import limit
from .rows import Contest, Row, Size


def suite(name: str, folder: Path, size: Size) -> list[Row]:
    """Run all scenarios, each on a freshly started device, with traces and verdicts."""
    scenarios = choose(["E1", "E7"] if size.quick else [])
    target = open_target(name)
    speeds, walls = [], []
    for _ in range(size.rounds):
        report = verify(target, folder / f"suite-{name}", scenarios=scenarios)
        walls.append(report.wall_seconds)
        device = sum(result.device_seconds for result in report.results)
        speeds.append(device / report.wall_seconds)
    return [
        Row(f"whole suite, {name}", "device s per s", median(speeds), less=False, runs=size.rounds),
        Row(f"whole suite, {name}: wall time", "s", median(walls), runs=size.rounds),
    ]


def without_tour(size: Size) -> list[Scenario]:
    """Return the scenarios that were written by hand: all that a board on a slow line runs."""
    chosen = choose(["E1", "E7"] if size.quick else [])
    return [each for each in chosen if FAST_LINE not in each.needs]


def clocks(name: str, folder: Path, size: Size) -> list[Row]:
    """Run the suite by the probe's clock as `starts` does, and once by the board's own."""
    one, *others = starts(name, folder, size)
    try:
        one.peer = _without_tour(name, folder, size, variant="real_clock", jobs=1)
        one.peer_name = "by its own clock"
    except UsageError as error:
        one.skipped = f"{error.wanted}: {error.seen}"
    return [one, *others]


def starts(name: str, folder: Path, size: Size) -> list[Row]:
    """Run the suite one device at a time, one for each core, and these with the probe's reset in place of restarts."""
    run = partial(_without_tour, name, folder, size)
    found = Contest(
        {
            "": partial(run, jobs=1),
            ", a job for each core": run,
            ", a job for each core, --soft-reset": partial(run, soft_reset=True),
        }
    ).run(size.rounds)
    title = f"suite without the tour, {name}"
    return [
        Row(f"{title}{how}: wall time", "s", seconds, runs=size.rounds)
        for how, seconds in found.items()
    ]


def _without_tour(
    name: str,
    folder: Path,
    size: Size,
    *,
    variant: str = "",
    jobs: int | None = None,
    soft_reset: bool = False,
) -> float:
    target = open_target(name, variant=variant)
    return verify(
        target, folder / "clocks", scenarios=without_tour(size), jobs=jobs, soft_reset=soft_reset
    ).wall_seconds


def suite_beside_limit(name: str, folder: Path, size: Size) -> list[Row]:
    """Run the suite, and in turn the same exchanges without a harness, one device at a time and two."""
    scenarios = choose(["E1", "E7"] if size.quick else [])
    program = open_target(name)
    assert isinstance(program, ProgramTarget)
    overheard = limit.OverheardTarget(program)
    report = verify(overheard, folder / "overheard", scenarios=scenarios)
    device = sum(result.device_seconds for result in report.results)
    found = Contest(
        {
            "ours": lambda: (
                verify(program, folder / f"suite-{name}", scenarios=scenarios).wall_seconds
            ),
            "the same bytes alone": lambda: limit.seconds(overheard, 1),
            "the same bytes alone, two devices at a time": lambda: limit.seconds(overheard, 2),
        }
    ).run(size.rounds)
    ours = found.pop("ours")
    title = f"whole suite, {name}"
    return [
        *(
            Row(
                title, "device s per s", device / ours, device / peer, who,
                less=False, runs=size.rounds,
            )
            for who, peer in found.items()
        ),
        Row(f"{title}: wall time", "s", ours, runs=size.rounds),
    ]  # fmt: skip


def walks(name: str, folder: Path, size: Size) -> list[Row]:
    """Walk at random, each step judged."""
    target = open_target(name)
    rates = []
    for number in range(size.rounds):
        report = walker.walk(
            target, folder / "walks", walks=size.of(20, 1), steps=100, seed=number, stop_at=1
        )
        rates.append(report.steps / report.wall_seconds)
    return [Row(f"walker, {name}", "steps/s", median(rates), less=False, runs=size.rounds)]
