"""Targets by the options that choose them."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import STARTED, stand_in

from connmgr_hil.targets import find_platform, image_path

signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""Who runs the tests by nohup has it ignored, and what they start would be right to heed that."""


@pytest.fixture(params=["simulated", "stand-in", "native_posix_64", "mps2_an385"])
def on_target(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    name: str = request.param
    if name == "simulated":
        return ["-t", name]
    if name == "stand-in":
        return ["-t", "native", "--image", str(stand_in(tmp_path))]
    if name == "mps2_an385" and shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed")
    variable = "CMHIL_MPS2_IMAGE" if name == "mps2_an385" else "CMHIL_NATIVE_IMAGE"
    image = Path(os.environ.get(variable, "") or image_path(find_platform(name)))
    if not image.is_file():
        pytest.skip(f"no image of {name}: build it, or name it in {variable}")
    return ["-t", name, "--image", str(image)]


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    yield
    while STARTED:
        STARTED.pop().tidy_up()
