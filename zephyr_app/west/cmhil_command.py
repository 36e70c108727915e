# Copyright (c) 2026 The connmgr-hil authors
# SPDX-License-Identifier: Apache-2.0
"""The west extension command ``west cmhil``: everything that cmhil can do, inside a workspace."""

import subprocess
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from importlib.util import find_spec
from pathlib import Path

from west.commands import WestCommand


class Cmhil(WestCommand):
    """Hands its arguments to cmhil, which builds with the Zephyr of the workspace."""

    def __init__(self) -> None:
        super().__init__(
            "cmhil",
            "test the Connection Manager on boards, emulators and native",
            "All arguments are cmhil's: 'west cmhil --help' lists its commands.",
            accepts_unknown_args=True,
        )

    def do_add_parser(self, parser_adder: "_SubParsersAction[ArgumentParser]") -> ArgumentParser:
        """Leave every argument, also -h, to cmhil."""
        return parser_adder.add_parser(
            self.name, help=self.help, description=self.description, add_help=False
        )

    def do_run(self, args: Namespace, unknown: list[str]) -> None:
        """Run cmhil where west was called, and end with its exit code."""
        del args
        if find_spec("connmgr_hil") is None:
            self.die(
                "the Python package connmgr-hil is not installed beside west;",
                f"next: {sys.executable} -m pip install {_project()}",
                exit_code=2,
            )
        # west has put the workspace's Zephyr into ZEPHYR_BASE, where cmhil looks for it.
        command = [sys.executable, "-m", "connmgr_hil.cli", *unknown]
        sys.exit(subprocess.run(command, check=False).returncode)


def _project() -> Path:
    return Path(__file__).parents[2]
