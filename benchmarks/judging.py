"""The checker on long traces: records per second of processor time, and the most memory it took."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from connmgr_hil.targets import Target, open_target
from connmgr_hil.vocabulary.errors import UsageError

from .long_trace import write_long_trace
from .rows import Row, Size

_PROGRAM = """
import json, resource, sys, time
from pathlib import Path
from connmgr_hil.checker import check_trace
began = time.process_time()
verdict = check_trace(Path(sys.argv[1]))
took = time.process_time() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([verdict.records / took, peak, str(verdict.outcome)]))
"""


def judging(folder: Path, size: Size) -> list[Row]:
    """Judge random walks of 10^4, 10^5 and 10^6 records, each in a process of its own."""
    rows = []
    target = _fastest()
    for power in range(2, 3) if size.quick else range(4, 7):
        trace = folder / f"long-{power}.jsonl"
        write_long_trace(trace, target, 10**power)
        found = [_judge(trace) for _ in range(size.rounds)]
        trace.unlink()
        rates, peaks, outcomes = zip(*found, strict=True)
        if set(outcomes) != {"conforms"}:
            reason = f"the trace was found {', '.join(sorted(set(outcomes)))}"
            rows.append(Row(f"checker, 10^{power} records", "records/s", skipped=reason))
            continue
        rows += [
            Row(
                f"checker, 10^{power} records",
                "records/s",
                median(rates),
                less=False,
                runs=size.rounds,
            ),
            Row(f"checker, 10^{power} records: peak memory", "MB", median(peaks), runs=size.rounds),
        ]
    return rows


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
