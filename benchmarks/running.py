"""Whole suites and random walks: how much device time, and how many steps, a second gives."""

from pathlib import Path
from statistics import median

from connmgr_hil.conformance import walker
from connmgr_hil.conformance.run import choose, verify
from connmgr_hil.targets import ProgramTarget, open_target

from . import limit
from .rows import Row, Size


def suite(name: str, folder: Path, size: Size) -> list[Row]:
    """Run all scenarios, each on a freshly started device, with traces and verdicts.

    Beside it, what `limit` measures: the same exchanges without a harness, on one core and on two.
    """
    scenarios = choose(["E1", "E7"] if size.quick else [])
    program = open_target(name)
    assert isinstance(program, ProgramTarget)
    walls: list[float] = []
    limits: dict[int, list[float]] = {1: [], 2: []}
    device = 0.0
    for _ in range(size.of(size.rounds, 1)):
        report = verify(program, folder / f"suite-{name}", scenarios=scenarios)
        walls.append(report.wall_seconds)
        device = sum(result.device_seconds for result in report.results)
        target = limit.OverheardTarget(program)
        verify(target, folder / f"overheard-{name}", scenarios=scenarios)
        for cores, found in limits.items():
            found.append(limit.seconds(target, cores))
    rows = [
        Row(
            f"whole suite, {name}", "device s per s", device / median(walls), device / median(found),
            f"the same bytes, nothing else, {cores} at a time", less=False, runs=size.rounds,
        )
        for cores, found in limits.items()
    ]  # fmt: skip
    return [*rows, Row(f"whole suite, {name}: wall time", "s", median(walls), runs=size.rounds)]


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
