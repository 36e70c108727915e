"""Every command that we tell a user to give exists, and takes the options that we name."""

import ast
import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from connmgr_hil.cli.main import cmhil
from connmgr_hil.targets import known_platforms

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "harness").rglob("*.py"))
_HINT = re.compile(r"cmhil ([a-z]+)((?: [^\s'\"`|;&,]+)*)")
_GAP = "GAP"
"""Stands for what is filled in when the program runs."""

_NO_COMMAND = {"has", "that", "writes"}
"""Words that follow the name of the program in a sentence."""


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every text of a module, with gaps for what is filled in, and where it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = (each.value if isinstance(each, ast.Constant) else _GAP for each in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def hints() -> list[tuple[str, str, str]]:
    """Return where a command is named, its name, and what is said to follow it."""
    found = {}
    for path in SOURCES:
        for line, text in _texts(path):
            for match in _HINT.finditer(text):
                if match[1] not in _NO_COMMAND:
                    where = f"{path.relative_to(ROOT)}:{line}"
                    found[match[1], match[2]] = where, match[1], match[2].strip()
    return list(found.values())


@pytest.mark.parametrize(("where", "name", "rest"), hints())
def test_a_hint_can_be_followed(where: str, name: str, rest: str) -> None:
    context = click.Context(cmhil)
    command = cmhil.get_command(context, name)  # type: ignore[attr-defined]
    assert command is not None, f"{where}: there is no 'cmhil {name}'"
    if isinstance(command, click.Group):
        command = command.get_command(context, rest.split(maxsplit=1)[0]) if rest else command
        assert command is not None, f"{where}: there is no 'cmhil {name} {rest}'"
    options = {option for each in command.params for option in each.opts}
    for word in rest.partition(" -- ")[0].split():
        if word.startswith("-") and word not in {"-", "--"}:
            option = word.partition("=")[0].rstrip(").,:")
            assert option in options, f"{where}: 'cmhil {name}' takes no {option}"


@pytest.mark.parametrize(("where", "name", "rest"), hints())
def test_a_target_in_a_hint_exists(where: str, name: str, rest: str) -> None:
    del name
    words = shlex.split(rest.replace("(", " ").replace(")", " "))
    known = {"native", *known_platforms()}
    for option, given in itertools.pairwise(words):
        value = given.partition("=")[0]  # campaigns: the image behind it
        if option in {"-t", "-p", "--target", "--platform"} and value.islower():
            assert value in known or "/" in value or value.endswith(".toml"), f"{where}: {value}"
