"""A reader who does what a page says, at the root of a clone, one block after the other."""

import doctest
import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

from shown import ROOT, Block

_NUMBER = re.compile(r"(?<![\w.-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])")
_CHECKER = doctest.OutputChecker()
_LAX = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_NOT_CLONED = {"out", "dist"}


class Reader:
    """Writes the files and gives the commands of a page in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for entry in ROOT.iterdir():
            if not entry.name.startswith(".") and entry.name not in _NOT_CLONED:
                (folder / entry.name).symlink_to(entry)
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        shorter = Path(__file__).with_name("cmhil_in_docs.py")
        plugin = any(each.name == "connmgr_hil" for each in entry_points(group="pytest11"))
        calls = {
            "cmhil": str(shorter),
            "pytest": "-m pytest -p no:cacheprovider"
            + ("" if plugin else " -p connmgr_hil.pytest_plugin"),
            "python": "",
            "robot": "-m robot",
            "mkdocs": "-m mkdocs",
        }
        for name, call in calls.items():
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec {sys.executable} {call} "$@"\n')
            program.chmod(0o755)
        (programs / "activate").touch()
        (folder / ".venv" / ".ready").touch()  # so that make does not set it up again
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST_", "COV_", "MAKE"))
        } | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "harness"),
            "XDG_STATE_HOME": str(folder / ".state"),
            "NO_COLOR": "1",
            "TERM": "dumb",
            "COLUMNS": "100",
        }

    def follow(self, block: Block) -> None:
        """Do what a block says; what it shows must be what comes."""
        if name := block.marks.get("file"):
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        commands = block.commands()
        wide = {"CMHIL_DOCS_WIDE": "1"} if "wide" in block.marks else {}
        for number, command in enumerate(commands, 1):
            done = subprocess.run(
                ["bash", "-c", command.line],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=180,
                cwd=self.folder,
                env=self._environment | wide,
            )
            told = f"{block}: $ {command.line}\n{done.stdout}"
            wanted = int(block.marks.get("exit", "0")) if number == len(commands) else 0
            assert done.returncode == wanted, f"exit code {done.returncode}, not {wanted}: {told}"
            if command.output.strip():
                assert _alike(command.output, done.stdout), f"shown is\n{command.output}\n{told}"


def _alike(shown: str, printed: str) -> bool:
    """Tell whether what a page shows is what was printed, numbers that stand alone aside."""
    return _CHECKER.check_output(
        _NUMBER.sub("N", shown).strip() + "\n", _NUMBER.sub("N", printed).strip() + "\n", _LAX
    )
