"""A board on a serial line: the simulated one, which runs on when a harness leaves it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLATFORM = """\
name = "serial_board"
description = "Simulated firmware behind a serial line"
kind = "board"
[zephyr]
board = "simulated"
[time]
granted = true
"""


@contextmanager
def serial_board(folder: Path) -> Iterator[list[str]]:
    """Run a board; what is given are the options that choose it."""
    platform = folder / "serial_board.toml"
    platform.write_text(PLATFORM)
    command = [sys.executable, "-m", "connmgr_hil.simulated_board"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as board:
        assert board.stdout is not None
        port = board.stdout.readline().rpartition(" ")[2].strip()
        yield ["-t", str(platform), "--port", port]
        board.kill()
