"""A board that prints Zephyr's banner is reset without asking it who it is before and after: its next user does."""

from collections.abc import Iterator

import pytest

from connmgr_hil.device import Device
from connmgr_hil.device.attaching import Attaching
from connmgr_hil.device.commands import Commands
from connmgr_hil.targets import BoardTarget, find_platform
from connmgr_hil.vocabulary.errors import RigFault
from stand_ins.device import ScriptedDevice


class Board(ScriptedDevice):
    """Reboots into the mode for people, each time with another nonce."""

    def __init__(self, *, banner: bool = True) -> None:
        super().__init__()
        self.facts |= {"board": "frdm_k64f", "reboot": 1}
        self.boots = 0
        self.same = False
        self.banner = banner
        self.on("reboot", lambda _me, _tag, _words: self._reboot())

    def _reboot(self) -> None:
        self.boots += 1
        self.machine = False
        self.restart(self.nonce if self.same else f"0000{self.boots:04x}", banner=self.banner)

    def asked(self) -> int:
        """Return how often it was asked who it is, and forget that."""
        asked = sum("hello" in line or "mode machine" in line for line in self.lines)
        self.lines.clear()
        return asked


def _used(target: BoardTarget) -> Iterator[Device]:
    """Restart a board and use it, again and again."""
    device = Device(target.start(), lambda record: None, shell_first=True)
    device.attach(start="boot")
    while True:
        target.met(device.facts)
        assert device.execute(("ping",)).status == "0"
        yield device
        device.restart(target.restart())


def test_a_banner_is_enough() -> None:
    with Board() as board, BoardTarget(find_platform("frdm_k64f"), board.path) as target:
        runs = _used(target)
        nonces = {next(runs).facts.nonce}
        board.asked()
        for count in (2, 3, 4):
            nonces.add(next(runs).facts.nonce)
            assert board.boots == count
            assert board.asked() == 1
            assert target.last_restart is not None
            assert target.last_restart.by == "reboot command"
        assert len(nonces) == 4


def test_without_a_banner_it_is_asked() -> None:
    with (
        Board(banner=False) as board,
        BoardTarget(find_platform("frdm_k64f"), board.path) as target,
    ):
        runs = _used(target)
        next(runs)
        board.asked()
        next(runs)
        assert board.boots == 2
        assert board.asked() > 2


def test_a_banner_of_something_else_is_found_out() -> None:
    with Board() as board, BoardTarget(find_platform("frdm_k64f"), board.path) as target:
        runs = _used(target)
        next(runs)
        board.same = True
        with pytest.raises(RigFault, match=r"(?s)did not boot.*banner came"):
            next(runs)


def test_who_echoes_a_knock_is_in_the_mode_for_people() -> None:
    """Though frames had come, of the life before the reset."""
    written: list[bytes] = []
    attaching = Attaching(Commands(), written.append, shell_first=False)
    attaching.saw("@0000002a 5 nak why=form*00000000")
    attaching.knock(1)
    attaching.knock(2)
    assert all(b" hello " in knock for knock in written)
    attaching.overheard("uart:~$ " + written[-1].decode().strip())
    attaching.knock(3)
    assert b"cm mode machine" in written[-1]
    attaching.overheard("uart:~$ " + written[-1].decode().strip())
    attaching.knock(4)
    assert b" hello " in written[-1]
