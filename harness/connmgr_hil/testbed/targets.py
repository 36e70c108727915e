"""The targets of a test run, each running until its end."""

import math
from dataclasses import replace

from connmgr_hil.targets import Choice, Target


class Targets:
    """Targets by choice. Each is made when it is first asked for, and ended by `close`."""

    def __init__(self) -> None:
        self._open: dict[Choice, Target] = {}

    def get(self, choice: Choice) -> Target:
        """Return the target of a choice. Raises `UsageError` when there is no such target or image."""
        if choice not in self._open:
            self._open[choice] = replace(choice, wait=math.inf).open()
        return self._open[choice]

    def close(self) -> None:
        """End all targets; ending them twice does no harm."""
        targets, self._open = self._open, {}
        for target in targets.values():
            target.stop()
