"""Writes traces of any length: random walks on one device, judged by nobody meanwhile, or a suite over and over."""

from itertools import cycle
from pathlib import Path
from random import Random

from connmgr_hil.conformance.choices import Choices
from connmgr_hil.conformance.recording import limits_for
from connmgr_hil.device import Device
from connmgr_hil.model import World
from connmgr_hil.targets import Target
from connmgr_hil.trace import TraceWriter, read_records
from connmgr_hil.vocabulary.observations import AnyRecord, Header, Reset, Storm, VerdictGiven

STEPS = 100
"""So many commands are given from one start of the device to the next."""

STORM_SECONDS = 120.0
"""A storm may go on for so long, in host time, before the device breaks it and answers."""


class _Recorder:
    """Takes records, counts them, and notices storms."""

    def __init__(self, trace: TraceWriter) -> None:
        self._trace = trace
        self.count = 0
        self.stormed = False

    def __call__(self, record: AnyRecord) -> None:
        self._trace.write(record)
        self.count += 1
        self.stormed = self.stormed or isinstance(record, Storm)


def write_long_trace(path: Path, target: Target, records: int, seed: int = 1) -> int:
    """Record walks on a target, one after the other, until so many records are written.

    Each walk begins with a restart of the device, which stands in the trace. Returns how many there are.
    """
    random = Random(seed)
    limits = limits_for(target)
    with TraceWriter(path) as trace, target:
        recorder = _Recorder(trace)
        recorder(
            Header(
                target=target.name,
                scenario="walks",
                seed=seed,
                late=limits.late,
                jitter=limits.jitter,
            )
        )
        device = Device(target.start(), recorder, pace=target.platform.pace)
        device.attach(start="boot")
        while True:
            recorder.stormed = False
            choices = Choices.swarm(World.of(device.facts, device.ifaces), random)
            for _ in range(STEPS):
                if recorder.stormed or recorder.count >= records:
                    break
                device.execute(choices.draw(random), host_seconds=STORM_SECONDS)
            device.execute(("state",))
            if recorder.count >= records:
                return recorder.count
            device.restart(target.restart())


def write_beginning(path: Path, of: Path, records: int) -> None:
    """Write a trace that has the first records of another, up to where the device is restarted."""
    taken: list[bytes] = []
    end = 0
    with of.open("rb") as lines:
        for line in lines:
            if len(taken) >= records and end:
                break
            if b'"k":"reset"' in line:
                end = len(taken)
            taken.append(line)
    path.write_bytes(b"".join(taken[: end or len(taken)]))


def write_suite_again_and_again(path: Path, traces: list[Path], records: int) -> None:
    """Write the traces of a suite one after the other, over and over, as if of one device that is restarted."""
    runs = [
        [each for each in read_records(trace) if not isinstance(each, VerdictGiven)]
        for trace in traces
    ]
    with TraceWriter(path) as trace:
        trace.write(runs[0][0])
        count = 1
        for run in cycle(runs):
            for record in (Reset(how="restart", expected=True), *run[1:]):
                trace.write(record)
                count += 1
            if count >= records:
                return
