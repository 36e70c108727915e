"""Result files that a command line names: an unfinished run must not leave those of an earlier run."""

import os
from collections.abc import Sequence
from pathlib import Path

OPTIONS = ("--json", "--junit", "--html", "--markdown", "--issue")
"""Options that name a file for results."""


class Promised:
    """What lies now where these arguments say that results shall be."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._earlier: dict[Path, tuple[int, int]] = {}
        for word, following in zip(arguments, (*arguments[1:], ""), strict=False):
            option, equals, value = word.partition("=")
            path = Path(value if equals else following)
            if option in OPTIONS and path.is_file() and not path.is_symlink():
                self._earlier[path.absolute()] = _version(path)

    def forget_earlier(self) -> None:
        """Remove those that were not written since."""
        for path, version in self._earlier.items():
            if path.is_file() and _version(path) == version:
                path.unlink()


def _version(path: Path) -> tuple[int, int]:
    status: os.stat_result = path.stat()
    return status.st_ino, status.st_mtime_ns
