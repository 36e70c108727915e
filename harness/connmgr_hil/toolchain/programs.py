"""Finds the programs and Python packages that Zephyr's build and the emulators need."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from connmgr_hil.transport.deadlines import VERSION

_PACKAGES = {
    "elftools": "pyelftools",
    "yaml": "PyYAML",
    "pykwalify": "pykwalify",
    "packaging": "packaging",
}
"""Modules without which Zephyr's build scripts stop, and the distributions that hold them."""

_TFM_PACKAGES = {
    "cbor2": "cbor2",
    "click": "click",
    "cryptography": "cryptography",
    "intelhex": "intelhex",
    "jinja2": "Jinja2",
}
"""Those that TF-M's need as well, to make its sources and to sign both images."""

_ESP_IDF_PACKAGES = {
    "pyparsing": "pyparsing",
    "serial": "pyserial",
}
"""Those that the boot loader of ESP-IDF needs as well, which hal_espressif holds up to Zephyr 3.6. It takes kconfiglib from Zephyr."""

_NUMBER = re.compile(r"\d+(?:\.\d+)+")


def output_of(program: str, *arguments: str) -> str:
    """Return what a program prints, or nothing if it cannot be run."""
    try:
        done = subprocess.run(
            [program, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=VERSION.seconds,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr


def version_of(program: str, *arguments: str) -> str:
    """Return the version that a program prints, or `?` where it prints none."""
    match = _NUMBER.search(output_of(program, *(arguments or ("--version",))))
    return match.group() if match else "?"


def west_command() -> Sequence[str] | None:
    """Return how to call west: the one on PATH, else the one beside this Python."""
    if found := shutil.which("west"):
        return (found,)
    beside = Path(sys.executable).parent / "west"
    return (str(beside),) if beside.is_file() else None


def missing_python_packages(*, tfm: bool = False, esp_idf: bool = False) -> list[str]:
    """Return the distributions that Zephyr's build needs and `python3` on PATH lacks.

    With `tfm` TF-M is built as well, with `esp_idf` the boot loader of ESP-IDF.

    Zephyr's CMake uses that Python, which need not be ours.
    """
    python = shutil.which("python3")
    packages = _PACKAGES | (_TFM_PACKAGES if tfm else {}) | (_ESP_IDF_PACKAGES if esp_idf else {})
    if python is None:
        return sorted(packages.values())
    probe = (
        "import importlib.util as u, sys; "
        "print(*[n for n in sys.argv[1:] if u.find_spec(n) is not None])"
    )
    found = output_of(python, "-c", probe, *packages).split()
    return sorted(package for module, package in packages.items() if module not in found)
