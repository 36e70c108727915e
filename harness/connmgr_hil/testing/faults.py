"""Damages a line on purpose, reproducibly, to test its reader."""

import random
import time
from dataclasses import dataclass

from connmgr_hil.transport import Transport, WrappedLine
from connmgr_hil.vocabulary.errors import LineClosed


@dataclass(frozen=True)
class Faults:
    """What shall go wrong in one direction. All but the last two are probabilities.

    `drop` and `corrupt` are for each byte, `duplicate`, `split`, `delay` and `interleave` for each
    piece that passes. A split piece comes in two; a delayed one comes `delay_seconds` later;
    interleaved noise looks like a prompt with terminal control. After `stall_after` bytes nothing
    passes any more, after `close_after` bytes the line ends.
    """

    drop: float = 0.0
    corrupt: float = 0.0
    duplicate: float = 0.0
    split: float = 0.0
    delay: float = 0.0
    delay_seconds: float = 0.01
    interleave: float = 0.0
    stall_after: int | None = None
    close_after: int | None = None


_NOISE = (b"\x1b[8D\x1b[Juart:~$ ", b"\r\n[00:00:01] <inf> noise\r\n", b"\xff\xfe\x80", b"@@*\r\n")


class _Direction:
    def __init__(self, faults: Faults, dice: random.Random) -> None:
        self.faults = faults
        self._dice = dice
        self._passed = 0

    def _happens(self, probability: float) -> bool:
        return probability > 0 and self._dice.random() < probability

    def closed(self) -> bool:
        limit = self.faults.close_after
        return limit is not None and self._passed >= limit

    def spoil(self, data: bytes) -> list[tuple[float, bytes]]:
        """Return what becomes of these bytes: pieces, and the seconds each is late."""
        faults = self.faults
        limits = [x for x in (faults.stall_after, faults.close_after) if x is not None]
        if limits:
            data = data[: max(0, min(limits) - self._passed)]
        self._passed += len(data)
        if faults.drop or faults.corrupt:
            data = bytes(
                byte ^ (1 << self._dice.randrange(8)) if self._happens(faults.corrupt) else byte
                for byte in data
                if not self._happens(faults.drop)
            )
        if not data:
            return []
        pieces = [data]
        if len(data) > 1 and self._happens(faults.split):
            cut = self._dice.randrange(1, len(data))
            pieces = [data[:cut], data[cut:]]
        if self._happens(faults.duplicate):
            pieces.append(data)
        if self._happens(faults.interleave):
            pieces.insert(self._dice.randrange(len(pieces) + 1), self._dice.choice(_NOISE))
        late = faults.delay_seconds if self._happens(faults.delay) else 0.0
        return [(late, piece) for piece in pieces]


class FaultInjector(WrappedLine):
    """A line that spoils what passes, `inbound` from the device and `outbound` to it.

    The same seed and the same pieces give the same faults.
    """

    def __init__(
        self,
        inner: Transport,
        *,
        inbound: Faults | None = None,
        outbound: Faults | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(inner)
        self._in = _Direction(inbound or Faults(), random.Random(f"{seed} in"))
        self._out = _Direction(outbound or Faults(), random.Random(f"{seed} out"))
        self._queue: list[tuple[float, bytes]] = []

    @property
    def name(self) -> str:
        """What a user would call this line."""
        return f"{self._line.name} with faults"

    def fileno(self) -> int:
        """Return -1: what is held back shows on no descriptor."""
        return -1

    def write(self, data: bytes) -> None:
        """Send what is left of these bytes; delays are not for this direction."""
        if self._out.closed():
            raise self._ended()
        for _late, piece in self._out.spoil(data):
            self._line.write(piece)

    def read(self, deadline: float) -> bytes:
        """Return the next piece when it is due, or nothing at the deadline."""
        while True:
            now = time.monotonic()
            if self._queue and self._queue[0][0] <= now:
                return self._queue.pop(0)[1]
            if self._in.closed():
                raise self._ended()
            if now >= deadline:
                return b""
            due = self._queue[0][0] if self._queue else deadline
            data = self._line.read(min(due, deadline))
            now = time.monotonic()
            # A late piece delays those behind it: a line keeps its order.
            last = self._queue[-1][0] if self._queue else now
            self._queue += [(max(last, now + late), piece) for late, piece in self._in.spoil(data)]

    def _ended(self) -> LineClosed:
        return LineClosed(f"the line {self.name} was closed", "closed on purpose")
