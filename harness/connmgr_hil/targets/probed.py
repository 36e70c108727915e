"""Whether an image has the probe in it, so that it must say hello."""

import mmap
from pathlib import Path

_KEYS = (b"connmgr\0", b"autodown\0", b"nonce\0")
"""Names of fields that only the probe's hello has (zephyr_app/probe/src/cmd_basic.c)."""


def has_probe(image: Path | None) -> bool:
    """Tell whether firmware has the probe in it; true without an image, for programs that are nothing but a probe."""
    if image is None:
        return True
    try:
        with image.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return all(data.find(key) >= 0 for key in _KEYS)
    except (OSError, ValueError):  # gone, or empty
        return False
