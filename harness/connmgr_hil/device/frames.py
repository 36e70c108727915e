"""Finds frames in a stream of bytes (`zephyr_app/PROTOCOL.md`, section 2)."""

import re
from urllib.parse import unquote_to_bytes
from zlib import crc32

import msgspec

from connmgr_hil.vocabulary.errors import RigFault
from connmgr_hil.vocabulary.escaping import on_one_line

MAX_FRAME = 500
_WINDOW = MAX_FRAME + 10
_MAX_NOISE = 256

_FRAME = re.compile(rb"@([^@*\r\n]{1,%d})\*([0-9a-f]{8})" % MAX_FRAME)
_SEQ = re.compile(r"[0-9a-f]{1,8}")
_TIME = re.compile(r"[0-9]{1,18}")
_END = re.compile(rb"[@\r\n]")
_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_])")


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A sound frame: its number, device time in microseconds, kind and fields.

    `crc` is the checksum of its body; two frames with one number are the same frame when it is equal. `seal` is what that
    was XORed with on the line, 0 for an open frame.
    """

    seq: int
    time: int
    kind: str
    fields: dict[str, str]
    crc: int
    seal: int = 0

    @property
    def tag(self) -> int:
        """The tag of the command that it answers; -1 if it names none."""
        tag = self.fields.get("tag", "")
        return int(tag) if tag.isdecimal() else -1

    def __str__(self) -> str:
        fields = "".join(f" {key}={value}" for key, value in self.fields.items())
        return on_one_line(f"@{self.seq:x} {self.time} {self.kind}{fields}")


class Damaged(msgspec.Struct, frozen=True, gc=False):
    """Something that began like a frame and was none."""

    text: str


class Chatter(msgspec.Struct, frozen=True, gc=False):
    """A line that was no frame: the boot banner, a prompt, output of other code."""

    text: str


Received = Frame | Damaged | Chatter


class FrameParser:
    """Cuts a byte stream into frames and noise.

    The items do not depend on how the stream is cut into pieces. At most a few hundred bytes are kept. A frame counts as soon as its checksum is complete; after damage the next `@`
    starts anew.

    The sealed hello that answers `challenge` brings the `seal`: from then on frames with it count, and open ones.
    """

    def __init__(self, seal: int = 0) -> None:
        self._buffer = b""
        self.challenge = ""
        self.seal = seal

    def feed(self, data: bytes) -> list[Received]:
        """Take some more bytes and return what they completed.

        Raises `RigFault` when a frame is undamaged and still not of the protocol's form.
        """
        buffer = self._buffer + data if self._buffer else data
        items: list[Received] = []
        position, size = 0, len(buffer)
        while position < size:
            if buffer[position] == 0x40:
                matched = _FRAME.match(buffer, position)
                if matched is not None:
                    body, checksum = matched.groups()
                    frame = self._frame(body, int(checksum, 16))
                    if frame is not None:
                        items.append(frame)
                        position = matched.end()
                        continue
                limit = position + _WINDOW
                end = _END.search(buffer, position + 1, limit)
                if end is None and size < limit:
                    break
                stop = end.start() if end is not None else limit
                items.append(Damaged(readable(buffer[position:stop])))
                position = stop
                continue
            limit = position + _MAX_NOISE
            end = _END.search(buffer, position, limit)
            if end is None and size < limit:
                break
            stop = end.start() if end is not None else limit
            if text := readable(buffer[position:stop]):
                items.append(Chatter(text))
            position = stop if stop == limit or buffer[stop] == 0x40 else stop + 1
        self._buffer = buffer[position:]
        return items

    def _frame(self, body: bytes, checksum: int) -> Frame | None:
        crc = crc32(body)
        seal = crc ^ checksum
        if seal == self.seal:
            return parse_body(body, crc, seal)
        if seal and not (self.challenge and f" ack={self.challenge} ".encode() in body):
            return None
        try:
            frame = parse_body(body, crc, seal)
        except RigFault:
            return None  # not of our device
        if seal:
            if not is_sealed_hello(frame, self.challenge):
                return None
            self.seal = seal
        return frame

    def rest(self) -> bytes:
        """Return what is not complete yet, for messages."""
        return self._buffer


def readable(data: bytes) -> str:
    """Return foreign bytes as plain text: no terminal control, nothing that cannot be printed."""
    text = _ANSI.sub("", data.decode("utf-8", "backslashreplace")).strip()
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def is_sealed_hello(frame: Frame, challenge: str) -> bool:
    """Tell whether a frame is the answer to a challenge, sealed with the nonce that it tells."""
    fields = frame.fields
    return (
        frame.kind == "hello"
        and fields.get("ack") == challenge
        and fields.get("seal") == "1"
        and fields.get("nonce", "")[-8:].rjust(8, "0") == f"{frame.seal:08x}"
    )


def parse_body(body: bytes, crc: int, seal: int = 0) -> Frame:
    """Read the body of a frame whose checksum was right.

    Raises `RigFault` when it has not the form that the protocol gives.
    """
    try:
        seq, time, kind, *pairs = body.decode("ascii").split(" ")
        if not (_SEQ.fullmatch(seq) and _TIME.fullmatch(time) and kind.isalpha()):
            raise _misshapen(body)
        fields: dict[str, str] = {}
        for pair in pairs:
            key, equals, value = pair.partition("=")
            if not (key and equals) or key in fields:
                raise _misshapen(body)
            fields[key] = _unescaped(value) if "%" in value else value
        return Frame(int(seq, 16), int(time), kind, fields, crc, seal)
    except ValueError as error:
        raise _misshapen(body) from error


def _misshapen(body: bytes) -> RigFault:
    return RigFault(
        "this is not a frame of the form: number, time, kind, key=value …",
        repr(body),
        "its checksum is right, so the firmware sent it like this: rebuild it from this release",
    )


def _unescaped(value: str) -> str:
    return unquote_to_bytes(value).decode("utf-8", "backslashreplace")
