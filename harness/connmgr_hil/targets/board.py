"""A board on a serial line."""

import random

from connmgr_hil.device.commands import command_line
from connmgr_hil.transport import Transport, open_line
from connmgr_hil.vocabulary.errors import UsageError

from .base import PlatformTarget
from .platforms import Platform


class BoardTarget(PlatformTarget):
    """A board that has the application in its flash; `port` is anything `open_line` understands.

    Opening the line does not reset the board: it is told to reboot, in whatever mode its shell is.
    A board that hangs needs its reset button.
    """

    def __init__(self, platform: Platform, port: str) -> None:
        if not port:
            raise UsageError(
                f"the port of {platform.name}", "none", "name it: --port /dev/serial/by-id/…"
            )
        self.platform = platform
        self._port = port
        self._line: Transport | None = None

    def start(self) -> Transport:
        """Open the line and reboot the board."""
        self.stop()
        self._line = open_line(self._port, baud=self.platform.console.baud)
        return self.restart()

    def restart(self) -> Transport:
        """Reboot the board."""
        if self._line is None:
            return self.start()
        # The person's command first: machine mode only refuses it, and then obeys its own.
        tag = random.randrange(1, 2**32)
        self._line.write(b"\x03\rcm reboot\r" + command_line(tag, ("reboot",)))
        return self._line

    def stop(self) -> None:
        """Close the line; the board goes on running."""
        if self._line is not None:
            self._line.close()
            self._line = None
