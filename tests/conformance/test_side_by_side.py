"""Scenarios side by side: the same results in the same order as one by one, and nothing left of the processes."""

import os
import signal
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from connmgr_hil.conformance.run import choose, verify
from connmgr_hil.conformance.scenario import Scenario
from connmgr_hil.conformance.side_by_side import side_by_side
from connmgr_hil.targets import open_target
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.errors import BadInput, RigFault, UsageError

NAMES = (
    "addresses-come-and-go",
    "two-ifaces",
    "loss",
    "up-connects-at-once",
    "fatal-while-connecting",
    "disconnect-connected",
)


def scenarios() -> list[Scenario]:
    return choose(NAMES)


def test_the_same_as_one_by_one(tmp_path: Path) -> None:
    told: dict[int, list[tuple[str, object, object]]] = {}
    for jobs in (1, 3):
        shown: list[str] = []
        folder = tmp_path / str(jobs)
        report = verify(
            open_target("simulated"), folder, scenarios=scenarios(), repeat=2, jobs=jobs,
            progress=lambda result, number, total: shown.append(f"{result.name} {number}/{total}"),  # noqa: B023 - called before the next turn
        )  # fmt: skip
        assert shown == [f"{name} {n}/{len(NAMES)}" for n, name in enumerate(NAMES, 1)] * 2
        assert report.clock == "granted"
        assert report.wire_seconds == pytest.approx(report.wire_bytes / 11_520)
        told[jobs] = [(each.name, each.outcome, each.device_seconds) for each in report.results]
    assert told[1] == told[3]
    names = [sorted(path.name for path in (tmp_path / str(jobs)).iterdir()) for jobs in (1, 3)]
    assert names[0] == names[1]


def test_each_core_has_a_job_where_time_is_granted(tmp_path: Path) -> None:
    """By the traces, which begin before others have ended."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core")

    def noted(body: Scenario) -> Scenario:
        def run(bench: object) -> None:
            (tmp_path / f"{os.getpid()}.pid").touch()
            body.body(bench)  # type: ignore[arg-type]

        return replace(body, body=run)

    chosen = [noted(each) for each in scenarios()] * 4
    verify(open_target("simulated"), tmp_path / "out", scenarios=chosen, jobs=None)
    seen = [int(path.stem) for path in tmp_path.glob("*.pid")]
    assert os.getpid() in seen, "the first is run here"
    assert len(seen) >= 2


def test_what_ends_a_run_leaves_no_trace_of_what_began_beside_it(tmp_path: Path) -> None:
    def wrong(bench: object) -> None:
        raise UsageError("a command", "none", "mend the scenario")

    first, second, *rest = scenarios()
    chosen = [first, replace(second, body=wrong), *rest]
    report = verify(open_target("simulated"), tmp_path, scenarios=chosen, jobs=3)
    assert report.mistake is not None
    assert [each.name for each in report.results] == [first.name]


def test_a_stop_is_that_of_one_by_one(tmp_path: Path) -> None:
    first, second, *rest = scenarios()
    failing = next(iter(choose(["up-connects-later"])))

    def unmet(bench: object) -> None:
        failing.body(bench)  # type: ignore[arg-type]
        bench.do("up A", "L4_CONNECTED(B)")  # type: ignore[attr-defined]

    chosen = [first, replace(second, body=unmet), *rest]
    report = verify(open_target("simulated"), tmp_path, scenarios=chosen, jobs=3, stop=True)
    assert report.stopped
    assert [each.name for each in report.results] == [first.name, second.name]
    assert sorted(path.stem for path in tmp_path.glob("*.jsonl")) == sorted(
        [first.name, second.name]
    )


def test_one_board_is_one_job(tmp_path: Path) -> None:
    target = open_target("frdm_k64f", port="/dev/null", any_build=True)
    with pytest.raises(UsageError, match="2 jobs cannot share"):
        verify(target, tmp_path, scenarios=scenarios(), jobs=2)


def test_an_error_comes_in_its_turn() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise BadInput("an even number", str(number))
        return number * number

    results = side_by_side(work, range(8), 2, int)
    assert list(islice(results, 3)) == [0, 1, 4]
    with pytest.raises(BadInput, match="an even number"):
        next(results)
    assert list(results) == []


def test_a_process_that_is_killed_is_a_fault_of_the_rig() -> None:
    def work(number: int) -> int:
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    results = side_by_side(work, range(6), 2, int)
    assert list(islice(results, 2)) == [0, 1]
    with pytest.raises(RigFault, match="has died"):
        next(results)


def test_who_stops_asking_interrupts_the_others(tmp_path: Path) -> None:
    """A scenario under way ends its trace, and its device."""
    left = tmp_path / "left"

    def work(number: int) -> int:
        if number:
            try:
                signal.pause()
            except KeyboardInterrupt:
                left.touch()
                raise
        return number

    with closing(side_by_side(work, range(3), 2, int)) as results:
        assert next(results) == 0
    assert left.exists()


def test_each_leaves_at_its_end(tmp_path: Path) -> None:
    def leave() -> None:
        (tmp_path / str(os.getpid())).touch()

    assert list(side_by_side(str, [1, 2, 3, 4], 2, leave)) == ["1", "2", "3", "4"]
    assert len(list(tmp_path.iterdir())) == 2


def test_traces_are_whole(tmp_path: Path) -> None:
    report = verify(open_target("simulated"), tmp_path, scenarios=scenarios(), jobs=2)
    for each in report.results:
        assert each.trace is not None
        assert read_trace(each.trace).records
