"""Stimuli from outside: what a platform file describes is done, or the rig is at fault."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from connmgr_hil.targets import open_target, read_platform
from connmgr_hil.targets.base import PlatformTarget
from connmgr_hil.vocabulary.errors import BadInput, RigFault, UsageError

FILE = """
name = "mine"
description = "my board"
kind = "board"
[zephyr]
board = "mine"
"""


def bench(tmp_path: Path, tables: str) -> PlatformTarget:
    path = tmp_path / "mine.toml"
    path.write_text(FILE + tables)
    target = PlatformTarget()
    target.platform = read_platform(path)
    return target


def test_commands_are_run(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    target = bench(
        tmp_path,
        f"""
[stimuli.link-down]
description = "cable out"
command = ["touch", "{seen} it"]
[stimuli.link-up]
description = "cable in"
shell = 'echo "$CMHIL_PLATFORM" > {seen}'
""",
    )
    target.stimulate("link-down")
    assert (tmp_path / "seen it").exists()
    target.stimulate("link-up")
    assert seen.read_text() == "mine\n"
    with pytest.raises(UsageError, match=r"(?s)'loss-on'.*stimuli: link-down, link-up"):
        target.stimulate("loss-on")
    assert "no stimulus loss-on" in target.obstacle_to_stimulus("loss-on")
    assert target.obstacle_to_stimulus("link-up") == ""


@pytest.mark.parametrize(
    ("means", "message"),
    [
        ('shell = "echo no relay; exit 5"', r"(?s)link-down.*status 5; last output: 'no relay"),
        ('command = ["/no/such"]', "cannot start '/no/such'"),
        (
            'shell = "echo hm; sleep 60"\nseconds = 0.3',
            r"not ended after 0\.3 s \(deadline 'stimulus'\); last output: 'hm",
        ),
    ],
)
def test_a_stimulus_that_fails_is_the_rig(tmp_path: Path, means: str, message: str) -> None:
    target = bench(tmp_path, f'[stimuli.link-down]\ndescription = "out"\n{means}\n')
    with pytest.raises(RigFault, match=message):
        target.stimulate("link-down")


@pytest.mark.parametrize(
    ("means", "message"),
    [
        ("", "exactly one of command, shell, operator, qmp, monitor, probe; this one has none"),
        ('shell = "x"\noperator = "y"', "this one has shell and operator"),
        ("comand = []", r"comand.*known keys: command, description"),
        ('qmp = { exec = "x" }', r"exec.*known keys: arguments, execute"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, means: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        bench(tmp_path, f'[stimuli.x]\ndescription = "y"\n{means}\n')
    assert "mine.toml" in str(caught.value)


def test_means_of_other_targets_are_refused(tmp_path: Path) -> None:
    target = bench(tmp_path, '[stimuli.x]\ndescription = "y"\nqmp = { execute = "set_link" }\n')
    assert "by qmp" in target.obstacle_to_stimulus("x")
    with pytest.raises(UsageError, match="means: command, operator, shell"):
        target.stimulate("x")
    with open_target("simulated") as other, pytest.raises(UsageError, match="stimuli: none"):
        other.stimulate("x")


ASKING = """
from connmgr_hil.targets.stimuli import OutsideStimulus, obstacle_to, perform
stimulus = OutsideStimulus(description="d", operator="pull the cable")
assert not obstacle_to(stimulus, "link-down")
perform(stimulus, "link-down", {})
"""


@pytest.mark.parametrize(("answer", "done"), [(b"\n", True), (b"no\n", False), (b"\x04", False)])
def test_a_person_is_asked_on_a_terminal(answer: bytes, done: bool) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", ASKING], stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL
    ) as process:
        os.close(theirs)
        shown = b""
        while not shown.endswith(b"cannot be done: "):
            shown += os.read(ours, 4096)
        assert b"pull the cable" in shown
        os.write(ours, answer)
        while True:
            try:
                shown += os.read(ours, 4096)
            except OSError:
                break
    os.close(ours)
    assert (process.returncode == 0) is done
    assert (b"the operator answered" in shown) is not done


def test_without_a_terminal_nobody_is_asked(tmp_path: Path) -> None:
    target = bench(tmp_path, '[stimuli.x]\ndescription = "y"\noperator = "do it"\n')
    assert "no terminal" in target.obstacle_to_stimulus("x")
    with pytest.raises(RigFault, match="no terminal"):
        target.stimulate("x")
