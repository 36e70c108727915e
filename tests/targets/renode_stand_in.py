"""Stands in for the program `renode`: its monitor, and behind the UART of its machine the simulated board.

Where the image is a program of this host, real Zephyr for a native board, that one runs instead.

The board lives only while `emulation RunFor` runs, or after `start`, as a machine in Renode does.
"""

import os
import sys
import traceback
from pathlib import Path

from connmgr_hil.targets import Target, open_target
from connmgr_hil.transport import Transport, after

# A program of its own: nobody else puts the folder of the tests on its import path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from stand_ins.monitor import ScriptedMonitor


class Board:
    def __init__(self, port: int) -> None:
        self.monitor = ScriptedMonitor(port, run=self.run, reset=self.reset)
        self.target: Target | None = None
        self.line: Transport | None = None

    def reset(self) -> None:
        if self.target is None:
            image = Path(self.monitor.image)
            native = os.access(image, os.X_OK)
            self.target = open_target("native", image=image) if native else open_target("simulated")
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
            # As the real one does: the reason, and then where it came from.
            sys.stderr.write("System.Net.Sockets.SocketException (98): Address already in use\n")
            sys.stderr.write("  at Antmicro.Renode.Sockets.SocketsManager.AcquireSocket ()\n" * 90)
            return 1
    try:
        board = Board(port)
    except OSError:
        traceback.print_exc()
        return 1
    try:
        board.monitor.serve()
    finally:
        if board.target is not None:
            board.target.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
