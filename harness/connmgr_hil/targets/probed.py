"""What an image contains: the probe, so that it must say hello; the probe's clock; counters for coverage."""

import mmap
from pathlib import Path

_KEYS = (b"connmgr\0", b"autodown\0", b"nonce\0")
"""Names of fields that only the probe's hello has (zephyr_app/probe/src/cmd_basic.c)."""

_COUNTING = (b"__gcov_init\0",)
"""What is linked in only where something counts. The probe names `__gcov_exit` in every build."""

_GRANTING = (b"\0__wrap_sys_clock_announce\0",)
"""The name of a function that is linked in only with CONFIG_CM_PROBE_CLOCK (zephyr_app/probe/src/clock.c)."""


def has_probe(image: Path | None) -> bool:
    """Tell whether firmware has the probe in it; true without an image, for programs that are nothing but a probe."""
    return image is None or _holds(image, _KEYS)


def counts_lines(image: Path | None) -> bool:
    """Tell whether firmware counts which of its lines are reached (gcov); it writes them when it is asked to end."""
    return image is not None and _holds(image, _COUNTING)


def grants_time(image: Path) -> bool:
    """Tell whether firmware brings the probe's clock; false for a stripped image, which does not tell."""
    return _holds(image, _GRANTING)


def _holds(image: Path, keys: tuple[bytes, ...]) -> bool:
    try:
        with image.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return all(data.find(key) >= 0 for key in keys)
    except (OSError, ValueError):  # gone, or empty
        return False
