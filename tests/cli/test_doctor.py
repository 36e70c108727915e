"""The doctor says what can be done, and what is wrong with what is there; a build shows that it lives."""

from pathlib import Path

import pytest

from connmgr_hil.cli.build import Alive
from connmgr_hil.cli.main import run
from connmgr_hil.toolchain import machine


@pytest.fixture
def renode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands for Renode; what it prints is put in by each test."""
    program = tmp_path / "renode"
    monkeypatch.setenv("RENODE_PATH", str(program))
    return program


def told(says: str, program: Path) -> machine.Probed:
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    return next(each for each in machine._renode() if each.name == "Renode")


def test_a_renode_is_found_old_or_broken(renode: Path) -> None:
    sound = told("echo 'Renode v1.16.1.4321'", renode)
    assert sound.found
    assert "1.16" in sound.detail
    old = told("echo 'Renode v1.15.3.9'", renode)
    assert not old.found
    assert old.remedy.startswith(f"{renode} is Renode 1.15.3")
    assert old.remedy.endswith("and 1.16 or newer is needed")
    broken = told("echo 'You must install .NET' >&2; exit 131", renode)
    assert not broken.found
    assert "does not print its version" in broken.remedy


def test_renode_path_may_name_nothing(renode: Path) -> None:
    finding = next(each for each in machine._renode() if each.name == "Renode")
    assert finding.remedy == f"RENODE_PATH names {renode}, where there is no program 'renode'"


def test_pyrenode_without_a_renode_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "pyrenode_place", lambda: "/somewhere/pyrenode3")
    for name in ("PYRENODE_PKG", "PYRENODE_BUILD_DIR", "PYRENODE_BIN"):
        monkeypatch.delenv(name, raising=False)
    lacking = machine._renode()[1]
    assert not lacking.found
    assert "none of PYRENODE_PKG" in lacking.remedy
    monkeypatch.setenv("PYRENODE_BIN", "/renode")
    assert machine._renode()[1].found


def test_the_doctor_ends_with_what_can_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    shown = capsys.readouterr().out
    end = shown[shown.index("What you can do now:") :]
    assert "  cmhil verify -t simulated\n" in end
    missing = shown.partition("To get what is missing:")[2].partition("What can be done")[0]
    remedies = [line for line in missing.splitlines() if line.startswith("  ") and line[2] != " "]
    assert len(remedies) == len(set(remedies))
    assert run(["doctor", "-p", "simulated"]) == 0
    assert capsys.readouterr().out.endswith("What you can do now:\n  cmhil verify -t simulated\n")


def test_a_build_that_is_not_looked_at_tells_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 1.0, 20.0, 21.0, 60.0])
    monkeypatch.setattr("connmgr_hil.cli.build.time.monotonic", lambda: next(clock))
    with Alive() as alive:
        for number in range(4):
            alive(f"[{number}/312] Building C object\x1b[K")
    shown = capsys.readouterr().out
    assert shown == (
        "   20 s  [1/312] Building C object\\x1b[K\n   60 s  [3/312] Building C object\\x1b[K\n"
    )
