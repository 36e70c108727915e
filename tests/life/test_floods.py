"""A device that talks without end: a bound, a clear verdict, and no more memory than another run."""

from pathlib import Path

import pytest
from processes import Harness, stand_in

from connmgr_hil.device.flood import MOST
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.observations import VerdictGiven

FLOODING = """\
#!{python}
import os, sys
from connmgr_hil.simulated_board.__main__ import main
from connmgr_hil.simulated_board.console import Console

def feed(self, data, usual=Console.feed):
    usual(self, data)
    if b" up " in data:
        terminal = self._write.__self__
        os.set_blocking(terminal._master, True)
        while True:
            for _ in range(50):
                self._ring.add(*FLOOD)
            self.send_frames()
            terminal.flush()

Console.feed = feed
FLOOD = {flood}
sys.argv[1:] = []
main()
"""
EVENT = '("event", [("l","early"),("n","IF_UP"),("code","d0010002"),("if",1),("a",1),("o",1),("m","u")])'
LOG = '("log", [("lvl", "inf"), ("mod", "app"), ("msg", "still here")])'


@pytest.mark.parametrize(
    ("flood", "blamed"),
    [(EVENT, "FAIL  REQ-"), (LOG, "without an answer")],
    ids=["events", "logs"],
)
def test_frames_without_end_are_the_devices_fault(flood: str, blamed: str, tmp_path: Path) -> None:
    image = stand_in(tmp_path, FLOODING.replace("{flood}", flood))
    out = tmp_path / "out"
    harness = Harness("verify", "-t", "native", "--image", str(image), "--scenario", "addresses-come-and-go",
                      "--time-scale", "20", "--out", str(out),
                      before=("sh", "-c", 'ulimit -v 1000000; exec "$@"', "sh"))  # fmt: skip
    shown = harness.output()
    assert harness.process.returncode == 1, shown
    assert "VERDICT  fails" in shown
    assert f"more than {MOST} from" in shown
    trace = read_trace(out / "addresses-come-and-go.jsonl")
    assert not trace.truncated
    assert MOST < len(trace.records) < MOST + 5_000
    verdict = trace.records[-1]
    assert isinstance(verdict, VerdictGiven)
    assert blamed in verdict.summary
    harness.assert_nothing_left()
