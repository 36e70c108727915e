"""Flashes a built image to a board, with `west flash` as a process."""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.targets import Platform, build_id, find_image
from connmgr_hil.targets.commands import run_command
from connmgr_hil.transport.deadlines import FLASH
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .programs import west_command

BOARD_ID: dict[str, tuple[str, ...]] = {
    "pyocd": ("--board-id", "{id}"),
    "jlink": ("--dev-id", "{id}"),
    "nrfjprog": ("--dev-id", "{id}"),
    "nrfutil": ("--dev-id", "{id}"),
    "probe-rs": ("--dev-id", "{id}"),
    "openocd": ("--cmd-pre-init", "adapter serial {id}"),
    "esp32": ("--esp-device", "{id}"),
    "linkserver": ("--probe", "{id}"),
    "stm32cubeprogrammer": ("--tool-opt=sn={id}",),
}
"""The option by which each of Zephyr's runners selects a board (scripts/west_commands/runners)."""


@dataclass(frozen=True)
class Flashing:
    """All that there is to know before an image is written. `build_id` is what its hello will say; empty if not known."""

    image: Path
    folder: Path
    command: tuple[str, ...]
    environment: dict[str, str]
    build_id: str
    digest: str


def plan_flash(
    platform: Platform,
    *,
    named: str = "",
    variant: str = "",
    runner: str = "",
    board_id: str = "",
    arguments: Sequence[str] = (),
) -> Flashing:
    """Return how to write a platform's build to a board; nothing is changed yet. `named` is how the user called it.

    Raises `UsageError` when there is no such build, no west, or the runner has no option to select a board.
    """
    if platform.kind != "board":
        raise UsageError("this platform is not a board", f"{platform.name} is {platform.kind}")
    image = find_image(platform, None, variant, named)
    folder = image.absolute().parents[1]
    west = west_command()
    if west is None:
        raise UsageError("west is not on PATH", "none", "pip install west")
    runner = runner or platform.flash.runner
    chosen: tuple[str, ...] = ("--runner", runner) if runner else ()
    if board_id and runner:
        if runner not in BOARD_ID:
            raise UsageError(
                f"this runner has no option to select a board ({board_id})",
                repr(runner),
                "runners: " + ", ".join(BOARD_ID) + "; or give its own option after --",
            )
        chosen += tuple(word.format(id=board_id) for word in BOARD_ID[runner])
    tree = _zephyr_of(folder)
    return Flashing(
        image=image,
        folder=folder,
        command=(
            *(*west, "flash", _no_rebuild(tree), "--build-dir", str(folder)),
            *(*chosen, *platform.flash.arguments, *arguments),
        ),
        environment={"ZEPHYR_BASE": tree} if tree else {},
        build_id=build_id(image),
        digest=hashlib.sha256(image.read_bytes()).hexdigest(),
    )


def run_flash(flashing: Flashing, seconds: float | None = None) -> Path:
    """Write the image; return the log. Raises `RigFault` with the end of it when that fails."""
    log = flashing.folder.parent / f"{flashing.folder.name}.flash.log"
    try:
        with log.open("w+b") as file:
            run_command(
                flashing.command,
                "west flash did not write the image",
                wait=FLASH.of(seconds),
                environment=flashing.environment,
                log=file,
            )
    except RigFault as error:
        error.remedy, error.log = "read the log; is the runner's program installed?", str(log)
        raise
    return log


def remembered(board: str) -> str:
    """Return the digest of the image that was written to a board last from here; empty if none was."""
    path = _memory(board)
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def remember(board: str, digest: str) -> None:
    """Note which image was written to a board; an empty digest forgets it."""
    path = _memory(board)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(digest + "\n", encoding="utf-8")


def _memory(board: str) -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    name = hashlib.sha256(board.encode()).hexdigest()[:16]
    return Path(state) / "connmgr-hil" / "flashed" / name


def _zephyr_of(folder: Path) -> str:
    """Return the Zephyr tree that a build came from, which has the runners that know its board."""
    cache = folder / "CMakeCache.txt"
    text = cache.read_text(encoding="utf-8", errors="replace") if cache.is_file() else ""
    found = re.search(r"^ZEPHYR_BASE:\w+=(.+)$", text, re.MULTILINE)
    return found[1] if found else os.environ.get("ZEPHYR_BASE", "")


def _no_rebuild(tree: str) -> str:
    """Return the option of this tree's `west flash` that prevents a rebuild; it was renamed."""
    script = Path(tree, "scripts", "west_commands", "run_common.py")
    known = script.read_text(encoding="utf-8", errors="replace") if script.is_file() else ""
    return "--no-rebuild" if "--no-rebuild" in known else "--skip-rebuild"
