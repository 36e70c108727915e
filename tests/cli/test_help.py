"""What `--help` teaches: each command has examples, and they can be typed as they stand."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from connmgr_hil.cli.main import cmhil

SELF_EVIDENT = {"doctor", "platforms"}
"""Commands that are as easily used as named."""


def _helped(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    yield context.command_path, command.help or ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _helped(inner, click.Context(inner, info_name=name, parent=context))


HELP = dict(_helped(cmhil, click.Context(cmhil, info_name="cmhil")))
EXAMPLES = {
    match[1].strip()
    for text in HELP.values()
    for match in re.finditer(r"^ *(?:\$ )?(cmhil \S.*?)(?:  .*)?$", text, re.MULTILINE)
}


@pytest.mark.parametrize("path", [path for path in HELP if path.count(" ") == 1])
def test_each_command_has_an_example(path: str) -> None:
    if path.split()[1] not in SELF_EVIDENT:
        assert re.search(rf"\b{path} ", HELP[path])


@pytest.mark.parametrize("example", sorted(EXAMPLES))
def test_example_can_be_typed(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").touch()
    Path("tests/traces").mkdir(parents=True)
    words = shlex.split(example)[1:]
    command: click.Command = cmhil
    context = click.Context(cmhil, info_name="cmhil")
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, words[0]
        command = found
        context = command.make_context(words.pop(0), list(words), parent=context)
        if isinstance(command, click.Group):
            context = click.Context(command, info_name=command.name, parent=context)
