"""What is on a line instead of the probe is told once, in words, and before scenario 2."""

import json
import os
import pty
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.targets.preflight import WORDS, Diagnosis, diagnose
from connmgr_hil.transport import Transport, from_socket
from connmgr_hil.transport.remote import RemoteTransport
from connmgr_hil.vocabulary.errors import NoProbe, RigFault
from serial_board import PLATFORM, board_on_a_line, ser2net

BOOTLOADER = b"\r\n*** Booting MCUboot v2.1.0 ***\r\nI: Waiting for image\r\n"
Answer = Callable[[bytes], bytes]
THERE: dict[str, tuple[Answer, str]] = {
    "silence": (lambda said: b"", "nothing was received"),
    "an echo": (lambda said: said, "only what was sent came back"),
    "a bootloader": (lambda said: BOOTLOADER, "a bootloader is waiting"),
    "Zephyr": (
        lambda said: b"*** Booting Zephyr OS build v4.2.0 ***\r\n",
        "Zephyr runs, but without the probe",
    ),
    "its shell": (
        lambda said: b"\r\nhello: command not found\r\nuart:~$ ",
        "Zephyr runs, but without",
    ),
    "another shell": (
        lambda said: b"sh: hello: not found\r\n# ",
        "a shell without the probe answered",
    ),
    "a login": (
        lambda said: said.replace(b"\r", b"\r\n") + b"login: ",
        "something else answered",
    ),
    "another rate": (lambda said: bytes(range(0x80, 0xC0)), "unreadable at 115200 baud"),
}


@pytest.fixture(params=THERE)
def there(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A terminal with something at its other end, and what that is called."""
    answer, called = THERE[request.param]
    ours, theirs = pty.openpty()
    tty.setraw(theirs)

    def speak() -> None:
        while said := os.read(ours, 1024):
            if reply := answer(said):
                os.write(ours, reply)

    def until_closed() -> None:
        try:
            speak()
        except OSError:
            return

    thread = threading.Thread(target=until_closed)
    thread.start()
    yield os.ttyname(theirs), called
    os.close(theirs)
    thread.join(5)
    os.close(ours)


def test_it_is_told_once_and_soon(
    there: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port, called = there
    began = time.monotonic()
    out = str(tmp_path / "out")
    assert run(["verify", "-t", "frdm_k64f", "--port", port, "--scenario", "E*", "--out", out]) == 3
    assert time.monotonic() - began < 12
    shown = capsys.readouterr().out
    assert shown.count(called) == 1, shown
    assert "  next: " in shown
    assert "replay" not in shown, "no command was given"
    assert "scenario:" not in shown, "it is no scenario's fault"
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert len(summary["scenarios"]) == 1
    (trace,) = (tmp_path / "out").glob("*.jsonl")
    assert called in trace.read_text()


class Fixed:
    """A line on which always the same is heard."""

    name = "fixed"
    tail = b""

    def __init__(self, heard: bytes) -> None:
        self._heard = heard
        self.closed = False

    def write(self, data: bytes) -> None:
        assert data == WORDS

    def read(self, deadline: float) -> bytes:
        del deadline
        heard, self._heard = self._heard, b""
        return heard

    def close(self) -> None:
        self.closed = True

    def fileno(self) -> int:
        return -1


def test_another_baud_rate_is_found() -> None:
    opened: list[tuple[int, Fixed]] = []

    def reopened(baud: int) -> Transport:
        opened.append((baud, Fixed(b"uart:~$ " if baud == 57600 else b"\xff\xfe\x80\x81")))
        return opened[-1][1]

    found = diagnose(Fixed(b"\xf8\x00\xf8\x80" * 9), 115200, reopened)
    assert "at 57600 baud they are readable" in found.text
    assert found.remedy == "set [console] baud = 57600 in the platform file"
    assert 115200 not in dict(opened)
    assert all(line.closed for _, line in opened)


def test_what_was_received_controls_no_terminal() -> None:
    fault = Diagnosis("x", "y", b"\x1b[2J" * 100).fault("board")
    assert isinstance(fault, NoProbe)
    assert "\x1b" not in str(fault)
    assert len(fault.seen) < 800


def test_a_line_that_ends_meanwhile_is_silent() -> None:
    import socket

    one, other = socket.socketpair()
    other.close()
    line = from_socket(one, "gone")
    assert diagnose(line, 115200).text == "nothing was received"
    line.close()


@pytest.mark.parametrize(
    "said",
    ["remote rejected value for option 'control'", "timeout while waiting for option 'control'"],
)
def test_refused_options_of_rfc_2217_have_a_remedy(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(url: str, **_: object) -> None:
        raise ValueError(said)

    monkeypatch.setattr("serial.serial_for_url", refuse)
    with pytest.raises(RigFault, match=r"rfc2217://h:1\?ign_set_control"):
        RemoteTransport("rfc2217://h:1")
    with pytest.raises(RigFault, match=r"rfc2217://h:1\?poll_modem&ign_set_control"):
        RemoteTransport("rfc2217://h:1?poll_modem")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("accepter", "remedy"),
    [("telnet(rfc2217),tcp", "{url}?ign_set_control"), ("tcp", "socket://127.0.0.1:{port}")],
)
def test_what_is_told_of_a_server_reaches_the_board(
    accepter: str, remedy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pseudo terminal has no DTR and RTS, and a plain server knows no RFC 2217."""
    platform = tmp_path / "board.toml"
    platform.write_text(PLATFORM)
    with board_on_a_line() as line, ser2net(line, tmp_path, accepter) as port:
        url = f"rfc2217://127.0.0.1:{port}"
        verify = ["verify", "-t", str(platform), "--scenario", "addresses-come-and-go"]
        verify += ["--out", str(tmp_path / "out"), "--port"]
        assert run([*verify, url]) == 3
        told = capsys.readouterr().err
        named = remedy.format(url=url, port=port)
        assert f"name the port as '{named}'" in told
        assert run([*verify, named]) == 0
