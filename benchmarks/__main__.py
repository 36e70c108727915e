"""Runs the benchmarks: `python -m benchmarks [--quick] [--only WORD] [--out FILE]`."""

import json
import os
import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.table import Table

from connmgr_hil import __version__

from . import judging, nights, pages, round_trip, running, shrinking, slow_line, twister
from .rows import Row, Size, or_skipped

BOARDS = ("qemu_cortex_m3", "qemu_cortex_a9", "qemu_x86")


def machine() -> dict[str, object]:
    """Return what the figures were measured on."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "connmgr-hil": __version__,
        "date": time.strftime("%Y-%m-%d"),
    }


def _benchmarks(folder: Path, size: Size) -> dict[str, tuple[str, Callable[[], list[Row]]]]:
    """Each benchmark by its name, with its unit: the name stands in the row when it is skipped."""
    native, emulated = "native", "mps2_an385"
    return {
        "command round trip, simulated": ("ms", lambda: round_trip.round_trips("simulated", size)),
        "command round trip, native": ("ms", lambda: round_trip.round_trips(native, size)),
        "whole suite, simulated": (
            "device s per s",
            lambda: running.suite("simulated", folder, size),
        ),
        "whole suite, native": (
            "device s per s",
            lambda: running.suite_beside_limit(native, folder, size),
        ),
        "walker, simulated": ("steps/s", lambda: running.walks("simulated", folder, size)),
        "walker, native": ("steps/s", lambda: running.walks(native, folder, size)),
        "suite without the tour, mps2_an385": ("s", lambda: running.clocks(emulated, folder, size)),
        **{
            f"suite without the tour, {name}": ("s", partial(running.starts, name, folder, size))
            for name in (*BOARDS, "renode_frdm_k64f", "renode_nrf9160dk")
        },
        "device time that is checked, mps2_an385": (
            "device s per s",
            lambda: twister.suite(emulated, folder, size),
        ),
        "suite on a slow line, mps2_an385": ("s", lambda: slow_line.suite(emulated, folder, size)),
        **{
            f"walker, {name}": ("steps/s", partial(running.walks, name, folder, size))
            for name in (emulated, *BOARDS)
        },
        "night, simulated": ("core h", lambda: nights.night("simulated", size)),
        "night, native": ("core h", lambda: nights.night(native, size)),
        "shrinking, native": (
            "resets",
            lambda: shrinking.shrinking(native, "firmware", folder, size),
        ),
        "cmhil --help": ("ms", lambda: pages.start_up(size)),
        "report": ("s", lambda: pages.page(folder, size)),
        "checker": ("records/s", lambda: judging.judging(folder, size)),
    }


@click.command()
@click.option("--quick", is_flag=True, help="Tiny sizes, one round: only to see that it works.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, metavar="N")
@click.option("--only", default="", metavar="WORD", help="Benchmarks with this in their name.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/bench.json"),
    show_default=True,
    metavar="FILE",
)
def main(quick: bool, rounds: int, only: str, out: Path) -> None:
    """Measure connmgr-hil beside its peers; the medians go to FILE, the machine to FILE.machine.json."""
    size = Size(1 if quick else rounds, quick)
    facts = machine()
    rows: list[Row] = []
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="cmhil-bench-") as folder:
        every = _benchmarks(Path(folder), size)
        chosen = [name for name in every if only in name]
        if not chosen:
            raise click.UsageError(f"no benchmark has {only!r} in its name: {'; '.join(every)}")
        for name in chosen:
            unit, measure = every[name]
            click.echo(f"{name} ...", err=True)
            rows += or_skipped(name, unit, measure)
            out.write_text(json.dumps([row.as_json() for row in rows], indent=1) + "\n")
    out.with_suffix(".machine.json").write_text(json.dumps(facts, indent=1) + "\n")
    _show(rows, facts)


def _show(rows: list[Row], facts: dict[str, object]) -> None:
    table = Table("what", "unit", "ours", "peer", "", "ratio", title="Medians, taken in one run")
    for column in (2, 3, 5):
        table.columns[column].justify = "right"
    for row in rows:
        peer = row.skipped or row.peer_name or ""
        table.add_row(
            row.name, row.unit, _figure(row.ours), _figure(row.peer), peer, _figure(row.ratio)
        )
    console = Console()
    console.print(table)
    console.print(", ".join(f"{key} {value}" for key, value in facts.items()), highlight=False)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


if __name__ == "__main__":
    main()
