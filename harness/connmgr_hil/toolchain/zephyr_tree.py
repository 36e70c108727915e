"""Finds the Zephyr sources to build with, and the west workspace around them."""

import os
import re
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error as ConfigError
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.vocabulary.errors import UsageError

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

    def module(self, name: str) -> Path | None:
        """Return the folder of a module (`cmsis`, `hal_nxp`, `mcuboot`) at the place where west puts it."""
        top = self.workspace or self.base.parent
        modules = top / "modules"
        places = [modules / "hal" / name.removeprefix("hal_"), top / "bootloader" / name]
        places += [*modules.glob(f"*/{name}"), *modules.glob(f"*/*/{name}")]
        return next((place for place in places if place.is_dir()), None)


def read_tree(base: Path, workspace: Path | None = None) -> ZephyrTree:
    """Return the tree at a folder. Raises `UsageError` when that is no Zephyr tree."""
    try:
        numbers = dict(_VERSION.findall((base / "VERSION").read_text(encoding="utf-8")))
        version = ".".join(numbers[key] for key in ("VERSION_MAJOR", "VERSION_MINOR", "PATCHLEVEL"))
    except (OSError, UnicodeDecodeError, KeyError) as error:
        raise UsageError(
            f"a Zephyr source tree at {base}",
            f"no sound VERSION file there ({type(error).__name__})",
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
        "a Zephyr source tree to build with",
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
