"""Whether a board without the probe has booted, from its banner or its uptime."""

import re
import time

from connmgr_hil.device import BANNER
from connmgr_hil.transport import Transport, escaped
from connmgr_hil.transport.deadlines import KNOCK

_UPTIME = re.compile(rb"Uptime: (\d+) ms")


class BootWitness:
    """Watches for the boot that comes after `since`, a reading of the host's monotonic clock.

    What `kernel uptime` says counts where the banner is switched off, or was printed while the port was away.
    """

    def __init__(self, since: float) -> None:
        self._since = since
        self._heard = b""
        self._judged = 0

    def watch(self, line: Transport, deadline: float) -> bool:
        """Tell whether the board booted, as soon as that is known or at the deadline. Raises `LineClosed`."""
        while time.monotonic() < deadline:
            data = line.read(min(deadline, KNOCK.after()))
            self._heard += data
            if BANNER.encode() in self._heard or self._is_young():
                return True
            if not data:
                line.write(b"\x03\rkernel uptime\r")
        return False

    def _is_young(self) -> bool:
        """A board that has not booted since then has been up for longer than that."""
        elapsed = (time.monotonic() - self._since) * 1000
        for found in _UPTIME.finditer(self._heard, self._judged):
            if int(found[1]) <= elapsed:
                return True
            # Later it would be compared with a later moment.
            self._judged = found.end()
        return False

    @property
    def heard(self) -> str:
        """The last that the board said."""
        return escaped(self._heard[-80:])
