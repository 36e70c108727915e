"""What a device says about itself, and its earlier records, held back until its identity is known."""

from collections.abc import Callable

from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import AnyRecord, HelloSeen, Lost, Noise, Reset

from .decode import decode_iface
from .frames import Frame
from .introduced import BANNER

_NOISE_KEPT = 200

Sink = Callable[[AnyRecord], object]


class Introduction:
    """Hello and ifaces of one device, and the records before them; all that comes later goes to `sink` at once.

    `frame` is the hello that was accepted, and `hello` its record once all ifaces are known.
    """

    def __init__(self, sink: Sink, start: str = "attach") -> None:
        self._sink = sink
        self._start = start
        self.frame: Frame | None = None
        self.hello: HelloSeen | None = None
        self._ifaces: list[IfaceFacts] = []
        self._held: list[AnyRecord] = []
        self.booted = False
        """Whether Zephyr's boot banner came."""

    def emit(self, record: AnyRecord) -> None:
        """Hand a record on, or hold it back."""
        if self.hello is None:
            self._held.append(record)
        else:
            self._sink(record)

    def noise(self, text: str) -> None:
        """Record what is not the device's, or not known to be."""
        self.booted = self.booted or BANNER in text
        if self.hello is not None or len(self._held) < _NOISE_KEPT:
            self.emit(Noise(text=text))

    def begin(self, frame: Frame, facts: Hello) -> int:
        """Take the hello that was asked for; return the number of the first frame of this boot or session."""
        self.frame, self._facts = frame, facts
        first = int(facts.first, 16) if self._start == "boot" else frame.seq
        if self._start == "boot" and first > 0:
            self._held.append(Lost(first=0, last=first - 1))
        return min(first, frame.seq)

    def take(self, frame: Frame) -> None:
        """Take a frame that belongs to an introduction. Raises `ValueError` if the ifaces are numbered wrongly."""
        assert self.frame is not None
        if self.hello is not None or frame.seq < self.frame.seq:
            return
        if frame.kind == "hello":
            self._ifaces = []  # it lists all of them again
        elif frame.kind == "iface":
            self._ifaces.append(decode_iface(frame))
        if len(self._ifaces) == self._facts.ifaces:
            self.hello = HelloSeen(
                t=self.frame.time, facts=self._facts, ifaces=tuple(self._ifaces), start=self._start
            )
            for record in (self.hello, *self._held):
                self._sink(record)
            self._held = []

    def abandon(self) -> None:
        """Pass on what explains why a device did not introduce itself in time: what it printed, and that it restarted.

        What it showed in frames stays, for it may introduce itself later.
        """
        held, self._held = self._held, []
        for record in held:
            if isinstance(record, Noise | Reset):
                self._sink(record)
            else:
                self._held.append(record)
