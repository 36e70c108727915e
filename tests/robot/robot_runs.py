"""What a run of Robot Framework is to our tests."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from robot.result import Result, TestCase

ROOT = Path(__file__).parents[2]
SIMULATED = ("-v", "TARGET:simulated")


@dataclass(frozen=True)
class RobotRun:
    """What a run left behind."""

    folder: Path
    console: str
    result: Result

    def tests(self) -> dict[str, TestCase]:
        return {test.name: test for test in self.result.suite.all_tests}

    def counts(self) -> tuple[int, int, int]:
        """Passed, failed, skipped."""
        total = self.result.statistics.total
        return total.passed, total.failed, total.skipped


RunRobot = Callable[..., RobotRun]


def with_harness() -> dict[str, str]:
    """Return an environment in which the package is found, installed or not."""
    path = os.pathsep.join(filter(None, (str(ROOT / "harness"), os.environ.get("PYTHONPATH"))))
    return os.environ | {"PYTHONPATH": path}
