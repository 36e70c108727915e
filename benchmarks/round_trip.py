"""A command and its reply over a quiet pseudo terminal: ours, pexpect, pytest-embedded, a 50 ms reader."""

import importlib.util
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import serial

from connmgr_hil.device import Device
from connmgr_hil.device.commands import command_line
from connmgr_hil.targets import open_target

from .rows import Contest, Row, Size

PING = ("ping",)
_FIRST_TAG = 3_000_000_000
_POLL_SECONDS = 0.05

Exchange = Callable[[bytes, bytes], None]
"""Sends a line and waits for a reply that contains the mark."""


class PollingReader:
    """Reads as twister's harness reads a serial port (`hardware_adapter.py`, `device_adapter.py`, Zephyr 3.4.99).

    A thread asks the port how many bytes wait; when there are none it sleeps for 50 ms. Whole lines
    go through a queue to whoever waits for them.
    """

    def __init__(self, path: str) -> None:
        self._port = serial.Serial(path, 115200, timeout=1)
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._running = True
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        pending = b""
        while self._running:
            waiting = self._port.in_waiting
            if not waiting:
                time.sleep(_POLL_SECONDS)
                continue
            *lines, pending = (pending + self._port.read(min(2048, waiting))).split(b"\n")
            for line in lines:
                self._lines.put(line)

    def exchange(self, line: bytes, mark: bytes) -> None:
        """Send a line and wait for the reply."""
        self._port.write(line)
        while mark not in self._lines.get(timeout=10):
            pass

    def close(self) -> None:
        """End the thread."""
        self._running = False
        self._thread.join()
        self._port.close()


class _Board(NamedTuple):
    """A running device in machine mode, and the terminal on which it is reached."""

    device: Device
    path: str


@contextmanager
def _board(name: str) -> Iterator[_Board]:
    """Start a device of its own for one contender."""
    with open_target(name) as target:
        line = target.start()
        device = Device(line, lambda _record: None)
        device.attach(start="boot")
        yield _Board(device, line.name)


def _timed(exchange: Exchange, tags: Iterator[int], count: int) -> float:
    """Return the median time of one exchange in milliseconds."""
    times = []
    for _ in range(count):
        tag = next(tags)
        line, mark = command_line(tag, PING), b"tag=%d" % tag
        began = time.perf_counter()
        exchange(line, mark)
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def _ours(device: Device, count: int) -> float:
    times = []
    for _ in range(count):
        began = time.perf_counter()
        device.execute(PING)
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def _pexpect(path: str, stack: ExitStack) -> Exchange:
    from pexpect.fdpexpect import fdspawn  # noqa: PLC0415 - only the environment of the benchmarks has it

    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    stack.callback(os.close, descriptor)
    child = fdspawn(descriptor, timeout=10)

    def exchange(line: bytes, mark: bytes) -> None:
        child.send(line)
        child.expect(mark + rb"[^*]*\*[0-9a-f]{8}")

    return exchange


_TEST = """
import json, time
from pathlib import Path

def test_round_trips(dut):
    times = []
    for line, mark in json.loads(Path("lines.json").read_text()):
        began = time.perf_counter()
        dut.write(line)
        dut.expect_exact(mark)
        times.append(time.perf_counter() - began)
    Path("times.json").write_text(json.dumps(times))
"""


def _pytest_embedded(path: str, tags: Iterator[int], count: int) -> float:
    """Run a test of pytest-embedded on the port; only the exchanges are timed, not its start."""
    with TemporaryDirectory(prefix="cmhil-bench-") as folder:
        lines = [
            (command_line(tag, PING).decode(), f"tag={tag}")
            for tag, _ in zip(tags, range(count), strict=False)
        ]
        Path(folder, "lines.json").write_text(json.dumps(lines))
        Path(folder, "test_round_trips.py").write_text(_TEST)
        without = ["-p", "no:connmgr_hil", "-p", "no:cacheprovider"]
        options = ["--embedded-services", "serial", "--port", path, f"--root-logdir={folder}"]
        found = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *without, *options, "test_round_trips.py"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        result = Path(folder, "times.json")
        if not result.exists():
            raise ModuleNotFoundError(f"pytest-embedded did not run: {found.stdout[-300:]}")
        times: list[float] = json.loads(result.read_text())
        return median(times) * 1000


def round_trips(name: str, size: Size) -> list[Row]:
    """Measure the round trip of `ping` on a device that is quiet otherwise, for each contender."""
    tags = iter(range(_FIRST_TAG, _FIRST_TAG + 1_000_000))
    many, few = size.of(300, 5), size.of(20, 2)
    missing = {}
    with ExitStack() as stack:
        mine = stack.enter_context(_board(name)).device
        contenders: dict[str, Callable[[], float]] = {"ours": lambda: _ours(mine, many)}
        reader = PollingReader(stack.enter_context(_board(name)).path)
        stack.callback(reader.close)
        contenders["50 ms reader (twister)"] = lambda: _timed(reader.exchange, tags, few)
        if importlib.util.find_spec("pexpect"):
            exchange = _pexpect(stack.enter_context(_board(name)).path, stack)
            contenders["pexpect"] = lambda: _timed(exchange, tags, many)
        else:
            missing["pexpect"] = "pexpect is not installed: pip install pexpect"
        if importlib.util.find_spec("pytest_embedded_serial"):
            path = stack.enter_context(_board(name)).path
            contenders["pytest-embedded"] = lambda: _pytest_embedded(path, tags, few)
        else:
            missing["pytest-embedded"] = "not installed: pip install pytest-embedded-serial"
        medians = Contest(contenders).run(size.rounds)
    ours = medians.pop("ours")
    title = f"command round trip, {name}"
    return [
        *(Row(title, "ms", ours, peer, who, runs=size.rounds) for who, peer in medians.items()),
        *(Row(title, "ms", ours, None, who, why, runs=size.rounds) for who, why in missing.items()),
    ]
