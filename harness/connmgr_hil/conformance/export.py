"""A minimal command sequence, written as tests that run: for pytest and for Robot Framework."""

import re
from pathlib import Path

from connmgr_hil.files import replace_file
from connmgr_hil.vocabulary.stimuli import Words

from .shrinker import Shrunk

_PYTEST = '''"""{sentence}

Found by connmgr-hil; the shortest sequence that shows it. Run with:
    pytest {file} --cm-target {target}
"""

import pytest


@pytest.mark.req({requirements})
def test_{name}(cm):
    """Every command is judged by the model: the test fails where the device leaves it."""
{commands}
'''

_ROBOT = """*** Settings ***
Documentation    {sentence}
...
...              Found by connmgr-hil; the shortest sequence that shows it. Run with:
...              ``robot -v TARGET:{target} {file}``
Library          ConnMgrLibrary    target=${{TARGET}}    image=${{IMAGE}}


*** Variables ***
${{TARGET}}        {target}
${{IMAGE}}         ${{EMPTY}}


*** Test Cases ***
{title}
    [Documentation]    Every command is judged by the model: the test fails where the device leaves it.
    [Tags]    {tags}
{commands}
"""


def pytest_text(shrunk: Shrunk, name: str, target: str, file: str) -> str:
    """Return the sequence as a pytest file for the plugin's `cm` fixture."""
    commands = "\n".join(f'    cm.ask("{" ".join(words)}")' for words in _all(shrunk))
    requirements = ", ".join(f'"{each}"' for each in shrunk.failure.requirements)
    return _PYTEST.format(
        sentence=shrunk.failure.sentence,
        file=file,
        target=target,
        requirements=requirements,
        name=name,
        commands=commands,
    )


def robot_text(shrunk: Shrunk, name: str, target: str, file: str) -> str:
    """Return the sequence as a Robot suite for `ConnMgrLibrary`."""
    commands = "\n".join(f"    Give Command    {' '.join(words)}" for words in _all(shrunk))
    return _ROBOT.format(
        sentence=shrunk.failure.sentence,
        file=file,
        target=target,
        title=name.replace("_", " ").title(),
        tags="    ".join(shrunk.failure.requirements) or "shrunk",
        commands=commands,
    )


def write_tests(shrunk: Shrunk, folder: Path, stem: str, target: str) -> tuple[Path, Path]:
    """Write both tests into a folder and return their paths."""
    name = re.sub(r"\W+", "_", stem).strip("_").lower()
    python, robot = folder / f"test_{name}.py", folder / f"{name}.robot"
    replace_file(python, pytest_text(shrunk, name, target, python.name))
    replace_file(robot, robot_text(shrunk, name, target, robot.name))
    return python, robot


def _all(shrunk: Shrunk) -> tuple[Words, ...]:
    """Return the commands, and a dump at the end, which compares all of the device's state."""
    return (*shrunk.commands, ("state",))
