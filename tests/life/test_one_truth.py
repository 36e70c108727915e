"""What is written and what is shown say the same, and what an earlier run wrote is never taken for this one's."""

import fcntl
import importlib
import json
import os
import select
import signal
from pathlib import Path

import click
import pytest
from processes import Harness

from connmgr_hil.cli.main import _COMMANDS, run as cmhil
from connmgr_hil.cli.parameter_types import OutputFile
from connmgr_hil.cli.promised import OPTIONS
from connmgr_hil.conformance import run
from connmgr_hil.vocabulary.errors import RigFault

TRACE = str(Path(__file__).parents[1] / "traces" / "native_posix_64" / "E1.jsonl")


def test_an_interrupt_while_the_results_are_written_comes_too_late(tmp_path: Path) -> None:
    pipe = tmp_path / "results.json"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    harness = Harness(
        "verify", "-t", "simulated", "--scenario", "two-ifaces",
        "--out", str(tmp_path / "out"), "--json", str(pipe),
    )  # fmt: skip
    assert select.select([reader], [], [], 60)[0]
    harness.process.send_signal(signal.SIGINT)
    os.set_blocking(reader, True)
    with os.fdopen(reader, "rb") as results:
        written = json.loads(results.read())
    shown = harness.output()
    assert harness.process.returncode == 0, shown
    assert written["verdict"] == "conforms"
    assert "VERDICT  conforms" in shown
    assert "none" not in shown


@pytest.mark.parametrize("how", [KeyboardInterrupt(), RigFault("no power", "none")])
def test_a_run_without_an_end_leaves_no_earlier_results(
    how: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: object, **__: object) -> None:
        raise how

    monkeypatch.setattr(run, "check", ends)
    for spelled in (["--json", "R"], ["--json=R"]):
        results = tmp_path / "results.json"
        results.write_text('{"verdict": "conforms"}')
        arguments = [each.replace("R", str(results)) for each in spelled]
        assert cmhil(["check", TRACE, *arguments]) in {3, 130}
        assert not results.exists()


def test_who_mistypes_keeps_them(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    results.write_text("{}")
    assert cmhil(["check", TRACE, "--json", str(results), "--profile", "P0"]) == 2
    assert cmhil(["verify", "--list", "--json", str(results)]) == 0
    assert results.read_text() == "{}"


def test_what_this_run_wrote_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it ends by the rig's fault after that."""
    results = tmp_path / "results.json"
    results.write_text("{}")

    def lost(*_: object) -> None:
        raise RigFault("the terminal burns", "smoke")

    monkeypatch.setattr("connmgr_hil.cli.closing.closing", lost)
    assert cmhil(["check", TRACE, "--json", str(results)]) == 3
    assert json.loads(results.read_text())["verdict"] == "conforms"


def test_every_option_for_results_is_known() -> None:
    named = set()
    for name in _COMMANDS:
        command = getattr(importlib.import_module(f"connmgr_hil.cli.{name}"), name)
        for each in command.params:
            if isinstance(each, click.Option) and isinstance(each.type, OutputFile):
                named.update(each.opts)
    traces_and_drafts = {"--out", "--map", "--lcov"}
    assert named - traces_and_drafts == set(OPTIONS)
