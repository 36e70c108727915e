"""Option types that several commands share."""

import math
import os
from pathlib import Path
from typing import Any

import click


class Finite(click.FloatRange):
    """A number within a range; infinity and `nan`, which Python takes for numbers, are refused."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number. Raises `click.BadParameter`."""
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = 0.0
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        found = super().convert(value, param, ctx)
        assert isinstance(found, float)
        return found


class OutputFile(click.Path):
    """A file that is written when all is done; what can be no such file is refused before it begins."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False, writable=True)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path. Raises `click.BadParameter` for a folder, and below what is no folder or takes no file."""
        path = Path(os.fsdecode(value))
        super().convert(value, param, ctx)
        there = next(each for each in path.absolute().parents if os.path.lexists(each))
        if not there.is_dir():
            self.fail(f"{there} is not a folder.", param, ctx)
        if not path.exists() and not os.access(there, os.W_OK | os.X_OK):
            self.fail(f"nothing can be written to the folder {there}.", param, ctx)
        return path


def forget(*paths: Path | None) -> None:
    """Remove what an earlier run left where this one will write: a run that ends early leaves none of another's results."""
    for path in paths:
        if path is not None and path.is_file() and not path.is_symlink():
            path.unlink()
