"""A man in the middle: delivers lines late, damaged, out of order, and among the lines of others."""

import random
import time
from collections import deque
from dataclasses import dataclass
from zlib import crc32

from connmgr_hil.targets import Target
from connmgr_hil.targets.base import End, Restart
from connmgr_hil.targets.platforms import Platform
from connmgr_hil.targets.vitals import Listen
from connmgr_hil.transport import Transport, WrappedLine
from connmgr_hil.vocabulary.errors import NoAnswer, RigFault
from connmgr_hil.vocabulary.facts import Hello
from connmgr_hil.vocabulary.observations import Crashed

_REMEMBERED = 400
_LONGEST_SWAP = 3


@dataclass(frozen=True)
class Mischief:
    """What the man in the middle does. `latency` and `jitter` are in seconds, all else are probabilities.

    Each line is `latency` late, and up to `jitter` more; a line never overtakes another by that. `flip` and `drop` are for each
    byte, `double` and `reorder` for each line: it comes twice, or up to three lines later. `replay` brings a frame of an
    earlier time behind a line from the device, `second_board` one of another board of the same build.
    """

    latency: float = 0.0
    jitter: float = 0.0
    flip: float = 0.0
    drop: float = 0.0
    double: float = 0.0
    reorder: float = 0.0
    replay: float = 0.0
    second_board: float = 0.0

    @classmethod
    def drawn(cls, dice: random.Random, *, most_latency: float = 0.25) -> "Mischief":
        """Draw one at random: bytes spoilt at 0.01 to 5 %, foreign frames at 1 to 5 % of lines, some of it left out."""

        def rate(low: float, high: float) -> float:
            return low * (high / low) ** dice.random() if dice.random() < 0.6 else 0.0

        return cls(
            latency=dice.choice((0.0, 0.0, most_latency * dice.random() ** 2)),
            jitter=dice.choice((0.0, 0.02 * dice.random())),
            flip=rate(0.0001, 0.05) / 2,
            drop=rate(0.0001, 0.05) / 2,
            double=rate(0.001, 0.05),
            reorder=rate(0.001, 0.05),
            replay=rate(0.01, 0.05),
            second_board=rate(0.01, 0.05),
        )


class SecondBoard:
    """Frames as another board of the same build would send them, or this one before it was started last.

    They are made from what this device says, so that all but numbers, times and nonce fit.
    """

    def __init__(self, dice: random.Random, kept: deque[bytes] | None = None) -> None:
        self._dice = dice
        self._heard: deque[bytes] = deque(maxlen=_REMEMBERED)
        self.earlier: deque[bytes] = kept if kept is not None else deque(maxlen=_REMEMBERED)
        """Lines of earlier boots, as they were; shared by all lines to one device."""
        self._seal = dice.choice((0, dice.getrandbits(32)))

    def hear(self, line: bytes) -> None:
        """Learn from a line of the device."""
        if line.startswith(b"@") and b"*" in line:
            self._heard.append(line)

    def forget(self) -> None:
        """The device is restarted: what it said belongs to an earlier boot."""
        self.earlier.extend(self._heard)
        self._heard.clear()

    def replayed(self) -> bytes:
        """Return a line of an earlier time: of an earlier boot, if there was one."""
        lines = self.earlier or self._heard
        return self._dice.choice(lines) if lines else b""

    def spoken(self) -> bytes:
        """Return a line of another board, with the number that this one is at or will soon be at."""
        if not self._heard:
            return b""
        body = self._dice.choice(self._heard)[1:].partition(b"*")[0].split(b" ")
        newest = self._heard[-1][1:].partition(b" ")[0]
        try:
            number = max(0, int(newest, 16) + self._dice.randint(-3, 6))
        except ValueError:
            return b""
        body[0] = b"%x" % number
        text = b" ".join(body)
        return b"@%s*%08x\r\n" % (text, crc32(text) ^ self._seal)


class _Way:
    """One direction: cuts into lines, and keeps each until it is due."""

    def __init__(self, mischief: Mischief, dice: random.Random, others: SecondBoard | None) -> None:
        self._mischief = mischief
        self._dice = dice
        self._others = others
        self._begun = b""
        self._queue: list[tuple[float, bytes]] = []
        self._held: list[tuple[int, bytes]] = []

    def take(self, data: bytes) -> None:
        """Take bytes as they come."""
        *lines, self._begun = _split(self._begun + data)
        for line in lines:
            self._pass(line)

    def flush(self) -> None:
        """Pass what has no line end, and what was to come later, since nothing else comes."""
        rest, self._begun = self._begun, b""
        if rest:
            self._pass(rest)
        for _, line in self._held:
            self._put(line)
        self._held = []

    @property
    def due(self) -> float:
        """When the next piece is due, as `time.monotonic()`."""
        return self._queue[0][0] if self._queue else float("inf")

    @property
    def is_clear(self) -> bool:
        """Tell whether everything that waits only waits for its time."""
        return not self._begun and not self._held

    def ripe(self) -> bytes:
        """Return what is due."""
        now = time.monotonic()
        pieces = []
        while self._queue and self._queue[0][0] <= now:
            pieces.append(self._queue.pop(0)[1])
        return b"".join(pieces)

    def _happens(self, probability: float) -> bool:
        return probability > 0 and self._dice.random() < probability

    def _pass(self, line: bytes) -> None:
        if self._others is not None:
            self._others.hear(line)
        self._held = [(wait - 1, held) for wait, held in self._held]
        if self._happens(self._mischief.reorder):
            self._held.append((self._dice.randint(1, _LONGEST_SWAP), line))
        else:
            self._put(line)
        for _, held in [each for each in self._held if each[0] <= 0]:
            self._put(held)
        self._held = [each for each in self._held if each[0] > 0]

    def _put(self, line: bytes) -> None:
        mischief = self._mischief
        lines = [line] * (2 if self._happens(mischief.double) else 1)
        if self._others is not None:
            if self._happens(mischief.replay):
                lines.append(self._others.replayed())
            if self._happens(mischief.second_board):
                lines.append(self._others.spoken())
        when = time.monotonic() + mischief.latency + mischief.jitter * self._dice.random()
        # A line keeps its order: a late one delays those behind it.
        when = max(when, self._queue[-1][0] if self._queue else 0.0)
        self._queue += [(when, self._spoilt(each)) for each in lines if each]

    def _spoilt(self, line: bytes) -> bytes:
        flip, drop = self._mischief.flip, self._mischief.drop
        if not flip and not drop:
            return line
        return bytes(
            byte ^ (1 << self._dice.randrange(8)) if self._happens(flip) else byte
            for byte in line
            if not self._happens(drop)
        )


def _split(data: bytes) -> list[bytes]:
    """Cut behind each line end; the last piece has none."""
    pieces, begun = [], 0
    for at, byte in enumerate(data):
        if byte in b"\r\n" and data[at + 1 : at + 2] != b"\n":
            pieces.append(data[begun : at + 1])
            begun = at + 1
    return [*pieces, data[begun:]]


class ManInTheMiddle(WrappedLine):
    """A line with a man in the middle, in both directions.

    The same seed gives the same mischief. Delayed bytes pass while somebody reads; a reader never gets a byte early.
    """

    def __init__(
        self,
        inner: Transport,
        mischief: Mischief,
        *,
        seed: str = "",
        others: SecondBoard | None = None,
    ) -> None:
        super().__init__(inner)
        self._in = _Way(
            mischief, random.Random(f"{seed} in"), others or SecondBoard(random.Random(seed))
        )
        self._out = _Way(mischief, random.Random(f"{seed} out"), None)
        self._heard_at = time.monotonic()

    @property
    def name(self) -> str:
        """What a user would call this line."""
        return f"{self._line.name} with a man in the middle"

    def fileno(self) -> int:
        """Return -1: what is kept back shows on no descriptor."""
        return -1

    def write(self, data: bytes) -> None:
        """Send these bytes, each line when it is due."""
        self._out.take(data)
        self._send()

    def _send(self) -> None:
        if data := self._out.ripe():
            self._line.write(data)

    def read(self, deadline: float) -> bytes:
        """Return bytes when they are due, or nothing at the deadline."""
        while True:
            self._send()
            if data := self._in.ripe():
                return data
            now = time.monotonic()
            if now >= deadline:
                return b""
            ways = (self._in, self._out)
            waits = [deadline, *(way.due for way in ways)]
            if not all(way.is_clear for way in ways):
                waits.append(self._heard_at + 0.02)
            data = self._line.read(max(now, min(waits)))
            if data:
                self._heard_at = time.monotonic()
                self._in.take(data)
            elif time.monotonic() >= self._heard_at + 0.02:
                for way in ways:
                    way.flush()


class MitmTarget(Target):
    """Wraps a target and puts a man in the middle of its line.

    Each start draws new mischief from the seed, unless fixed mischief is given.
    """

    def __init__(self, inner: Target, *, seed: int = 0, mischief: Mischief | None = None) -> None:
        self._inner = inner
        self._seed = seed
        self._fixed = mischief
        self._starts = 0
        self._others = SecondBoard(random.Random(f"{seed} others"))
        self.platform: Platform = inner.platform
        self.image, self.asked = inner.image, inner.asked
        self.mischief = mischief or Mischief()
        """What he does since the last start."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self._inner.name

    @property
    def granted(self) -> bool:
        """Tell whether device time moves only when it is granted."""
        return self._inner.granted

    @property
    def last_restart(self) -> Restart | None:
        """How it was last restarted."""
        return self._inner.last_restart

    def claim(self) -> None:
        """Take what only one run may use."""
        self._inner.claim()

    def start(self) -> Transport:
        """Start it and return the line to it."""
        return self._through(self._inner.start())

    def restart(self) -> Transport:
        """Start a fresh device."""
        return self._through(self._inner.restart())

    def met(self, hello: Hello) -> None:
        """Note what the device said about itself."""
        self._inner.met(hello)

    def _through(self, line: Transport) -> Transport:
        self._starts += 1
        self._others.forget()
        seed = f"{self._seed}:{self._starts}"
        self.mischief = self._fixed or Mischief.drawn(random.Random(seed))
        return ManInTheMiddle(line, self.mischief, seed=seed, others=self._others)

    def stop(self) -> None:
        """End it."""
        self._inner.stop()

    def stimulate(self, name: str) -> None:
        """Do to the device from outside what its platform file describes."""
        self._inner.stimulate(name)

    def obstacle_to_stimulus(self, name: str) -> str:
        """Tell why a stimulus cannot be given here."""
        return self._inner.obstacle_to_stimulus(name)

    def diagnose(self, error: RigFault, listen: Listen, *, known: bool) -> End | None:
        """Tell how the device ended the run. Silence says nothing here: the man in the middle may have taken the answer."""
        if isinstance(error, NoAnswer):
            return None
        return self._inner.diagnose(error, listen, known=known)

    def symptom(self) -> Crashed | None:
        """Return what the program reported of itself though it runs on."""
        return self._inner.symptom()
