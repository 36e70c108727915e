"""What a night of random walks takes: processor time, memory and disk of one walk, and of 10^6 of them."""

import subprocess
import sys
from statistics import median
from typing import NamedTuple

import msgspec

from connmgr_hil.targets import open_target

from .rows import Row, Size

WALKS = 10**6
STEPS = 100
"""As many as `cmhil campaign` gives by itself."""

HOURS = 10
"""From the evening to the morning."""

# A worker of a campaign, before and after so many of its tasks.
_PROGRAM = """
import json, resource, sys, time
from connmgr_hil.campaign.task import BATCH, Task
from connmgr_hil.campaign.work import perform
import msgspec

name, tasks, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def usage():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return [each.ru_utime + each.ru_stime for each in used], [each.ru_maxrss for each in used]

def walk(number):
    task = Task(name, seed=1, first=number * BATCH, walks=BATCH, steps=steps, keep=True)
    return perform(msgspec.to_builtins(task))["pieces"]

walk(tasks)  # what a worker does once is over
before, _ = usage()
pieces = [piece for number in range(tasks) for piece in walk(number)]
after, peaks = usage()
spent = [(b - a) / len(pieces) for a, b in zip(before, after)]
size = sum(len(piece["trace"]) for piece in pieces) / len(pieces)
print(json.dumps([*spent, size, sum(peaks) / 1024, sorted({piece["outcome"] for piece in pieces})]))
"""


def night(name: str, size: Size) -> list[Row]:
    """Do what a worker of `cmhil campaign` does, and work out what 10^6 walks would take of it.

    Memory is the largest resident size of the worker and of its emulator, as if both came at once.
    """
    open_target(name)
    found = [_worker(name, size) for _ in range(size.rounds)]
    outcomes = {outcome for each in found for outcome in each.outcomes}
    if outcomes != {"conforms"}:
        return [
            Row(f"night, {name}", "core h", skipped=f"walks ended {', '.join(sorted(outcomes))}")
        ]
    harness = median(each.harness for each in found)
    emulator = median(each.emulator for each in found)
    trace = median(each.trace for each in found)
    memory = median(each.memory for each in found)
    core_hours = (harness + emulator) * WALKS / 3600
    figures = {
        "processor time of a walk": ("s", harness + emulator),
        "of that the device": ("s", emulator),
        "its trace": ("kB", trace / 1e3),
        "memory of a worker": ("MB", memory),
        "10^6 walks": ("core h", core_hours),
        f"10^6 walks in {HOURS} h": ("cores", core_hours / HOURS),
        f"memory of their workers, {HOURS} h": ("GB", core_hours / HOURS * memory / 1e3),
        "all traces of 10^6 walks": ("GB", trace * WALKS / 1e9),
    }
    return [
        Row(f"night, {name}: {what}", unit, value, runs=size.rounds)
        for what, (unit, value) in figures.items()
    ]


class _Used(NamedTuple):
    """What a worker used for each walk, in seconds and bytes, and in MB at its peak; and how its walks ended."""

    harness: float
    emulator: float
    trace: float
    memory: float
    outcomes: list[str]


def _worker(name: str, size: Size) -> _Used:
    arguments = [name, str(size.of(8, 1)), str(size.of(STEPS, 5))]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments], capture_output=True, text=True, check=True
    )
    return msgspec.json.decode(done.stdout, type=_Used)
