"""Two runs of cmhil want one board: the second is told who has it, or waits its turn."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Harness, assert_traces_read, walking

from serial_board import serial_board


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    monkeypatch.setenv("CMHIL_LOCK_DIR", str(tmp_path / "locks"))
    with serial_board(tmp_path) as options:
        yield options


@pytest.fixture
def first(board: list[str], tmp_path: Path) -> Harness:
    harness = walking(board, tmp_path / "first")
    harness.when_started(tmp_path / "first")
    return harness


def second(board: list[str], out: Path, *options: str) -> Harness:
    return Harness(
        "verify", *board, "--scenario", "addresses-come-and-go", "--out", str(out), *options
    )


def test_the_second_is_told_who_has_it(first: Harness, board: list[str], tmp_path: Path) -> None:
    """By whatever name it calls the port, and when it has waited in vain; the first is not disturbed."""
    other_name = tmp_path / "by-id"
    other_name.symlink_to(board[-1])
    harness = second([*board[:-1], str(other_name)], tmp_path / "second", "--wait", "0.3")
    shown = harness.output()
    assert harness.process.returncode == 3, shown
    owner = rf"it is used by \S+ process {first.process.pid} \(.*walk .*\), for \d+ s"
    assert re.search(owner, shown), shown
    assert "next: wait for it with --wait SECONDS" in shown
    assert "Traceback" not in shown
    assert not (tmp_path / "second").exists(), "nothing was begun"
    assert first.process.poll() is None
    first.end(signal.SIGINT)
    assert first.process.returncode == 130, first.output()
    assert "VERDICT  none (interrupted)" in first.output()
    assert_traces_read(tmp_path / "first")


def test_the_second_waits_its_turn(first: Harness, board: list[str], tmp_path: Path) -> None:
    """Which comes in whatever way the first one ends."""
    harness = second(board, tmp_path / "second", "--wait", "60")
    assert not harness.ended_within(1.0)
    assert not (tmp_path / "second").exists()
    first.end(signal.SIGKILL)
    shown = harness.output()
    assert harness.process.returncode == 0, shown
    assert_traces_read(tmp_path / "first")
    assert_traces_read(tmp_path / "second")
