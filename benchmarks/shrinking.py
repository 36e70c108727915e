"""How many resets and commands it takes to shrink a failure: ours beside Hypothesis's shrinker.

Both begin with a failure that they found themselves by random commands on the same seeded defect; what they
spent on finding it is not counted.
"""

import contextlib
import io
from pathlib import Path
from statistics import median

from hypothesis import HealthCheck, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from connmgr_hil.conformance import walker
from connmgr_hil.conformance.defects import Seat, choose
from connmgr_hil.conformance.nonconforming import Nonconforming
from connmgr_hil.conformance.session import Session
from connmgr_hil.conformance.shrinker import shrink
from connmgr_hil.targets import open_target
from connmgr_hil.testing.machine import SETTINGS, connection_manager_machine
from connmgr_hil.vocabulary.observations import Header, Reply
from connmgr_hil.vocabulary.stimuli import Words

from .rows import Row, Size


class _Counting(Session):
    """Counts resets and commands since the first failure."""

    resets = 0
    commands = 0
    failed = False

    def reset(self) -> bool:
        _Counting.resets += _Counting.failed
        return super().reset()

    def attempt(self, words: Words) -> Reply:
        _Counting.commands += _Counting.failed
        try:
            return super().attempt(words)
        except Nonconforming:
            _Counting.failed = True
            raise


def shrinking(name: str, place: Seat, folder: Path, size: Size) -> list[Row]:
    """Shrink one failure of each of some seeded defects, both ways."""
    found: list[tuple[int, int]] = []
    both: list[tuple[tuple[int, int], tuple[int, int]]] = []
    visible = [
        each for each in choose(place) if not (each.at_boot or each.variant or each.equivalent)
    ]
    for defect in visible[:: size.of(max(1, len(visible) // 8), 1000)]:
        before = (("defect", defect.name, "on"),)
        mine = _ours(name, before, folder, size)
        if mine is None:
            continue
        found.append(mine)
        if peer := _hypothesis(name, before, folder, size):
            both.append((mine, peer))
    title = f"shrinking, {name}"
    if not found:
        return [Row(title, "resets", skipped="no defect was found")]
    rows = []
    for number, what in enumerate(("resets", "commands")):
        ours = median(mine[number] for mine in found)
        rows.append(Row(f"{title}: {what}, median of {len(found)} defects", what, ours, runs=1))
        if both:
            ours, theirs = (median(each[who][number] for each in both) for who in (0, 1))
            name_ = f"{title}: {what}, median of the {len(both)} that Hypothesis found too"
            rows.append(Row(name_, what, ours, theirs, "Hypothesis", runs=1))
    return rows


def _ours(name: str, before: tuple[Words, ...], folder: Path, size: Size) -> tuple[int, int] | None:
    target = open_target(name)
    report = walker.walk(
        target,
        folder / "shrinking",
        walks=size.of(30, 5),
        steps=100,
        seed=1,
        before=before,
        stop_at=1,
    )
    if not report.failures:
        return None
    result = shrink(target, report.failures[0][0], folder / "shrunk.jsonl", confirm=1)
    return result.resets, result.given


def _hypothesis(
    name: str, before: tuple[Words, ...], folder: Path, size: Size
) -> tuple[int, int] | None:
    target = open_target(name)
    _Counting.resets, _Counting.commands, _Counting.failed = 0, 0, False

    def session() -> Session:
        return _Counting(target, folder / "hypothesis.jsonl", Header(scenario="machine"))

    machine = connection_manager_machine(session, before=before)
    tuned = settings(
        SETTINGS,
        derandomize=True,
        database=None,
        max_examples=size.of(60, 20),
        suppress_health_check=list(HealthCheck),
    )
    with (
        target,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        try:
            run_state_machine_as_test(machine, settings=tuned)
        except Nonconforming:
            pass
        except ExceptionGroup:
            pass
        except Flaky:
            return None  # it gives up on a machine whose draws depend on the device's state
        finally:
            machine.device.close()
    return (_Counting.resets, _Counting.commands) if _Counting.failed else None
