"""Runs of Robot Framework, as people start them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from robot.api import ExecutionResult
from robot_runs import RobotRun, RunRobot, with_harness


@pytest.fixture
def run_robot(tmp_path: Path) -> RunRobot:
    """Run suites, given as paths or as the text of one, with options."""

    def run(suite: Path | str, *options: str) -> RobotRun:
        if isinstance(suite, str):
            path = tmp_path / "suite.robot"
            path.write_text(suite, encoding="utf-8")
            suite = path
        folder = tmp_path / "results"
        done = subprocess.run(
            [sys.executable, "-m", "robot", "-d", str(folder), *options, str(suite)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            cwd=tmp_path,
            env=with_harness(),
        )
        assert done.returncode < 250, done.stdout + done.stderr
        return RobotRun(folder, done.stdout, ExecutionResult(str(folder / "output.xml")))

    return run


@pytest.fixture
def native() -> tuple[str, ...]:
    """The options that choose real Zephyr as a native executable."""
    image = os.environ.get("CMHIL_NATIVE_IMAGE")
    if not image:
        pytest.skip("needs real firmware: CMHIL_NATIVE_IMAGE names a native image")
    platform = os.environ.get("CMHIL_NATIVE_PLATFORM", "native_posix_64")
    return ("-v", f"TARGET:{platform}", "-v", f"IMAGE:{image}")
