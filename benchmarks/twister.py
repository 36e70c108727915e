"""Upstream's own tests of the Connection Manager, run by twister, beside our suite on the same board."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import median

from connmgr_hil.conformance.run import verify
from connmgr_hil.targets import open_target
from connmgr_hil.toolchain.compilers import choose_toolchain
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .rows import Row, Size
from .running import without_tour

_TESTS = "tests/net/conn_mgr_conn"
"""Those of the monitor, in the folder beside it, do not end within twister's minute on mps2_an385."""


def suite(name: str, folder: Path, size: Size) -> list[Row]:
    """Compare how many seconds of the device each checks in a second; twister's start and builds are not counted."""
    tree = os.environ.get("ZEPHYR_BASE")
    zephyr = open_target(name).platform.zephyr
    if not tree or zephyr is None:
        raise UsageError("twister is a part of Zephyr", "ZEPHYR_BASE is not set", "set it")
    toolchain = choose_toolchain(zephyr.toolchain)
    if toolchain is None:
        raise UsageError(f"no compiler for {name}", "there is none", "see 'cmhil doctor'")
    settings = {"ZEPHYR_TOOLCHAIN_VARIANT": toolchain.variant, **toolchain.settings}
    built = folder / "twister"
    run = partial(_twister, Path(tree), zephyr.board, built, settings)
    run("--build-only")
    theirs, ours = [], []
    for _ in range(size.rounds):
        run("--test-only")
        theirs.append(_rate(built))
        report = verify(open_target(name), folder / "ours", scenarios=without_tour(size))
        device = sum(result.device_seconds for result in report.results)
        ours.append(device / report.wall_seconds)
    return [
        Row(
            f"device time that is checked, {name}",
            "device s per s",
            median(ours),
            median(theirs),
            "twister, upstream's tests",
            less=False,
            runs=size.rounds,
        )
    ]


def _twister(tree: Path, board: str, out: Path, settings: dict[str, str], what: str) -> None:
    """Run it. Its status tells nothing here: a test that fails has run as well."""
    report = out / "twister.json"
    before = report.stat().st_mtime_ns if report.is_file() else 0
    command = [sys.executable, str(tree / "scripts" / "twister"), "-T", str(tree / _TESTS)]
    done = subprocess.run(
        [*command, "-p", board, what, "--no-clean", "-j", "1", "-O", str(out)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **settings},
    )
    if not report.is_file() or report.stat().st_mtime_ns == before:
        raise RigFault(f"twister {what} wrote no report", done.stderr[-400:], "run it by hand")


def _rate(out: Path) -> float:
    """Return how many seconds of the device, as its ztest tells them, a second of the run had."""
    suites = json.loads((out / "twister.json").read_text(encoding="utf-8"))["testsuites"]
    device = sum(
        float(case.get("execution_time") or 0) for suite in suites for case in suite["testcases"]
    )
    wall = sum(float(suite.get("execution_time") or 0) for suite in suites)
    if not device or not wall:
        raise RigFault("twister ran no test to its end", f"{device} s in {wall} s")
    return device / wall
