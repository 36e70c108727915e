"""Suites for your own transport or firmware: each raises `AssertionError` with what did not hold."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol
from zlib import crc32

from connmgr_hil.device import Device
from connmgr_hil.transport import Transport
from connmgr_hil.transport.base import TAIL
from connmgr_hil.transport.deadlines import ANSWER
from connmgr_hil.vocabulary.errors import LineClosed
from connmgr_hil.vocabulary.observations import AnyRecord, Lost

_EVERY_BYTE = bytes(range(256))


class FarEnd(Protocol):
    """The other end of a line that is tried, blocking."""

    def send(self, data: bytes) -> None:
        """Send all of these bytes."""

    def receive(self, count: int) -> bytes:
        """Return this many bytes or a few more."""

    def close(self) -> None:
        """End the line from there."""


def check_transport(make: Callable[[], tuple[Transport, FarEnd]]) -> None:
    """Check that a line keeps all promises of `Transport`.

    `make` returns a fresh line and its far end. All byte values pass unchanged both ways, also in large amounts; a read ends
    when something comes, or at its deadline; the end of the line is reported after the last bytes; closing twice is
    harmless.
    """
    for check in (_passes, _much, _deadline, _ends, _closed):
        line, far = make()
        try:
            check(line, far)
        finally:
            line.close()
            with suppress(OSError):
                far.close()


def _read(line: Transport, count: int) -> bytes:
    data, deadline = b"", ANSWER.after()
    while len(data) < count and time.monotonic() < deadline:
        data += line.read(deadline)
    return data


def _passes(line: Transport, far: FarEnd) -> None:
    line.write(_EVERY_BYTE)
    assert far.receive(256) == _EVERY_BYTE, "bytes of all values should arrive as they were written"
    far.send(_EVERY_BYTE)
    assert _read(line, 256) == _EVERY_BYTE, "bytes of all values should be read as they were sent"
    assert line.tail == _EVERY_BYTE[-TAIL:], "`tail` should be the last bytes read"
    assert line.name, "a line should have a name for messages"


def _much(line: Transport, far: FarEnd) -> None:
    much = os.urandom(200_000)
    got: list[bytes] = []
    thread = threading.Thread(target=lambda: got.append(far.receive(len(much))), daemon=True)
    thread.start()
    line.write(much)
    thread.join(ANSWER.seconds)
    assert got == [much], "more than the buffers hold should pass unchanged"


def _deadline(line: Transport, far: FarEnd) -> None:
    begin = time.monotonic()
    assert line.read(begin + 0.03) == b"", "nothing was sent, so nothing should be read"
    assert time.monotonic() - begin >= 0.03, "reading should not end before its deadline"
    assert line.read(0.0) == b"", "a deadline that has passed should return nothing"
    far.send(b"x")
    assert line.read(ANSWER.after()) == b"x", "reading should end when something comes"


def _ends(line: Transport, far: FarEnd) -> None:
    far.send(b"bye")
    assert _read(line, 3) == b"bye", "what was sent before the end should be read"
    far.close()
    try:
        line.read(ANSWER.after())
    except LineClosed as error:
        told = str(error)
    else:
        raise AssertionError("reading from a line that ended should raise LineClosed")
    assert "bye" in told, "the end of a line should be reported with the last bytes"


def _closed(line: Transport, far: FarEnd) -> None:
    del far
    line.close()
    line.close()
    try:
        line.read(ANSWER.after())
    except LineClosed:
        return
    raise AssertionError("reading from a line that was closed should raise LineClosed")


def check_device(make: Callable[[], Transport]) -> None:
    """Try whether a firmware keeps the probe's protocol; `make` returns a line to a device that runs.

    It says hello, answers, executes nothing damaged and nothing twice, repeats its frames as they were, and
    numbers them without gaps.
    """
    line = make()
    records: list[AnyRecord] = []
    try:
        device = Device(line, records.append)
        device.attach()
        assert device.facts.ifaces == len(device.ifaces), "hello should count its ifaces"
        assert device.execute(("ping",)).status == "0", "ping should be answered with rc=0"
        unknown = device.execute(("no-such-command",))
        assert unknown.values.get("bad") == "command", "an unknown command should give bad=command"
        for command in [device.submit(("ping",)) for _ in range(8)]:
            assert device.collect(command).status == "0", "commands may be sent ahead"
        lost = [record for record in records if isinstance(record, Lost)]
        assert not lost, f"no number should be left out: {lost}"
        _raw_exchanges(line)
    finally:
        line.close()


def _frames(line: Transport, sent: bytes, last: bytes) -> list[bytes]:
    """Send a line and return the frames that came, up to the one that has `last` in it."""
    line.write(sent)
    data, deadline = b"", ANSWER.after()
    while time.monotonic() < deadline:
        data += line.read(deadline)
        frames = [part for part in data.split(b"\r\n")[:-1] if part.startswith(b"@")]
        if any(last in frame for frame in frames):
            return frames
    raise AssertionError(f"a frame with {last!r} should answer {sent!r}, but there came {data!r}")


def _raw_exchanges(line: Transport) -> None:
    def command(tag: int, words: str) -> bytes:
        text = f"{tag} {words}"
        return f"${tag} {crc32(text.encode()):08x} {words}\r".encode()

    _frames(line, b"$77 00000000 ping\r", b" nak why=crc")
    once, twice = (_frames(line, command(78, "ping"), b" tag=78 ") for _ in range(2))
    assert once == twice, "a tag that comes again should give the stored reply, verbatim"
    number = once[-1][1:].split(b" ")[0].decode()
    again = _frames(line, command(79, f"again {number} {number}"), b" tag=79 ")
    assert once[-1] in again, "`again` should send frames as they were"
    _frames(line, b"$80 0badc0de pi" + command(81, "ping"), b" tag=81 ")
