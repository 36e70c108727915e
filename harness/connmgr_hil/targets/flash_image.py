"""The flash of an emulated Espressif chip: one file, merged from the files of the build."""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from connmgr_hil.transport.deadlines import MERGE
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .platforms import Flash


def merged_flash(flash: Flash, image: Path) -> Path:
    """Merge the parts of the build that `image` belongs to, and return the file, `flash.bin` beside it.

    The file is replaced as a whole: an emulator that runs from the older file keeps that one. Raises `UsageError` if parts or esptool are missing, and `RigFault` with esptool's message if it fails.
    """
    build = image.parent.parent
    parts = _parts(flash, build)
    if find_spec("esptool") is None:
        raise UsageError(
            f"esptool, which merges the flash of {flash.chip}, is missing",
            "no such Python package",
            "pip install esptool",
        )
    with tempfile.TemporaryDirectory(prefix=".flash-", dir=image.parent) as aside:
        fresh = Path(aside) / "flash.bin"
        _merge(flash, parts, fresh)
        return fresh.rename(image.with_name(fresh.name))


def _merge(flash: Flash, parts: dict[str, Path], merged: Path) -> None:
    command = [sys.executable, "-m", "esptool", "--chip", flash.chip, "merge-bin"]
    command += ["--output", str(merged), "--pad-to-size", flash.size]
    command += [word for address, part in parts.items() for word in (address, str(part))]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=MERGE.seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RigFault("esptool did not merge the flash", str(error)) from error
    if done.returncode:
        raise RigFault(
            f"esptool did not merge the flash of {flash.chip}",
            (done.stdout + done.stderr).strip()[-400:],
            "try it by hand: " + " ".join(command),
        )


def _parts(flash: Flash, build: Path) -> dict[str, Path]:
    """Return the files of the first layout that is complete, by address."""
    for layout in flash.layouts:
        parts = {address: build / part for address, part in layout.items()}
        if all(part.is_file() for part in parts.values()):
            return parts
    lacking = (
        ", ".join(part for part in layout.values() if not (build / part).is_file())
        for layout in flash.layouts
    )
    raise UsageError(
        f"parts of the flash of {flash.chip} are missing in {build}",
        "no files " + "; nor ".join(lacking),
        "build with cmhil build; --image names zephyr/zephyr.elf in the build folder",
    )
