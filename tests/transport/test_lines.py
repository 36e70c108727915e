"""Every kind of line, held to the same promises over the real thing."""

import itertools
import os
import pty
import select
import socket
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
import serial

from connmgr_hil.testing import FaultInjector, Faults
from connmgr_hil.transport import (
    RemoteTransport,
    Transport,
    absolute,
    after,
    connect_tcp,
    connect_unix,
    from_socket,
    open_line,
    open_terminal,
)
from connmgr_hil.vocabulary.errors import LineClosed, RigFault, UsageError
from transport.rfc2217 import Rfc2217Server


class Far:
    """The other end, whatever it is made of."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def send(self, data: bytes) -> None:
        os.write(self.descriptor, data)

    def receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            assert select.select([self.descriptor], [], [], 5)[0]
            data += os.read(self.descriptor, 65536)
        return data

    def close(self) -> None:
        os.close(self.descriptor)


def make_pty(_: ExitStack) -> tuple[Transport, Far]:
    master, slave = pty.openpty()
    line = open_terminal(os.ttyname(slave))
    os.close(slave)
    return line, Far(master)


def make_pair(_: ExitStack) -> tuple[Transport, Far]:
    near, far = socket.socketpair()
    return from_socket(near, "pair"), Far(far.detach())


def make_unix(stack: ExitStack) -> tuple[Transport, Far]:
    import tempfile

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/s")
        server.listen(1)
        line = connect_unix(f"{folder}/s")
        return line, Far(server.accept()[0].detach())


def make_tcp(_: ExitStack) -> tuple[Transport, Far]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = connect_tcp("127.0.0.1", server.getsockname()[1])
        return line, Far(server.accept()[0].detach())


def make_pyserial(_: ExitStack) -> tuple[Transport, Far]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = RemoteTransport(f"socket://127.0.0.1:{server.getsockname()[1]}")
        return line, Far(server.accept()[0].detach())


def make_rfc2217(stack: ExitStack) -> tuple[Transport, Far]:
    with socket.create_server(("127.0.0.1", 0)) as device:
        # A port that has DTR and RTS, which a pseudo-terminal has not.
        behind = serial.serial_for_url(f"socket://127.0.0.1:{device.getsockname()[1]}")
        far = Far(device.accept()[0].detach())
    server = Rfc2217Server(behind)
    stack.callback(server.join)
    line = open_line(f"rfc2217://127.0.0.1:{server.port}")
    stack.callback(line.close)
    return line, far


class Looped(Far):
    """The far end of a line that is its own: what goes out comes in."""

    def __init__(self, port: serial.SerialBase) -> None:
        self.port = port

    def send(self, data: bytes) -> None:
        self.port.write(data)

    def receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += self.port.read(count - len(data))
        return data

    def close(self) -> None:
        self.port.close()


def make_loop(_: ExitStack) -> tuple[Transport, Far]:
    line = open_line("loop://", baud=4_000_000)  # it would not take much within its time at less
    assert isinstance(line, RemoteTransport)
    return line, Looped(line._port)


def make_injector(stack: ExitStack) -> tuple[Transport, Far]:
    line, far = make_pair(stack)
    return FaultInjector(line), far


MAKERS = [
    make_pty,
    make_pair,
    make_unix,
    make_tcp,
    make_pyserial,
    make_rfc2217,
    make_loop,
    make_injector,
]


@pytest.fixture(params=MAKERS, ids=lambda maker: maker.__name__[5:])
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[Transport, Far]]:
    with ExitStack() as stack:
        line, far = request.param(stack)
        yield line, far
        line.close()
        with suppress(OSError):
            far.close()


@contextmanager
def far_thread(work: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join()


def test_bytes_pass_unchanged_both_ways(ends: tuple[Transport, Far]) -> None:
    line, far = ends
    every = bytes(range(256))
    line.write(every)
    assert far.receive(256) == every
    far.send(every)
    got = b""
    while len(got) < 256:
        got += line.read(after(5))
    assert got == every
    assert line.tail == every[-240:]


def test_reading_ends_as_soon_as_anything_comes(ends: tuple[Transport, Far]) -> None:
    line, far = ends
    begin = time.monotonic()
    far.send(b"x")
    assert line.read(after(30)) == b"x"
    assert time.monotonic() - begin < 5


def test_reading_ends_at_the_deadline(ends: tuple[Transport, Far]) -> None:
    line, _ = ends
    begin = time.monotonic()
    assert line.read(after(0.03)) == b""
    assert 0.03 <= time.monotonic() - begin < 1
    assert line.read(0.0) == b""


def test_what_stood_in_the_buffer_when_the_deadline_passed_is_read(
    ends: tuple[Transport, Far],
) -> None:
    line, far = ends
    far.send(b"x")
    assert line.read(after(5)) == b"x"


def test_end_of_the_line_is_told_with_the_last_bytes(ends: tuple[Transport, Far]) -> None:
    line, far = ends
    far.send(b"\x1bbye")
    got = b""
    while len(got) < 4:
        got += line.read(after(5))
    far.close()
    with pytest.raises(LineClosed, match=r"last bytes: '\\x1bbye'"):
        line.read(after(5))


def test_closed_on_this_side(ends: tuple[Transport, Far]) -> None:
    line, _ = ends
    line.close()
    line.close()
    with pytest.raises(LineClosed):
        line.read(after(5))


def test_more_than_the_buffers_hold_passes(ends: tuple[Transport, Far]) -> None:
    line, far = ends
    much = os.urandom(300_000)
    got: list[bytes] = []
    with far_thread(lambda: got.append(far.receive(len(much)))):
        line.write(much)
    assert got == [much]


def test_terminal_keeps_what_was_there_before_and_is_raw() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.write(master, b"boot\x03\r\n")
    line = open_terminal(os.ttyname(slave))
    try:
        assert line.read(after(5)) == b"boot\x03\r\n"
        settings = termios.tcgetattr(slave)
        assert not settings[2] & termios.HUPCL
        assert not settings[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
    finally:
        line.close()
        os.close(slave)
        os.close(master)


def test_terminal_is_for_one_harness_only() -> None:
    master, slave = pty.openpty()
    line = open_terminal(os.ttyname(slave))
    try:
        with pytest.raises(RigFault, match="locked"):
            open_terminal(os.ttyname(slave))
    finally:
        line.close()
    open_terminal(os.ttyname(slave)).close()
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("make", [make_pair, make_pyserial])
def test_other_end_that_never_reads_is_a_fault(
    make: Callable[[ExitStack], tuple[Transport, Far]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMHIL_TIME_SCALE", "0.01")
    told = r"bytes stuck for 0.1 s \(deadline 'write', at time scale 0.01\)"
    with ExitStack() as stack:
        line, far = make(stack)
        with pytest.raises(RigFault, match=told):
            line.write(b"x" * 10_000_000)
        line.close()
        far.close()


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("/nowhere/tty", RigFault),
        ("/dev/null", RigFault),
        ("unix:/nowhere/socket", RigFault),
        ("tcp:127.0.0.1:1", RigFault),
        ("socket://127.0.0.1:1", RigFault),
        ("rfc2217://127.0.0.1:1", RigFault),
        ("nonsense://x", RigFault),
        ("tcp:127.0.0.1", UsageError),
        ("COM3", UsageError),
    ],
)
def test_lines_that_cannot_be_opened(address: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        open_line(address)
    assert address.rpartition(":")[2] in str(caught.value)


def test_unknown_baud_rate_names_those_that_exist() -> None:
    with pytest.raises(UsageError, match="115200"):
        open_terminal("/dev/null", baud=12345)


def test_faults_are_the_same_for_the_same_seed() -> None:
    def run(seed: int) -> bytes:
        near, far = socket.socketpair()
        faults = Faults(drop=0.1, corrupt=0.1, duplicate=0.2, split=0.5, interleave=0.2)
        line = FaultInjector(from_socket(near, "pair"), inbound=faults, seed=seed)
        got = b""
        with far:
            for number in range(20):
                far.sendall(b"%d some bytes that pass\r\n" % number)
                while data := line.read(after(0.001)):
                    got += data
        line.close()
        return got

    assert run(1) == run(1) != run(2)


def test_the_end_of_a_line_and_its_errors_are_told_apart() -> None:
    with ExitStack() as stack:
        line, far = make_pty(stack)
        far.close()
        with pytest.raises(LineClosed, match="end of file"):
            line.read(after(5))
        with pytest.raises(LineClosed, match="Input/output error"):
            line.write(b"up 1\r")
        line.close()


def test_a_terminal_with_the_number_of_a_dead_one_is_another() -> None:
    master, slave = pty.openpty()
    path = os.ttyname(slave)
    line = open_terminal(path)
    os.close(slave)
    os.close(master)
    others = [pty.openpty() for _ in range(4)]
    try:
        for master, slave in others:
            os.write(master, b"somebody else")
            os.write(slave, b"somebody else")
        with pytest.raises(LineClosed):
            line.read(after(5))
        with pytest.raises(LineClosed):
            line.write(b"up 1\r")
    finally:
        line.close()
        for descriptor in itertools.chain(*others):
            os.close(descriptor)


def test_a_terminal_may_be_named_by_a_path_of_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master, terminal = os.openpty()
    (tmp_path / "tty").symlink_to(os.ttyname(terminal))
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    for address in ("../tty", "./../tty"):
        with closing(open_line(address)) as line:
            os.write(master, b"here")
            assert line.read(after(5)) == b"here"
    monkeypatch.chdir(tmp_path)
    assert absolute("tty") == absolute("./tty") == str(tmp_path / "tty")
    assert [absolute(each) for each in ("", "COM3", "usb:5", "unix:a/b")] == [
        "",
        "COM3",
        "usb:5",
        "unix:a/b",
    ]
    os.close(master)
    os.close(terminal)


def test_a_program_that_waits_to_be_read_goes_on_while_its_bytes_are_taken() -> None:
    ours, theirs = socket.socketpair()
    line = from_socket(ours, "a talker")
    said = bytes(range(250)) * 20  # a socket holds a few hundred single bytes
    with theirs:
        theirs.settimeout(10)
        with line.taking():
            for byte in said:
                theirs.sendall(bytes([byte]))
        heard = b""
        while len(heard) < len(said):
            heard += line.read(time.monotonic() + 10)
    assert heard == said
    with line.taking():
        pass
    with pytest.raises(LineClosed):
        line.read(time.monotonic() + 10)
    line.close()
