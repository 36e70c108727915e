"""`cmhil flash` through the real `west flash` of a Zephyr tree; only the program that a runner starts is a stand-in."""

import os
import sys
from pathlib import Path

import pytest
import yaml

from connmgr_hil.cli.main import run

PROGRAM = """#!/bin/sh
printf '%s\\n' "$(basename "$0") $*" >> "$CALLED"
"""
ESPTOOL = """import os, sys
with open(os.environ["CALLED"], "a") as called:
    print("esptool.py", *sys.argv[1:], file=called)
"""
CONFIGURATION = """CONFIG_HAS_FLASH_LOAD_OFFSET=y
CONFIG_FLASH_LOAD_OFFSET=0x0
CONFIG_FLASH_BASE_ADDRESS=0x0
"""


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-ins write how they were called; this is a west workspace, and a build of frdm_k64f is there."""
    tree = Path(os.environ.get("ZEPHYR_BASE", "/nowhere"))
    if not (tree / "scripts" / "west-commands.yml").is_file():
        pytest.skip("no Zephyr tree: set ZEPHYR_BASE")
    workspace, programs, idf = tmp_path / "workspace", tmp_path / "bin", tmp_path / "idf"
    (workspace / ".west").mkdir(parents=True)
    (workspace / ".west" / "config").write_text("[manifest]\npath = zephyr\nfile = west.yml\n")
    (workspace / "zephyr").symlink_to(tree)
    programs.mkdir()
    for name in ("pyocd", "openocd", "nrfjprog"):
        (programs / name).write_text(PROGRAM)
        (programs / name).chmod(0o755)
    # west beside this Python, whatever else is on the path
    (programs / "west").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m west "$@"\n')
    (programs / "west").chmod(0o755)
    esptool = idf / "components" / "esptool_py" / "esptool"
    esptool.mkdir(parents=True)
    (esptool / "esptool.py").write_text(ESPTOOL)
    (esptool / "esptool.py").chmod(0o755)
    _build(tmp_path / "build" / "frdm_k64f", tree, idf)
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setenv("CALLED", str(tmp_path / "called"))
    monkeypatch.setenv("CMHIL_BUILD_DIR", str(tmp_path / "build"))
    monkeypatch.setenv("CMHIL_LOCK_DIR", str(tmp_path / "locks"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "called"


def _build(folder: Path, tree: Path, idf: Path) -> None:
    """Make what `west flash` reads of a build."""
    output = folder / "zephyr"
    output.mkdir(parents=True)
    board = tree / "boards"
    for name, text in (("elf", "elf"), ("bin", "bin"), ("hex", ":00000001FF\n")):
        (output / f"zephyr.{name}").write_text(text)
    (output / ".config").write_text(CONFIGURATION)
    (folder / "CMakeCache.txt").write_text(
        f"ZEPHYR_BASE:PATH={tree}\nBOARD_DIR:PATH={board}\nCACHED_BOARD:STRING=frdm_k64f\n"
    )
    arguments = {
        "pyocd": ["--target=k64f"],
        "openocd": ["--cmd-load", "flash write_image", "--cmd-verify", "verify_image"],
        "nrfjprog": ["--nrf-family=NRF91"],
        "esp32": ["--esp-boot-address=0x1000", f"--esp-idf-path={idf}"],
    }
    files = {f"{name}_file": f"zephyr.{name}" for name in ("elf", "bin", "hex")}
    runners = {
        "runners": list(arguments),
        "flash-runner": "pyocd",
        "debug-runner": "pyocd",
        "config": {"board_dir": str(board)} | files,
        "args": arguments,
    }
    (output / "runners.yaml").write_text(yaml.safe_dump(runners))


@pytest.mark.parametrize(
    ("runner", "board"),
    [
        ("pyocd", "-u 960012345"),
        ("openocd", "-c adapter serial 960012345"),
        ("nrfjprog", "--snr 960012345"),
        ("esp32", "--port 960012345"),
    ],
)
def test_the_runner_s_program_is_told_which_board(called: Path, runner: str, board: str) -> None:
    assert run(["flash", "-p", "frdm_k64f", "--runner", runner, "--board-id", "960012345"]) == 0
    lines = called.read_text().splitlines()
    assert any(board in line for line in lines), lines
    assert any("zephyr." in line for line in lines), lines


def test_arguments_reach_the_runner_and_mistakes_are_west_s(
    called: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["flash", "-p", "frdm_k64f", "--", "--frequency", "1000000"]) == 0
    assert "-f 1000000" in called.read_text()
    called.unlink()
    assert run(["flash", "-p", "frdm_k64f"]) == 0
    assert not called.exists(), "the board has it already"
    assert "nothing to write" in capsys.readouterr().out
    assert run(["flash", "-p", "frdm_k64f", "--force", "--", "--no-such-option"]) == 3
    assert "--no-such-option" in capsys.readouterr().err
    assert not called.exists()
