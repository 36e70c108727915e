"""The second ^C of an impatient person ends the run at once, even while its report is being written."""

import fcntl
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Harness, assert_traces_read, stand_in, walking

from serial_board import serial_board

PAGE = 4096
"""The least that a pipe holds; a report of `verify` is longer."""


class Stuck:
    """A report goes into a pipe that holds little of it and that nobody empties."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self.reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self.reader, fcntl.F_SETPIPE_SZ, PAGE)

    def when_begun(self) -> None:
        """Return when the first of it was written."""
        assert select.select([self.reader], [], [], 60)[0]


@pytest.fixture
def report(tmp_path: Path) -> Iterator[Stuck]:
    stuck = Stuck(tmp_path / "report.json")
    yield stuck
    os.close(stuck.reader)


def stopped_while_reporting(on_target: list[str], out: Path, report: Stuck) -> None:
    harness = Harness("verify", *on_target, "--repeat", "1000", "--out", str(out),
                      "--json", str(report.path))  # fmt: skip
    harness.when_started(out)
    harness.process.send_signal(signal.SIGINT)
    report.when_begun()
    assert harness.process.poll() is None
    harness.process.send_signal(signal.SIGINT)
    shown = harness.output()
    assert harness.process.returncode == 130, shown
    assert "Traceback" not in shown
    harness.assert_nothing_left()
    assert any(out.glob("*.jsonl"))
    assert_traces_read(out)


def test_while_the_report_is_written(tmp_path: Path, report: Stuck) -> None:
    """With an emulator of bad manners."""
    image = str(stand_in(tmp_path))
    stopped_while_reporting(["-t", "native", "--image", image], tmp_path / "out", report)


def test_the_board_is_free_for_the_next(
    tmp_path: Path, report: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMHIL_LOCK_DIR", str(tmp_path / "locks"))
    with serial_board(tmp_path) as on_board:
        stopped_while_reporting(on_board, tmp_path / "out", report)
        again = Harness(
            "verify",
            *on_board,
            "--scenario",
            "addresses-come-and-go",
            "--out",
            str(tmp_path / "again"),
        )
        shown = again.output()
        assert again.process.returncode == 0, shown


@pytest.mark.parametrize("moment", [0.0, 0.02])
def test_one_right_after_the_other(moment: float, tmp_path: Path) -> None:
    """The second comes while the device of the run is being left, or when Python is about to end."""
    out = tmp_path / "out"
    harness = walking(["-t", "simulated"], out)
    harness.when_started(out)
    for _ in range(2):
        harness.process.send_signal(signal.SIGINT)
        harness.ended_within(moment)
    shown = harness.output()
    assert harness.process.returncode == 130, shown
    assert "Traceback" not in shown
    harness.assert_nothing_left()
    assert_traces_read(out)


DROPPED = """
import os, signal
from connmgr_hil.cli.interrupting import heed_interrupts

class Final:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        while True:  # until the signal is handled
            pass

heed_interrupts()
try:
    Final()  # is gone at once
    signal.pause()
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_that_python_drops_comes_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DROPPED], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("interrupted\n", "")
