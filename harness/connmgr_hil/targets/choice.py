"""The device that a user selects."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .base import Target
from .opening import open_target


@dataclass(frozen=True)
class Choice:
    """A device, named by its options; see `open_target`. Paths are relative to the current folder."""

    target: str = "simulated"
    image: Path | None = None
    variant: str = ""
    port: str = ""
    any_build: bool = False
    wait: float = 0.0

    def open(self, *, variant: str = "", arguments: Sequence[str] = ()) -> Target:
        """Return the target, which is not started yet; raises as `open_target`."""
        return open_target(
            self.target,
            image=self.image,
            variant=variant or self.variant,
            port=self.port,
            any_build=self.any_build,
            wait=self.wait,
            arguments=arguments,
        )

    def options(self) -> dict[str, str | bool]:
        """Return the given options, with absolute paths."""
        found = Path(self.target)
        given: dict[str, str | bool] = {
            "target": str(found.resolve()) if found.is_file() else self.target,
            "image": str(self.image.resolve()) if self.image else "",
            "variant": self.variant,
            "port": self.port,
            "any_build": self.any_build,
        }
        return {name: value for name, value in given.items() if value}
