"""Whole runs through a stock shell: from a target to a verdict, without Zephyr."""

from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.checker import Outcome
from connmgr_hil.cli.main import run as cmhil
from connmgr_hil.conformance import run, selection
from connmgr_hil.conformance.coverage import cover
from connmgr_hil.conformance.results import ScenarioResult
from connmgr_hil.targets import find_platform, open_target
from connmgr_hil.targets.base import PlatformTarget
from connmgr_hil.transport import Transport, open_terminal
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.observations import StatusSeen
from stand_ins.shell import STATUS, ScriptedShell


class ShellTarget(PlatformTarget):
    """A target whose firmware is a scripted shell."""

    granted = False
    name = "shell"

    def __init__(self, shell: ScriptedShell) -> None:
        self.platform = structs.replace(find_platform("native_sim"), dialect="stock")
        self._line = open_terminal(shell.path)

    def start(self) -> Transport:
        return self._line

    restart = start

    def stop(self) -> None:
        self._line.close()


FIRST = STATUS.splitlines(keepends=True)[0]


def shell() -> ScriptedShell:
    made = ScriptedShell()
    made.answers |= {"net cm status all": STATUS, "net cm status none": STATUS}
    made.answers |= {f"net cm status {form}": FIRST for form in ("1", "ifi 1", "IFI 1")}
    return made


def result_of(device: ScriptedShell, out: Path, name: str) -> ScenarioResult:
    with device, ShellTarget(device) as target:
        (result,) = run.verify(target, out, scenarios=selection.choose([name])).results
    return result


def test_a_scenario_holds_and_its_trace_shows_it(tmp_path: Path) -> None:
    assert result_of(shell(), tmp_path, "stock-status").outcome is Outcome.CONFORMS
    coverage = cover([tmp_path])
    assert list(coverage.platforms) == ["shell P42 through the stock shell"]
    standings = coverage.platforms["shell P42 through the stock shell"]
    assert standings["REQ-SH-001"] == "held"
    assert standings["REQ-SH-005"] == "not_run"
    assert standings["REQ-CTL-001"] == "unreachable"
    assert coverage.reason("REQ-CTL-001") == "not observable through the stock shell"


def test_a_shell_that_leaves_an_iface_out_fails(tmp_path: Path) -> None:
    device = shell()
    device.answers["net cm status all"] = FIRST
    result = result_of(device, tmp_path, "stock-status")
    assert result.outcome is Outcome.FAILS
    assert result.blamed == ("REQ-SH-001",)
    assert "ifaces [1, 2]" in result.reason


def test_what_needs_the_probe_cannot_run(tmp_path: Path) -> None:
    result = result_of(shell(), tmp_path, "addresses-come-and-go")
    assert (result.outcome, result.reason) == (None, "not observable through the stock shell")


def test_an_unknown_line_is_no_answer(tmp_path: Path) -> None:
    device = shell()
    device.answers["net cm status all"] = STATUS + "iface 3 is somewhere else.\n"
    result = result_of(device, tmp_path, "stock-status")
    assert result.outcome is Outcome.FAILS
    assert "iface 3 is somewhere else." in result.reason


def test_time_is_not_granted_without_the_probe(tmp_path: Path) -> None:
    image = tmp_path / "zephyr.exe"
    image.touch(0o755)
    target = open_target("native_sim", image=image, dialect="stock")
    assert not target.granted
    assert target.platform.dialect == "stock"
    assert open_target("native_sim", image=image).granted


def test_the_simulated_board_has_no_such_shell() -> None:
    with pytest.raises(UsageError, match="upstream's own shell"):
        open_target("simulated", dialect="stock")
    assert cmhil(["verify", "-t", "simulated", "--dialect", "stock"]) == 2


def test_statuses_are_in_the_trace(tmp_path: Path) -> None:
    from connmgr_hil.trace import read_records

    result = result_of(shell(), tmp_path, "stock-status")
    assert result.trace is not None
    seen = [record for record in read_records(result.trace) if isinstance(record, StatusSeen)]
    assert len(seen) == 3 * 2 + 3
