"""Frames and the ring that holds the last of them (sections 2 and 3 of the protocol)."""

from collections import deque
from collections.abc import Callable, Iterable
from zlib import crc32

RING_BYTES = 64 * 1024  # as on the native boards
_PRESSED = RING_BYTES // 2
_FRAME_LIMIT = 500
_CHECKSUM_AND_CUT = len("*01234567 cut=1")
_ESCAPES = {
    code: f"%{code:02X}" for code in range(256) if not 0x21 <= code <= 0x7E or chr(code) in "%*@$"
}

Fields = Iterable[tuple[str, object]]


def checksum(text: str) -> str:
    """The CRC-32 of a text as eight lower-case hex digits."""
    return f"{crc32(text.encode('latin-1', 'replace')):08x}"


def escape(value: object) -> str:
    """A value as it stands in a frame."""
    text = str(value)
    return text if text.isascii() and text.isalnum() else text.translate(_ESCAPES)


class Ring:
    """Numbers frames, keeps the last 64 kB of them and knows which were not sent yet."""

    def __init__(self, uptime_us: Callable[[], int]) -> None:
        self._uptime_us = uptime_us
        self._frames: deque[tuple[int, bytes]] = deque()
        self._bytes = 0
        self._next = 0
        self._unsent: deque[tuple[int, bytes]] = deque()
        self.lost = 0
        self.seal = 0
        """What the checksum of each frame is XORed with when it is written."""

    @property
    def first(self) -> int:
        """The oldest sequence number that the ring still has."""
        return self._frames[0][0] if self._frames else self._next

    def add(self, kind: str, fields: Fields) -> int:
        """Append a frame; returns its sequence number."""
        number = self._next
        self._next = (number + 1) & 0xFFFFFFFF
        body = f"{number:x} {self._uptime_us()} {kind}"
        for key, value in fields:
            body += f" {key}={escape(value)}"
        if len(body) + len("@*01234567") > _FRAME_LIMIT:
            body = body[: _FRAME_LIMIT - 1 - _CHECKSUM_AND_CUT].rstrip("%") + " cut=1"
        frame = f"@{body}*{checksum(body)}\r\n".encode()
        self._frames.append((number, frame))
        self._unsent.append((number, frame))
        self._bytes += len(frame)
        while self._bytes > RING_BYTES:
            self._drop_oldest()
        return number

    @property
    def is_pressed(self) -> bool:
        """Whether so much is unsent that frames could soon be lost."""
        return len(self._unsent) > 8 and sum(len(frame) for _, frame in self._unsent) > _PRESSED

    def _drop_oldest(self) -> None:
        number, frame = self._frames.popleft()
        self._bytes -= len(frame)
        while self._unsent and self._unsent[0][0] == number:
            self._unsent.popleft()
            self.lost += 1

    def has(self, number: int) -> bool:
        """Whether the ring still has the frame of this number."""
        return (number - self.first) & 0xFFFFFFFF < len(self._frames)

    def send_again(self, begin: int, end: int) -> int:
        """Queue the frames from `begin` to `end` (inclusive) once more; returns how many."""
        again = [entry for entry in self._frames if begin <= entry[0] <= end]
        self._unsent.extend(again)
        return len(again)

    def take_unsent(self) -> list[bytes]:
        """The frames that wait to be written, oldest first; they count as sent."""
        frames = [_sealed(frame, self.seal) for _, frame in self._unsent]
        self._unsent.clear()
        return frames


def _sealed(frame: bytes, seal: int) -> bytes:
    body, star, crc = frame.rstrip().rpartition(b"*")
    return b"%s%s%08x\r\n" % (body, star, int(crc, 16) ^ seal) if seal else frame
