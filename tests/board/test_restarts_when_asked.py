"""A board that restarts when it is asked who it is, or to come into machine mode, has restarted by itself."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.conformance.nonconforming import Nonconforming
from connmgr_hil.conformance.session import Session
from connmgr_hil.targets import BoardTarget, find_platform
from connmgr_hil.targets.bench import ResetLadder
from connmgr_hil.targets.platforms import Must
from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.errors import NoProbe
from stand_ins.device import ScriptedDevice

PLATFORM = structs.replace(
    find_platform("frdm_k64f"), reset=ResetLadder(boot_seconds=0.5), ifaces=(), must=Must()
)


class Board(ScriptedDevice):
    """Boots into human mode, each time with another nonce; `at_machine_mode` is what it does there."""

    def __init__(self, at_machine_mode: Callable[["Board", str], object]) -> None:
        super().__init__(machine=False)
        self.facts |= {"board": "frdm_k64f", "reboot": 1}
        self.on("reboot", lambda _me, _tag, _words: self.boot())
        self.at_machine_mode = at_machine_mode
        self._boots = itertools.count(1)

    def boot(self, *_: object) -> None:
        self.restart(f"0000{next(self._boots):04x}", banner=False)
        self.machine = False

    def _hear(self, line: bytes) -> None:
        words = line.decode("latin-1").replace("\x03", "").split()
        if not self.machine and words[:3] == ["cm", "mode", "machine"]:
            self.raw(line + b"\r\n")
            self.at_machine_mode(self, words[-1])
        elif not self.machine and words == ["cm", "hello"]:
            told = f"board={self.facts['board']} build={self.facts['build']} nonce={self.nonce}"
            self.raw(f"[    0.001] hello proto=1 {told} ifaces=1\r\nuart:~$ ".encode())
        else:
            super()._hear(line)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMHIL_TIME_SCALE", "0.5")


def judged(board: ScriptedDevice, path: Path) -> Outcome:
    session = Session(BoardTarget(PLATFORM, board.path), path)
    with pytest.raises(Nonconforming), session:
        pass
    verdict = check_trace(path)
    assert verdict.failure is not None
    assert verdict.failure.requirements == ("REQ-LIFE-003",)
    assert session.verdict is not None
    assert session.verdict.failure == verdict.failure
    session.target.stop()
    return verdict.outcome


@pytest.mark.usefixtures("impatient")
def test_who_restarts_at_each_mode_machine_fails(tmp_path: Path) -> None:
    with Board(Board.boot) as board:
        assert judged(board, tmp_path / "trace.jsonl") is Outcome.FAILS


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("what", ["ignores it", "is another board", "restarts once"])
def test_who_only_does_not_come_into_machine_mode_is_the_rigs(what: str, tmp_path: Path) -> None:
    boots = 0

    def restart_at_the_first(board: Board, _challenge: str) -> None:
        nonlocal boots
        boots += 1
        if boots == 1:
            board.boot()

    does = {"ignores it": lambda *_: None, "restarts once": restart_at_the_first}
    with Board(does.get(what, Board.boot)) as board:
        if what == "is another board":
            board.facts |= {"board": "nrf9160dk"}
        session = Session(BoardTarget(PLATFORM, board.path), tmp_path / "trace.jsonl")
        with pytest.raises(NoProbe), session:
            pass
        session.target.stop()
    assert session.verdict is not None
    assert session.verdict.outcome is Outcome.RIG


def comes_in(board: Board, challenge: str) -> None:
    board.machine = True
    board.hello("", challenge)


@pytest.mark.usefixtures("impatient")
def test_who_restarts_at_each_hello_fails(tmp_path: Path) -> None:
    with Board(comes_in) as board:
        board.on("hello", lambda _me, _tag, _words: board.boot())
        assert judged(board, tmp_path / "trace.jsonl") is Outcome.FAILS


def test_who_booted_once_more_before_it_was_used_conforms(tmp_path: Path) -> None:
    """A power switch may bounce."""
    path = tmp_path / "trace.jsonl"
    with Board(comes_in) as board:

        class Bouncing(BoardTarget):
            def restart(self) -> Transport:
                line = super().restart()
                board.boot()
                return line

        with Bouncing(PLATFORM, board.path) as target, Session(target, path) as session:
            assert session.given == (("hello",),)
    assert check_trace(path).outcome is Outcome.CONFORMS
