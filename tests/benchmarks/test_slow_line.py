"""The slow line of the benchmarks carries all bytes in both directions, and no more than its baud rate allows."""

import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
BAUD = 115_200
CARRY = "import sys; from benchmarks.slow_line import carry; carry(*map(int, sys.argv[1:]))"


def _received(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += line.recv(count)
    return data


def test_bytes_take_their_time() -> None:
    device, its_end = socket.socketpair()
    terminal, other_end = socket.socketpair()
    ends = its_end.fileno(), other_end.fileno()
    command = [sys.executable, "-c", CARRY, *map(str, ends)]
    carrier = subprocess.Popen(command, cwd=ROOT, pass_fds=ends)
    text = bytes(range(256)) * 4
    try:
        began = time.monotonic()
        device.sendall(text)
        terminal.sendall(text[::-1])
        assert _received(terminal, len(text)) == text
        assert _received(device, len(text)) == text[::-1]
        assert time.monotonic() - began > (len(text) - 64) * 10 / BAUD
    finally:
        carrier.kill()
        carrier.wait()
        for each in (device, its_end, terminal, other_end):
            each.close()
