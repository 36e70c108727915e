"""`cmhil replay` says what a replay was worth: one that was damaged conforms to nothing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.cli.main import run
from connmgr_hil.targets import Target, open_target
from connmgr_hil.testing.mitm import MitmTarget
from connmgr_hil.trace import TraceWriter
from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.errors import RigFault
from connmgr_hil.vocabulary.observations import Header, Stimulus


class Swallowing:
    """A line on which no frame arrives that tells of IF_UP, however often it is asked for."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._begun = b""

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def tail(self) -> bytes:
        return self._inner.tail

    def fileno(self) -> int:
        return -1

    def write(self, data: bytes) -> None:
        self._inner.write(data)

    def read(self, deadline: float) -> bytes:
        data = self._inner.read(deadline)
        *lines, self._begun = (self._begun + data).split(b"\n")
        return b"".join(line + b"\n" for line in lines if b"n=IF_UP" not in line)

    def close(self) -> None:
        self._inner.close()


class Swallower(MitmTarget):
    """A target on such a line."""

    def _through(self, line: Transport) -> Transport:
        return Swallowing(line)


class Unplugged(MitmTarget):
    """A target that cannot be started."""

    starts = 0

    def restart(self) -> Transport:
        Unplugged.starts += 1
        raise RigFault("the supply should switch", "it does not answer")


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    trace = tmp_path / "mine.jsonl"
    with TraceWriter(trace) as writer:
        writer.write(Header())
        writer.write(Stimulus(id=1, words=("up", "4")))

    def replaying(kind: Callable[[Target], Target], *options: str) -> int:
        monkeypatch.setattr(
            "connmgr_hil.targets.choice.open_target", lambda name, **_: kind(open_target(name))
        )
        out = str(tmp_path / "again.jsonl")
        return run(["replay", str(trace), "-t", "simulated", "--out", out, *options])

    return replaying


def test_a_replay_that_shows_nothing_is_inconclusive(
    replay: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(Swallower, "--times", "2") == 4
    said = capsys.readouterr().out
    assert len(re.findall(r"(?m)^INCONCLUSIVE  \S", said)) == 2
    assert "VERDICT  inconclusive    0 of 2 failed, 2 inconclusive; the trace is " in said
    assert check_trace(tmp_path / "again.jsonl").outcome is Outcome.INCONCLUSIVE


def test_a_replay_that_the_rig_ends_is_the_rigs_and_the_last(
    replay: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(Unplugged, "--times", "5") == 3
    said = capsys.readouterr().out
    assert "the supply should switch" in said
    assert "VERDICT  rig    0 of 5 failed, 1 ended by the rig; the trace is " in said
    assert Unplugged.starts == 1


def test_a_replay_that_is_whole_conforms(
    replay: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(lambda target: target, "--times", "2") == 0
    assert "VERDICT  conforms    0 of 2 failed; the trace is " in capsys.readouterr().out
