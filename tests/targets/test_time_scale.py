"""All that this host waits for is waited for a hundredth as long at time scale 0.01, and the error names the wait."""

import os
import pty
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connmgr_hil.targets import BoardTarget, read_platform
from connmgr_hil.targets.commands import run_command
from connmgr_hil.targets.flash_image import merged_flash
from connmgr_hil.targets.labgrid_client import ask
from connmgr_hil.targets.platforms import Flash
from connmgr_hil.targets.renode.process_driver import ProcessDriver
from connmgr_hil.toolchain import building
from connmgr_hil.toolchain.flashing import Flashing, run_flash
from connmgr_hil.toolchain.programs import version_of
from connmgr_hil.transport.deadlines import BUILD, COMMAND
from connmgr_hil.vocabulary.errors import RigFault

SCALED = ", at time scale 0.01)"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMHIL_TIME_SCALE", "0.01")


@pytest.fixture
def hanging(tmp_path: Path) -> str:
    """A program that never does anything."""
    path = tmp_path / "hangs"
    path.write_text(f"#!{sys.executable}\nimport signal\nsignal.pause()\n")
    path.chmod(0o755)
    return str(path)


def gives_up(wait: Callable[[], object], told: str) -> None:
    with pytest.raises(RigFault, match=re.escape(told + SCALED)):
        wait()


def test_labgrid_s_client(hanging: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMHIL_LABGRID_CLIENT", hanging)
    gives_up(lambda: ask("desk", "show"), "within 0.6 s (deadline 'labgrid'")


def test_renode(hanging: str) -> None:
    gives_up(lambda: ProcessDriver(hanging), "open its monitor within 0.3 s (deadline 'renode'")


def test_commands_of_the_bench(hanging: str) -> None:
    gives_up(
        lambda: run_command([hanging], "purpose", wait=COMMAND.of(20)),
        "has not ended after 0.2 s (deadline 'command'",
    )


def test_flashing(hanging: str, tmp_path: Path) -> None:
    plan = Flashing(tmp_path / "zephyr.hex", tmp_path / "k64", (hanging,), {}, "", "")
    gives_up(lambda: run_flash(plan, 10), "has not ended after 0.1 s (deadline 'flash'")


def test_merging_a_flash(hanging: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zephyr").mkdir()
    (tmp_path / "zephyr" / "zephyr.bin").touch()
    flash = Flash(chip="esp32", size="4MB", layouts=({"0x1000": "zephyr/zephyr.bin"},))
    monkeypatch.setattr(sys, "executable", hanging)
    with pytest.raises(RigFault, match=r"timed out after 0\.6 seconds"):
        merged_flash(flash, tmp_path / "zephyr" / "zephyr.elf")


def test_a_program_that_is_asked_for_its_version(hanging: str) -> None:
    assert version_of(hanging) == "?"


def test_a_build(hanging: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "BUILD", BUILD.of(10))
    build = building.Build(
        *("p", "b", "3.7.0", "host", tmp_path / "p", tmp_path / "p" / "zephyr.exe", tmp_path),
        commands=((hanging,),),
        configure=("cmake", str(tmp_path)),
    )
    gives_up(lambda: building.run_build(build), "has not ended within 0.1 s (deadline 'build'")


def test_a_board_that_says_nothing(tmp_path: Path) -> None:
    platform = tmp_path / "board.toml"
    platform.write_text('name = "b"\ndescription = "mute"\nkind = "board"\n[zephyr]\nboard = "b"\n')
    master, slave = pty.openpty()
    with (
        BoardTarget(read_platform(platform), os.ttyname(slave)) as target,
        pytest.raises(RigFault, match="nothing was received"),
    ):
        target.start()
    os.close(master)
    os.close(slave)


def test_a_board_that_is_not_there(tmp_path: Path) -> None:
    platform = tmp_path / "board.toml"
    platform.write_text('name = "b"\ndescription = "gone"\nkind = "board"\n[zephyr]\nboard = "b"\n')
    with (
        BoardTarget(read_platform(platform), str(tmp_path / "tty")) as target,
        pytest.raises(RigFault, match="no board is plugged in"),
    ):
        target.start()
