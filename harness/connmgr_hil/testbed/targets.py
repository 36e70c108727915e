"""Which device a test runs on, and the targets that are running."""

import math
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.targets import Target, open_target


@dataclass(frozen=True)
class Choice:
    """A device as a user names it; see `connmgr_hil.targets.open_target`."""

    target: str = "simulated"
    image: Path | None = None
    variant: str = ""
    port: str = ""
    any_build: bool = False


class Targets:
    """Targets by choice. Each is made when it is first asked for, and ended by `close`."""

    def __init__(self) -> None:
        self._open: dict[Choice, Target] = {}

    def get(self, choice: Choice) -> Target:
        """Return the target of a choice. Raises `UsageError` when there is no such target or image."""
        if choice not in self._open:
            self._open[choice] = open_target(
                choice.target,
                image=choice.image,
                variant=choice.variant,
                port=choice.port,
                wait=math.inf,
                any_build=choice.any_build,
            )
        return self._open[choice]

    def close(self) -> None:
        """End all targets; ending them twice does no harm."""
        targets, self._open = self._open, {}
        for target in targets.values():
            target.stop()
