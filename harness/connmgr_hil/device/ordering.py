"""Restores the order in which the device numbered its frames."""

from collections.abc import Iterator
from enum import Enum, auto

from .frames import Frame

_REMEMBERED = 1024
_CLOSE = 40


class Arrival(Enum):
    """What a frame turned out to be when it came."""

    NEW = auto()
    REPEATED = auto()
    LATE = auto()
    CONFLICTING = auto()
    OLD = auto()


class Sequence:
    """Holds frames back until all before them have come or were given up.

    `expect` is the number of the next frame to be handed on.
    """

    def __init__(self, expect: int) -> None:
        self.expect = expect
        self._held: dict[int, Frame] = {}
        self._given_up: list[tuple[int, int]] = []
        self._checksums: dict[int, int] = {}

    def accept(self, frame: Frame) -> Arrival:
        """Take a frame. Only a NEW one is kept; a LATE one had been given up before.

        CONFLICTING means that another frame had the same number: the device counts anew, or one of the two comes from another device. An OLD one is from before the first number that was expected.
        """
        seq = frame.seq
        if seq >= self.expect:
            held = self._held.get(seq)
            if held is None:
                self._held[seq] = frame
                return Arrival.NEW
            return Arrival.REPEATED if held.crc == frame.crc else Arrival.CONFLICTING
        if seq in self._checksums:
            same = self._checksums[seq] == frame.crc
            return Arrival.REPEATED if same else Arrival.CONFLICTING
        if any(first <= seq <= last for first, last in self._given_up):
            self._checksums[seq] = frame.crc
            return Arrival.LATE
        return Arrival.OLD

    def ready(self) -> Iterator[Frame]:
        """Yield the frames that are next in order."""
        while (frame := self._held.pop(self.expect, None)) is not None:
            self._checksums[self.expect] = frame.crc
            self._checksums.pop(self.expect - _REMEMBERED, None)
            self.expect += 1
            yield frame

    def missing(self) -> tuple[int, int] | None:
        """Return the first run of numbers that later frames are waiting for, if there is one."""
        if not self._held or self.expect in self._held:
            return None
        return self.expect, min(self._held) - 1

    def gaps(self) -> tuple[int, int] | None:
        """Return numbers from the first missing to the last, as far as they lie close together.

        A line that damages one frame often damages its neighbours, too: they are asked for at once.
        """
        gap = self.missing()
        if gap is None:
            return None
        first, last = gap
        known = last + 1
        for seq in sorted(self._held):
            if seq > known + 1 and seq - last <= _CLOSE:
                last = seq - 1
            elif seq > known + 1:
                break
            known = seq
        return first, last

    def give_up(self) -> tuple[int, int]:
        """Go on without the first missing run, and return it."""
        gap = self.missing()
        assert gap is not None, "only a gap can be given up"
        first, last = gap
        self._given_up = [*self._given_up[-_REMEMBERED:], gap]
        self.expect = last + 1
        return first, last
