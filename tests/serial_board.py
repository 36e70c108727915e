"""A board on a serial line, played by the simulated one: it is there already, and runs on when a harness leaves it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HARNESS = Path(__file__).parents[1] / "harness"

PLATFORM = """\
name = "board"
description = "a board on a line, played by the simulated one"
kind = "board"
[zephyr]
board = "simulated"
[time]
granted = true
"""


@contextmanager
def board_on_a_line() -> Iterator[str]:
    """Run one; what is given is its port."""
    command = [sys.executable, "-m", "connmgr_hil.simulated_board"]
    environment = os.environ | {"PYTHONPATH": str(HARNESS)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as board:
        assert board.stdout
        try:
            yield board.stdout.readline().split()[-1]
        finally:
            board.kill()


@contextmanager
def serial_board(folder: Path) -> Iterator[list[str]]:
    """Run one; what is given are the options of `cmhil` that choose it."""
    platform = folder / "board.toml"
    platform.write_text(PLATFORM)
    with board_on_a_line() as port:
        yield ["-t", str(platform), "--port", port]


@contextmanager
def ser2net(line: Path | str, folder: Path, accepter: str) -> Iterator[int]:
    """A real server in front of a line, and its port; `accepter` is how it speaks."""
    program = shutil.which("ser2net", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        pytest.skip("ser2net is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    settings = folder / "ser2net.yaml"
    settings.write_text(
        "connection: &board\n"
        f"  accepter: {accepter},127.0.0.1,{number}\n"
        f"  connector: serialdev,{line},115200n81,local\n"
        "  options:\n    kickolduser: true\n"
    )
    with subprocess.Popen(
        [program, "-d", "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while process.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", number)).close()
                    break
                except ConnectionRefusedError:
                    continue
            yield number
        finally:
            process.terminate()


def image_of_another_build(folder: Path) -> Path:
    """Return an image whose build folder tells a build id that no board has."""
    image = folder / "build" / "zephyr" / "zephyr.elf"
    image.parent.mkdir(parents=True)
    image.touch()
    (folder / "build" / "build.ninja").write_text(
        'DEFINES = -DCM_BUILD_ID=\\"0123456789abcdef\\"\n'
    )
    return image
