"""A minimal command sequence, written as tests that run: for pytest and for Robot Framework."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.files import replace_file
from connmgr_hil.files.templates import templates
from connmgr_hil.targets import Choice
from connmgr_hil.vocabulary.stimuli import Words

from .shrinker import Shrunk
from .upstream_test import Unwritable, write_ztest

_TEMPLATES = templates("connmgr_hil.conformance", "exported")


def pytest_text(shrunk: Shrunk, name: str, device: Choice, file: str) -> str:
    """Return the sequence as a pytest file for the plugin's `cm` fixture."""
    options = device.options().items()
    return _TEMPLATES.get_template("test.py.jinja").render(
        sentence=shrunk.failure.sentence.replace("\\", "\\\\").replace('"""', "'''"),
        file=file,
        device=", ".join(f"{key}={_quoted(value)}" for key, value in options),
        requirements=", ".join(map(_quoted, shrunk.failure.requirements)),
        name=name,
        commands=[_quoted(" ".join(words)) for words in _all(shrunk)],
    )


def robot_text(shrunk: Shrunk, name: str, device: Choice, file: str) -> str:
    """Return the sequence as a Robot suite for `ConnMgrLibrary`."""
    options = device.options()
    return _TEMPLATES.get_template("suite.robot.jinja").render(
        sentence=_cell(shrunk.failure.sentence),
        file=file,
        title=name.replace("_", " ").title(),
        tags="    ".join(map(_cell, shrunk.failure.requirements)) or "shrunk",
        commands=[_cell(" ".join(words)) for words in _all(shrunk)],
        **{
            key: _cell(str(options.get(key, ""))) or "${EMPTY}"
            for key in ("target", "image", "variant", "port")
        },
        any_build="${True}" if device.any_build else "${False}",
    )


@dataclass(frozen=True)
class Written:
    """The tests that were written, and why not all were."""

    paths: tuple[Path, ...]
    refused: str = ""

    def lines(self) -> list[str]:
        """Return where they are, as lines for a person."""
        told = [f"  as a test:     {path}" for path in self.paths]
        return [*told, f"  no Zephyr test: {self.refused}"] if self.refused else told


def write_tests(shrunk: Shrunk, folder: Path, stem: str, device: Choice) -> Written:
    """Write a sequence into a folder as tests: for pytest and Robot, on the device that failed, and in C for Zephyr's own tree."""
    name = re.sub(r"\W+", "_", stem).strip("_").lower()
    python, robot = folder / f"test_{name}.py", folder / f"{name}.robot"
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(python, pytest_text(shrunk, name, device, python.name))
    replace_file(robot, robot_text(shrunk, name, device, robot.name))
    try:
        return Written((python, robot, write_ztest(shrunk, folder, name)))
    except Unwritable as error:
        return Written((python, robot), error.seen)


def _quoted(value: str | bool) -> str:
    """Return a value as Python writes it, a text in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _cell(text: str) -> str:
    """Return text as it may stand in a cell of a Robot suite."""
    return re.sub(r"([\\#]|[$@&%](?=\{))", r"\\\1", " ".join(text.split()))


def _all(shrunk: Shrunk) -> tuple[Words, ...]:
    """Return the commands, and a dump at the end, which compares all of the device's state."""
    return (*shrunk.commands, ("state",))
