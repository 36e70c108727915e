"""The suite on a board at the end of a serial line of 115,200 baud: firmware in QEMU, behind a terminal that carries no more."""

import os
import select
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from connmgr_hil.conformance.run import verify
from connmgr_hil.targets import open_target

from .rows import Row, Size
from .running import without_tour

BAUD = 115_200
_BITS = 10
_AT_ONCE = 64
_BOARD = """\
name = "slow_line"
description = "{board} behind a line of {baud} baud"
kind = "board"
[zephyr]
board = "{board}"
board_v2 = "{board_v2}"
[console]
baud = {baud}
"""


class _Way:
    """One direction of the line: takes bytes, and gives them on when they would have arrived."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self._sink = sink
        self._under_way = b""
        self.due = 0.0

    def take(self) -> None:
        """Take what has come, if nothing is under way."""
        self._under_way = os.read(self.source, _AT_ONCE)
        began = max(self.due, time.monotonic() - 0.001)
        self.due = began + len(self._under_way) * _BITS / BAUD

    def is_free(self) -> bool:
        """Tell whether it can take bytes, once it has given on what is due."""
        if self._under_way and time.monotonic() >= self.due:
            os.write(self._sink, self._under_way)
            self._under_way = b""
        return not self._under_way


def carry(device: int, terminal: int) -> None:
    """Carry bytes between the two, no faster than the line does, until one of them ends."""
    ways = (_Way(device, terminal), _Way(terminal, device))
    while True:
        free = [way for way in ways if way.is_free()]
        waits = [way.due for way in ways if way not in free]
        patience = max(0.0, min(waits) - time.monotonic()) if waits else None
        ready, _, _ = select.select([way.source for way in free], [], [], patience)
        for way in free:
            if way.source in ready:
                way.take()


@contextmanager
def slow_board(name: str, folder: Path) -> Iterator[list[str]]:
    """Run the firmware that was built for a platform, at the end of a slow line; what is given are platform file and port."""
    with open_target(name) as target:
        zephyr = target.platform.zephyr
        assert zephyr is not None
        file = folder / "slow_line.toml"
        file.write_text(_BOARD.format(board=zephyr.board, board_v2=zephyr.board_v2, baud=BAUD))
        line = target.start()
        master, slave = os.openpty()
        tty.setraw(slave)
        carrier = get_context("fork").Process(target=carry, args=(line.fileno(), master))
        carrier.start()
        try:
            yield [str(file), os.ttyname(slave)]
        finally:
            carrier.kill()
            carrier.join()
            os.close(master)
            os.close(slave)


def suite(name: str, folder: Path, size: Size) -> list[Row]:
    """Run the suite on such a board, which is reset for each scenario."""
    with slow_board(name, folder) as (file, port):
        target = open_target(file, port=port, any_build=True)
        report = verify(target, folder / "slow-line", scenarios=without_tour(size))
    title = f"suite without the tour, {name} behind {BAUD:,} baud: wall time"
    bytes_alone = "its bytes alone"
    return [Row(title, "s", report.wall_seconds, report.wire_seconds, bytes_alone, runs=1)]
