"""The parts of Robot Framework that we use, with type hints."""

from robot.api import Error, Failure, SkipExecution, logger
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError
from robot.utils import timestr_to_secs  # type: ignore[import-untyped]

__all__ = [
    "BuiltIn",
    "Error",
    "Failure",
    "RobotNotRunningError",
    "SkipExecution",
    "keyword",
    "library",
    "logger",
    "timestr_to_secs",
]
