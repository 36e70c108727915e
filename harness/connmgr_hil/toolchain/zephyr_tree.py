"""Finds the Zephyr sources for a build, and the west workspace around them."""

import os
import re
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error as ConfigError
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from connmgr_hil.targets.platforms import Zephyr
from connmgr_hil.vocabulary.errors import UsageError

_PROJECT = re.compile(r"^\s*-\s*name:\s*['\"]?([\w.-]+)", re.MULTILINE)
_BOARD = re.compile(r"^\s*-?\s*name:\s*['\"]?([\w.-]+)", re.MULTILINE)
_RENAMED = re.compile(r"^set\(([\w.-]+?)(?:/\S*)?_DEPRECATED\b", re.MULTILINE)
_VERSION = re.compile(r"^(VERSION_MAJOR|VERSION_MINOR|PATCHLEVEL)\s*=\s*(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class ZephyrTree:
    """A Zephyr source tree. `workspace` is the west workspace that it belongs to, if any."""

    base: Path
    version: str
    workspace: Path | None = None

    @property
    def hardware_model_2(self) -> bool:
        """Tell whether boards have their names of Zephyr 3.7 and later."""
        return (self.base / "scripts" / "list_hardware.py").is_file()

    def board_name(self, zephyr: Zephyr) -> str:
        """Return how this tree names a platform's board: by the old or the new hardware model."""
        return (zephyr.board_v2 if self.hardware_model_2 else "") or zephyr.board

    def lacks_board(self, name: str) -> bool:
        """Tell whether a board is certainly missing from this tree and all other folders of boards.

        For example, Zephyr 4.2 has no `native_posix`. It is not certain if the tree has no folder of boards, or if a module
        of the workspace brings boards.
        """
        roots = [Path(each) for each in os.environ.get("BOARD_ROOT", "").split(";") if each]
        if not (self.base / "boards").is_dir() or self._modules_have_boards():
            return False
        short = name.partition("/")[0]
        return not any(short in _boards_below(root / "boards") for root in (self.base, *roots))

    def module(self, name: str) -> Path | None:
        """Return the folder of a module (`cmsis`, `hal_nxp`, `mcuboot`) at the place where west puts it.

        An empty folder is none: west leaves one behind where an update failed.
        """
        top = self.workspace or self.base.parent
        modules = top / "modules"
        places = [modules / "hal" / name.removeprefix("hal_"), top / "bootloader" / name]
        places += [*modules.glob(f"*/{name}"), *modules.glob(f"*/*/{name}")]
        return next((place for place in places if place.is_dir() and any(place.iterdir())), None)

    def module_name(self, entry: str) -> str:
        """Return which module of a platform's list this tree needs: of `cmsis_6|cmsis` the first in its manifest.

        The last is taken where the manifest has none of them, or cannot be read.
        """
        names = entry.split("|")
        try:
            manifest = (self.base / "west.yml").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            manifest = ""
        known = set(_PROJECT.findall(manifest))
        return next((name for name in names if name in known), names[-1])

    def _modules_have_boards(self) -> bool:
        top = self.workspace or self.base.parent
        depths = ("*", "*/*", "*/*/*") if self.workspace else ("modules/*", "modules/*/*")
        found = (file for depth in depths for file in top.glob(f"{depth}/zephyr/module.yml"))
        return any("board_root" in file.read_text("utf-8", "replace") for file in found)


@cache
def _boards_below(folder: Path) -> frozenset[str]:
    """Return the names of the boards in a folder of boards, of both hardware models."""
    names = {file.name.removesuffix("_defconfig") for file in folder.glob("*/*/*_defconfig")}
    for file in folder.glob("**/board.yml"):
        names.update(_BOARD.findall(file.read_text("utf-8", "replace")))
    renamed = folder / "deprecated.cmake"
    if renamed.is_file():
        names.update(_RENAMED.findall(renamed.read_text("utf-8", "replace")))
    return frozenset(names)


def read_tree(base: Path, workspace: Path | None = None) -> ZephyrTree:
    """Return the tree at a folder. Raises `UsageError` when that is no Zephyr tree."""
    try:
        numbers = dict(_VERSION.findall((base / "VERSION").read_text(encoding="utf-8")))
        version = ".".join(numbers[key] for key in ("VERSION_MAJOR", "VERSION_MINOR", "PATCHLEVEL"))
    except (OSError, UnicodeDecodeError, KeyError) as error:
        raise UsageError(
            f"there is no Zephyr source tree at {base}",
            f"no valid VERSION file there ({type(error).__name__})",
            "point ZEPHYR_BASE at the folder 'zephyr' of a checkout",
        ) from error
    return ZephyrTree(base, version, workspace or _workspace_above(base))


def find_tree(environment: Mapping[str, str] | None = None, here: Path | None = None) -> ZephyrTree:
    """Return the tree that ZEPHYR_BASE names, or that of the west workspace around us.

    Raises `UsageError` when there is neither, saying how to get one.
    """
    environment = os.environ if environment is None else environment
    if base := environment.get("ZEPHYR_BASE"):
        return read_tree(Path(base).expanduser().absolute())
    workspace = _workspace_above(here or Path.cwd())
    if workspace is not None:
        return read_tree(workspace / _zephyr_of(workspace), workspace)
    raise UsageError(
        "there is no Zephyr source tree to build with",
        "ZEPHYR_BASE is not set, and this folder is in no west workspace",
        "export ZEPHYR_BASE=…/zephyr, or get one: west init ~/zephyrproject && "
        "cd ~/zephyrproject && west update",
    )


def _workspace_above(folder: Path) -> Path | None:
    return next((each for each in _upwards(folder) if (each / ".west" / "config").is_file()), None)


def _upwards(folder: Path) -> Iterator[Path]:
    folder = folder.absolute()
    yield folder
    yield from folder.parents


def _zephyr_of(workspace: Path) -> str:
    config = ConfigParser()
    try:
        config.read(workspace / ".west" / "config", encoding="utf-8")
    except (ConfigError, UnicodeDecodeError):
        return "zephyr"
    return config.get("zephyr", "base", fallback="zephyr")
