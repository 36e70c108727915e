"""Stands in for the program `renode`: its monitor, and behind the UART of its machine the simulated board.

The board lives only while `emulation RunFor` runs, as a machine in Renode does.
"""

import os
import sys
import traceback
from pathlib import Path

from connmgr_hil.targets import Target, open_target
from connmgr_hil.testing import ScriptedMonitor
from connmgr_hil.transport import Transport, after


class Board:
    def __init__(self) -> None:
        self.target: Target = open_target("simulated")
        self.line: Transport | None = None

    def reset(self) -> None:
        self.line = self.target.restart()

    def run(self, data: bytes, seconds: float) -> bytes:
        if self.line is None:
            self.reset()
        assert self.line is not None
        if data:
            self.line.write(data)
        return self.line.read(after(seconds))


def main() -> int:
    port = int(sys.argv[sys.argv.index("--port") + 1])
    if note := os.environ.get("STAND_IN_PORTS"):
        ports = Path(note)
        before = ports.read_text(encoding="ascii").split() if ports.exists() else []
        ports.write_text(" ".join([*before, str(port)]), encoding="ascii")
        if len(before) < int(os.environ.get("STAND_IN_TAKEN", "0")):
            sys.stderr.write("System.Net.Sockets.SocketException (98): Address already in use\n")
            return 1
    board = Board()
    try:
        monitor = ScriptedMonitor(port, run=board.run, reset=board.reset)
    except OSError:
        traceback.print_exc()
        return 1
    with board.target:
        monitor.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
