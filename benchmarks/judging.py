"""The checker on long traces: records per second of processor time, and the most memory it took."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.targets import Target, open_target
from connmgr_hil.vocabulary.errors import UsageError

from .long_trace import write_beginning, write_long_trace, write_suite_again_and_again
from .rows import Row, Size

_PROGRAM = """
import json, re, sys, time
from pathlib import Path
from connmgr_hil.checker import check_trace
began = time.process_time()
verdict = check_trace(Path(sys.argv[1]))
took = time.process_time() - began
# Not ru_maxrss: that begins with what the parent had.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps([verdict.records / took, peak, str(verdict.outcome)]))
"""


def judging(folder: Path, size: Size) -> list[Row]:
    """Judge long traces, each in a process of its own.

    Random walks are the hard case, since nearly every command meets a state that was never met before. A suite that is
    run over and over is the easy one.
    """
    target = _fastest()
    powers = range(2, 3) if size.quick else range(4, 7)
    walk = folder / "walk.jsonl"
    write_long_trace(walk, target, 10 ** powers[-1])
    verify(target, folder / "suite", scenarios=choose(["E1", "E7"] if size.quick else []))
    suite = sorted((folder / "suite").glob("*.jsonl"))
    rows = []
    for power in powers:
        trace = folder / "long.jsonl"
        write_beginning(trace, walk, 10**power)
        rows += _rows(f"10^{power} records of walks", trace, size)
        write_suite_again_and_again(trace, suite, 10**power)
        rows += _rows(f"10^{power} records of a suite over and over", trace, size)
    return rows


def _rows(what: str, trace: Path, size: Size) -> list[Row]:
    found = [_judge(trace) for _ in range(size.rounds)]
    rates, peaks, outcomes = zip(*found, strict=True)
    if set(outcomes) != {"conforms"}:
        reason = f"the trace was found {', '.join(sorted(set(outcomes)))}"
        return [Row(f"checker, {what}", "records/s", skipped=reason)]
    rate, peak = median(rates), median(peaks)
    return [
        Row(f"checker, {what}", "records/s", rate, less=False, runs=size.rounds),
        Row(f"checker, {what}: peak memory", "MB", peak, runs=size.rounds),
    ]


def _fastest() -> Target:
    """Return native Zephyr where it was built: it records a long trace in a minute or two."""
    try:
        return open_target("native")
    except UsageError:
        return open_target("simulated")


def _judge(trace: Path) -> tuple[float, float, str]:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(trace)], capture_output=True, text=True, check=True
    )
    rate, peak, outcome = json.loads(done.stdout)
    return rate, peak, outcome
