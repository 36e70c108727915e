"""Power switches, flash tools and builds do not outlive a harness that is killed."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = """\
#!{python}
import os, signal, sys
with open({told!r}, "w") as file:
    file.write(str(os.getpid()))
signal.pause()
"""
COMMAND = """
from connmgr_hil.targets.commands import run_command
from connmgr_hil.transport.deadlines import COMMAND
run_command([{tool!r}], "purpose", wait=COMMAND)
"""
BUILD = """
from pathlib import Path
from connmgr_hil.toolchain.building import Build, run_build
folder = Path({folder!r}, "build")
run_build(Build("p", "b", "3.7.0", "host", folder, folder / "zephyr.exe", folder.parent,
                commands=(({tool!r},),), configure=("cmake", "zephyr")))
"""


@pytest.mark.parametrize("program", [COMMAND, BUILD], ids=["command", "build"])
def test_killed_with_its_harness(program: str, tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    tool = tmp_path / "tool"
    tool.write_text(TOOL.format(python=sys.executable, told=str(told)))
    tool.chmod(0o755)
    text = program.format(tool=str(tool), folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", text]) as harness:
        running = os.pidfd_open(int(told.read_text()))
        harness.send_signal(signal.SIGKILL)
    assert select.select([running], [], [], 5)[0], "it is still there"
    os.close(running)
