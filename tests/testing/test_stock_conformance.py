"""The suite for firmware without the probe, on a shell with a state, on real Zephyr, and on shells that go wrong."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from connmgr_hil.targets import open_target
from connmgr_hil.testing import check_stock_device
from connmgr_hil.transport import open_terminal
from stand_ins.shell import ScriptedShell

INFO = {1: "1 (0x437718 - radio0 - Dummy)", 2: "2 (0x437788 - unnamed - Ethernet)"}
Rule = tuple[str, Callable[["Firmware", re.Match[str]], str]]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """These shells answer at once, so the quiet after their answers may be short."""
    monkeypatch.setenv("CMHIL_TIME_SCALE", "0.2")


class Firmware(ScriptedShell):
    """Upstream's shell over two ifaces, of which the first is bound."""

    def __init__(self, *rules: Rule) -> None:
        super().__init__()
        self.admin = {1: "down", 2: "up"}
        self.flag, self.timeout = "no", "0"
        self.rules = (*rules, *RULES)

    def _execute(self, line: str) -> None:
        for pattern, answer in self.rules:
            if match := re.fullmatch(pattern, line):
                self._print(answer(self, match))
                return
        super()._execute(line)

    def status(self, match: re.Match[str]) -> str:
        index = int(match[1])
        bound = "bound" if index == 1 else "not bound"
        return (
            f"iface {INFO[index]} status: watched, {bound}, admin-{self.admin[index]}, oper-down, "
            "no IP, not connected.\n"
        )

    def take(self, match: re.Match[str]) -> str:
        word, index = match[1], int(match[2])
        if self.admin[index] == word:
            return f"Cannot take interface {index} {word} (-114)\n"
        self.admin[index] = word
        return f"EVENT: L2 [{index}] interface admin {word}\nInterface {index} is {word}\n"

    def set_flag(self, match: re.Match[str]) -> str:
        self.flag = match[1]
        return f"Set the connectivity PERSISTENT flag to {self.flag[0]} on iface {INFO[1]}.\n"

    def get_flag(self, _match: re.Match[str]) -> str:
        value = self.flag[0]
        return f"The current value of the PERSISTENT connectivity flag on iface {INFO[1]} is {value}.\n"

    def set_timeout(self, match: re.Match[str]) -> str:
        self.timeout = match[1]
        return f"Set the connectivity timeout for iface {INFO[1]} to {self.shown_timeout}.\n"

    def get_timeout(self, _match: re.Match[str]) -> str:
        return f"The connectivity timeout for iface {INFO[1]} is {self.shown_timeout}.\n"

    @property
    def shown_timeout(self) -> str:
        return f"{self.timeout} (no timeout)" if self.timeout == "0" else f"{self.timeout} seconds"


RULES: tuple[Rule, ...] = (
    ("net cm status ([12])", Firmware.status),
    ("net iface (up|down) ([12])", Firmware.take),
    ("net cm flag 1 set PERSISTENT (yes|no)", Firmware.set_flag),
    ("net cm flag 1 get PERSISTENT", Firmware.get_flag),
    (r"net cm timeout 1 set (\d+)", Firmware.set_timeout),
    ("net cm timeout 1 get", Firmware.get_timeout),
)


def test_a_shell_that_keeps_its_word() -> None:
    with Firmware() as board:
        check_stock_device(lambda: open_terminal(board.path))
        assert (board.admin, board.flag, board.timeout) == ({1: "down", 2: "down"}, "no", "0")


def test_real_zephyr_without_the_probe_s_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    image = os.environ.get("CMHIL_STOCK_IMAGE", "")
    if not image:
        pytest.skip(
            "needs firmware with upstream's net shell: CMHIL_STOCK_IMAGE names a native image"
        )
    monkeypatch.delenv("CMHIL_TIME_SCALE")
    with open_target("native", image=Path(image), dialect="stock") as target:
        check_stock_device(target.start)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ((r"net cm status 2", lambda me, _: me.status(re.fullmatch("(1)", "1"))), "show iface 2, not \\[1\\]"),
        (("net iface up 2", lambda *_: "Interface 2 is up\n"), "should show IF_ADMIN_UP of iface 2"),
        (("net iface (up|down) (2)", lambda me, match: (me.take(match), "hm\n")[1]), "should succeed, not"),
        (("net cm flag 1 set PERSISTENT yes", lambda *_: "Done.\n"), "PERSISTENT should be 1 .*, not 0"),
        (("no-such-command", lambda *_: "OK\n"), "an unknown command should be complained about"),
        (("net cm timeout 1 set 7", lambda *_: "Done.\n"), "timeout 1 should be 7 .*, not 0"),
    ],
    ids=["another iface", "no event", "no result", "flag not kept", "anything goes", "timeout not kept"],
)  # fmt: skip
def test_a_shell_that_does_not_is_refused(rule: Rule, told: str) -> None:
    with Firmware(rule) as board, pytest.raises(AssertionError, match=told):
        check_stock_device(lambda: open_terminal(board.path))
