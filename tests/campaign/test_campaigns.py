"""Campaigns: the same summary wherever the work was done, whoever died meanwhile."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from connmgr_hil.campaign import (
    Done,
    Ledger,
    Piece,
    Summary,
    Task,
    dispatch,
    left,
    local_hands,
    plan,
)
from connmgr_hil.campaign.dispatch import LOSSES
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.errors import RigFault

WALKS = (
    *("-t", "simulated", "--walks", "12", "--steps", "25", "--seed", "3"),
    *("--before", "defect timeout_in_ms on"),
)


def cmhil(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "connmgr_hil.cli", "campaign", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def what_it_showed(out: Path, *arguments: str) -> dict[str, object]:
    done = cmhil(*arguments, "--out", str(out))
    shown, _ = done.communicate(timeout=120)
    assert done.returncode in (0, 1), shown
    return without_run(out)


def without_run(out: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads((out / "summary.json").read_text())
    assert document.pop("run")
    return document


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one process makes of the campaign."""
    return what_it_showed(tmp_path_factory.mktemp("alone"), *WALKS, "--jobs", "1")


def test_it_finds_what_fails_and_keeps_only_that(alone: dict[str, object], tmp_path: Path) -> None:
    out = tmp_path / "two"
    assert what_it_showed(out, *WALKS, "--jobs", "2") == alone
    pieces = alone["pieces"]
    assert alone["verdict"] == "fails"
    assert isinstance(pieces, list)
    assert 0 < len(pieces) < 12
    assert {out / each["trace"] for each in pieces} == set(out.rglob("*.jsonl"))
    assert all("REQ-CTL-019" in each["reason"] for each in pieces)
    for each in pieces:
        assert read_trace(out / each["trace"]).records


def workers_of(pid: int) -> list[int]:
    """The processes that work for one: its children which hold the pool's end of a pipe."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == pid and b"spawn_main" in command:
            found.append(int(entry.name))
    return found


def test_a_worker_that_dies_changes_nothing(alone: dict[str, object], tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = cmhil(*WALKS, "--jobs", "2", "--keep", "--out", str(out))
    try:
        wait_for_traces(out, running)
        os.kill(workers_of(running.pid)[0], signal.SIGKILL)
        shown, _ = running.communicate(timeout=120)
    finally:
        running.kill()
    assert running.returncode == 1, shown
    assert without_run(out) == alone | {"pieces": without_run(out)["pieces"]}
    assert sum(alone["walks"]["simulated"]["outcomes"].values()) == 12  # type: ignore[index, call-overload]


def wait_for_traces(out: Path, running: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 60
    while not any(out.rglob("*.jsonl")):
        assert time.monotonic() < deadline
        try:
            running.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(running.communicate()[0])


def test_it_goes_on_where_it_was_ended(alone: dict[str, object], tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = cmhil(*WALKS, "--jobs", "1", "--out", str(out))
    wait_for_traces(out, running)
    running.kill()
    running.communicate()
    ledger = (out / "done.ndjson").read_text().splitlines()
    assert json.loads(ledger[0]) == {"seed": 3}
    without_seed = [word for word in WALKS if word not in ("--seed", "3")]
    assert what_it_showed(out, *without_seed, "--jobs", "1", "--resume") == alone
    again = cmhil(*WALKS[:-2], "--seed", "5", "--resume", "--out", str(out))
    assert "has the seed 3" in again.communicate()[0]
    assert again.returncode == 2


def test_hands_that_are_gone_leave_what_is_done(tmp_path: Path) -> None:
    from dataclasses import replace

    tasks = plan([Task("simulated")], walks=6, defects={}, batch=1)
    ledger = Ledger(tmp_path)
    ledger.begin(7)

    def work() -> None:
        for done in dispatch(tasks, replace(local_hands(1), work=Gone(), gone=(OSError,))):
            ledger.add(done)

    with pytest.raises(RigFault, match=r"(?s)cannot be reached.*--resume"):
        work()
    seed, done_before = ledger.read()
    assert seed == 7
    kept = {each.task.first for each in done_before}
    assert {0, 1} <= kept <= {0, 1, 3}  # what ended beside the one that told of it counts, too
    assert {each.first for each in left(tasks, done_before)} == set(range(6)) - kept


class Gone:
    """Work that ends as it does when a scheduler dies."""

    def __call__(self, plain: dict[str, object]) -> object:
        if plain.get("first") == 2:
            raise ConnectionResetError("the scheduler is gone")
        return {"task": plain, "pieces": [{"name": "walk", "outcome": "conforms"}]}


@pytest.mark.parametrize(
    ("inconclusive", "verdict"), [(0, "conforms"), (1, "conforms"), (2, "inconclusive")]
)
def test_few_inconclusive_walks_do_not_make_all_of_them_so(
    inconclusive: int, verdict: str, tmp_path: Path
) -> None:
    summary = Summary(tmp_path, 0)
    for number in range(100):
        outcome = "inconclusive" if number < inconclusive else "conforms"
        summary.add(Done(Task("simulated", walks=1), (Piece(name="walk", outcome=outcome),)))
    document = summary.as_json()
    assert document["verdict"] == verdict
    assert document["share"] == {
        "inconclusive": inconclusive,
        "walks": 100,
        "share": inconclusive / 100,
        "most": 0.01,
    }


def test_interrupted_it_sums_up_what_there_is(tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = cmhil("-t", "simulated", "--walks", "100000", "--seed", "1", "--steps", "10",
                    "--jobs", "2", "--keep", "--out", str(out))  # fmt: skip
    wait_for_traces(out, running)
    running.send_signal(signal.SIGINT)
    shown, _ = running.communicate(timeout=60)
    assert running.returncode == 130, shown
    assert "VERDICT  none (interrupted)" in shown
    document = json.loads((out / "summary.json").read_text())
    assert document["run"]["interrupted"]
    assert document["walks"]["simulated"]["outcomes"]["conforms"] > 0


def test_defects_are_hunted_and_failing_walks_shrunk(tmp_path: Path) -> None:
    document = what_it_showed(
        tmp_path, "-t", "simulated", "--walks", "3", "--seed", "4", "--shrink", "--jobs", "2",
        "--before", "defect timeout_in_ms on", "--defects", "timeout_in_ms",
    )  # fmt: skip
    assert document["defects"] == {"simulated": {"caught": 1}}
    shrunk = [each["shrunk"] for each in document["pieces"]]  # type: ignore[attr-defined]
    assert all(0 < len(commands) < 8 for commands in shrunk)
    assert len(list(tmp_path.rglob("*.min.jsonl"))) == len(shrunk)


class Deadly:
    """Work that kills its worker whenever a certain task comes along."""

    def __call__(self, plain: dict[str, object]) -> object:
        if plain.get("first") == 2:
            os._exit(9)
        return {"task": plain, "pieces": [{"name": "walk", "outcome": "conforms"}]}


def test_a_task_that_kills_its_workers_is_given_up(tmp_path: Path) -> None:
    from dataclasses import replace

    tasks = plan([Task("simulated")], walks=5, defects={}, batch=1)
    hands = replace(local_hands(2), work=Deadly())
    summary = Summary(tmp_path, 0)
    for done in dispatch(tasks, hands):
        summary.add(done)
    sums = summary.walks["simulated"]
    assert sums.outcomes == {"conforms": 4, "rig": 1}
    assert f"lost {LOSSES} times" in summary.told[0][1].reason
    assert str(summary.outcome) == "rig"


def test_the_order_of_results_does_not_matter(tmp_path: Path) -> None:
    def done(first: int, outcome: str) -> Done:
        piece = Piece(f"walk-0-{first}", outcome, steps=first, device_usec=first)
        return Done(Task("simulated", first=first, walks=1), (piece,), (str(first),), {"up 0": 1})

    results = [done(1, "conforms"), done(2, "fails"), done(3, "inconclusive")]
    documents = []
    for order in (results, results[::-1]):
        summary = Summary(tmp_path, 0)
        for each in order:
            summary.add(each)
        documents.append(summary.as_json())
    assert documents[0] == documents[1]
    assert documents[0]["verdict"] == "fails"


@pytest.fixture
def cluster(tmp_path: Path) -> "Iterator[tuple[str, list[subprocess.Popen[bytes]]]]":
    """A Dask scheduler with two workers, each a process on loopback."""
    pytest.importorskip("distributed", reason="needs Dask: pip install 'connmgr-hil[cluster]'")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    commands = [
        ["dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        *[["dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]] * 2,
    ]
    with ExitStack() as stack:
        processes = []
        for program, *arguments in commands:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
                cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes.append(process)
        yield address, processes


def test_machines_give_the_same_as_processes_even_when_one_dies(
    cluster: "tuple[str, list[subprocess.Popen[bytes]]]", alone: dict[str, object], tmp_path: Path
) -> None:
    address, (_, *workers) = cluster
    wait_for_workers(address)
    out = tmp_path / "out"
    running = cmhil(*WALKS, "--scheduler", address, "--keep", "--out", str(out))
    try:
        wait_for_traces(out, running)
        workers[0].kill()
        shown, _ = running.communicate(timeout=120)
    finally:
        running.kill()
    assert running.returncode == 1, shown
    document = without_run(out)
    assert document["walks"] == alone["walks"]
    assert document["pieces"] == alone["pieces"]


def wait_for_workers(address: str) -> None:
    both = (
        "import sys; from distributed import Client\n"
        "Client(sys.argv[1], timeout=60).wait_for_workers(2, timeout=60)"
    )
    subprocess.run([sys.executable, "-c", both, address], check=True, timeout=120)


def test_what_was_done_before_the_scheduler_died_is_kept(
    cluster: "tuple[str, list[subprocess.Popen[bytes]]]", alone: dict[str, object], tmp_path: Path
) -> None:
    address, (scheduler, *_) = cluster
    wait_for_workers(address)
    out = tmp_path / "out"
    running = cmhil(*WALKS, "--scheduler", address, "--out", str(out))
    try:
        wait_for_traces(out, running)
        scheduler.kill()
        shown, _ = running.communicate(timeout=120)
    finally:
        running.kill()
    assert running.returncode == 1, shown  # those that were done fail
    assert "--resume" in shown
    assert "cannot be reached" in json.loads((out / "summary.json").read_text())["run"]["broken"]
    assert what_it_showed(out, *WALKS, "--jobs", "1", "--resume") == alone


def test_an_address_that_is_none_and_an_image_that_nobody_runs_are_usage(tmp_path: Path) -> None:
    for words, told in (
        (("-t", "simulated", "--scheduler", "nonsense"), "not the address of a Dask scheduler"),
        (("-t", f"simulated={tmp_path / 'x.exe'}"), "the simulated board does not run images"),
        (("-t", "simulated", "--json", str(tmp_path)), "is a directory"),
    ):
        running = cmhil(*words, "--out", str(tmp_path / "out"))
        shown, _ = running.communicate(timeout=60)
        assert running.returncode == 2, shown
        assert told in shown
        assert "Traceback" not in shown
    assert not (tmp_path / "out").exists()


def test_a_scheduler_that_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs Dask: pip install 'connmgr-hil[cluster]'")
    running = cmhil("-t", "simulated", "--scheduler", "tcp://127.0.0.1:1", "--time-scale", "0.05")
    shown, _ = running.communicate(timeout=60)
    assert running.returncode == 3, shown
    assert "deadline 'connect'" in shown
