"""labgrid places: a real coordinator and exporter on loopback, with a board behind a terminal.

labgrid lives in an environment of its own: `make labgrid`, or CMHIL_LABGRID_CLIENT.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance import run, selection
from connmgr_hil.device import Device
from connmgr_hil.targets import ProgramTarget, find_platform, open_target, simulated_target
from connmgr_hil.targets.labgrid_client import parse_place
from connmgr_hil.targets.process import EmulatorProcess
from connmgr_hil.transport.deadlines import Deadline
from connmgr_hil.vocabulary.errors import RigFault, UsageError

# pyserial's RFC 2217 client calls what threading deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")

START = Deadline("lab-start", 180, "labgrid's coordinator and exporter start")
ROOT = Path(__file__).parents[2]
PLATFORM = """
name = "lab_board"
description = "A board in the lab"
kind = "board"
ifaces = ["bound0", "bound1", "plain0", "free0", "free1", "auto0"]

[zephyr]
board = "simulated"

[reset]
boot_seconds = 2.0
"""


def _programs() -> Path:
    client = os.environ.get("CMHIL_LABGRID_CLIENT") or str(
        ROOT / ".venv-labgrid/bin/labgrid-client"
    )
    found = shutil.which(client)
    if found is None:
        pytest.skip("labgrid is not installed: make labgrid, or name it in CMHIL_LABGRID_CLIENT")
    return Path(found).parent


@dataclass
class Lab:
    """A coordinator, an exporter, and a board behind a terminal; `board` is its process."""

    board: int
    client: Path
    coordinator: str
    platform: Path

    def ask(self, *words: str, user: str = "") -> str:
        environment = os.environ | {"LG_COORDINATOR": self.coordinator}
        if user:
            environment["LG_USERNAME"] = user
        done = subprocess.run(
            [self.client, *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def place(self, name: str) -> str:
        """Who has acquired a place."""
        return parse_place(self.ask("-p", name, "show")).acquired


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    programs = _programs()
    if not shutil.which("ser2net", path=os.environ["PATH"] + ":/usr/sbin"):
        pytest.skip("ser2net, which labgrid's exporter starts for serial ports, is not installed")
    folder = tmp_path_factory.mktemp("lab")
    platform = folder / "lab_board.toml"
    platform.write_text(PLATFORM)
    with simulated_target(find_platform("simulated")) as board, _switch(board) as power:
        path = _terminal(board)
        resources = folder / "exporter.yaml"
        resources.write_text(
            f"bench:\n  RawSerialPort:\n    port: {path}\n"
            f"  NetworkPowerPort:\n    model: simplerest\n    host: '{power}/{{index}}/{{value}}'\n    index: 3\n"
            "bare:\n  NetworkPowerPort:\n    model: simplerest\n    host: 'http://127.0.0.1:9'\n    index: 0\n"
        )
        # It keeps its places in the folder where it runs.
        there = ("sh", "-c", 'cd "$0" && exec "$@"', str(folder))
        command = (str(programs / "labgrid-coordinator"), "-l", "127.0.0.1:0")
        coordinator = EmulatorProcess((*there, *command))
        address = coordinator.wait_for_output(b"listening on", START).decode()
        arguments = ("-c", address, "-n", "lab", "--hostname", "127.0.0.1", str(resources))
        exporter = EmulatorProcess(
            (str(programs / "labgrid-exporter"), *arguments),
            environment={"PYTHONUNBUFFERED": "1"},
        )
        try:
            exporter.wait_for_output(b"add resource bare", START)
            assert board.pid
            made = Lab(board.pid, programs / "labgrid-client", address, platform)
            for name, match in (("board", "lab/bench/*"), ("bare", "lab/bare/*")):
                made.ask("-p", name, "create")
                made.ask("-p", name, "add-match", match)
            made.ask("-p", "board", "set-tags", "platform=frdm_k64f")
            yield made
        finally:
            exporter.kill()
            coordinator.kill()


@contextlib.contextmanager
def _switch(board: ProgramTarget) -> Iterator[str]:
    """A power switch that speaks HTTP: the board hangs no longer once it was off and on."""

    class Switch(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/3/1" and board.pid:
                os.kill(board.pid, signal.SIGCONT)
            self.send_response(200 if self.path in {"/3/0", "/3/1"} else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            pass

    with HTTPServer(("127.0.0.1", 0), Switch) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _terminal(board: ProgramTarget) -> str:
    """Start the board and leave its terminal to others."""
    line = board.start()
    path = os.ttyname(line.fileno())
    line.close()
    return path


@pytest.fixture(autouse=True)
def at_the_lab(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "lab" in request.fixturenames:
        lab: Lab = request.getfixturevalue("lab")
        monkeypatch.setenv("LG_COORDINATOR", lab.coordinator)
        monkeypatch.setenv("CMHIL_LABGRID_CLIENT", str(lab.client))


def test_a_board_is_judged_at_its_place(lab: Lab, tmp_path: Path) -> None:
    target = open_target(f"labgrid:board:{lab.platform}")
    held = []
    report = run.verify(
        target,
        tmp_path,
        scenarios=selection.choose(["timeout-no-auto-down"]),
        progress=lambda *_: held.append(lab.place("board")),
    )
    assert report.outcome is Outcome.CONFORMS
    assert [each.outcome for each in report.results] == [Outcome.CONFORMS]
    assert held
    assert all(held), "the place was not ours during the run"
    assert lab.place("board") == "", "the place was not released"


def test_the_tag_names_the_platform(lab: Lab) -> None:
    target = open_target("labgrid:board")
    assert target.platform.name == "frdm_k64f"
    assert target.name == "labgrid:board"


def test_a_board_that_hangs_gets_its_power_cycled(lab: Lab) -> None:
    with open_target(f"labgrid:board:{lab.platform}") as target:
        assert target.platform.reset.power[1:] == ("-p", "board", "power", "cycle")
        os.kill(lab.board, signal.SIGSTOP)
        try:
            device = Device(target.restart(), lambda record: None, shell_first=True)
            device.attach(start="boot")
            assert device.execute(("ping",)).status == "0"
        finally:
            os.kill(lab.board, signal.SIGCONT)


def test_two_runs_of_one_user_do_not_share_a_place(lab: Lab) -> None:
    with open_target(f"labgrid:board:{lab.platform}") as first:
        first.start()
        with pytest.raises(RigFault, match=r"(?s)labgrid:board at [0-9.:]+ is in use.*used by"):
            open_target(f"labgrid:board:{lab.platform}").start()


HOLDING = """
import os, signal, sys
from connmgr_hil.targets import open_target
target = open_target(sys.argv[1])
target.start()
print("started", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_harness_leaves_no_place_acquired(lab: Lab) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOLDING, f"labgrid:board:{lab.platform}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "started\n", done.stderr
    deadline = time.monotonic() + 60
    while lab.place("board"):  # each look starts a client, so this does not spin
        assert time.monotonic() < deadline, "nobody released the place"


def test_a_place_of_somebody_else_names_them(lab: Lab) -> None:
    lab.ask("-p", "board", "acquire", user="alice")
    try:
        with pytest.raises(RigFault, match=r"alice has acquired it"):
            open_target("labgrid:board")
    finally:
        lab.ask("-p", "board", "release", user="alice")


def test_a_place_that_was_acquired_before_stays_acquired(lab: Lab) -> None:
    lab.ask("-p", "board", "acquire")
    try:
        with open_target(f"labgrid:board:{lab.platform}") as target:
            target.start()
        assert lab.place("board")
    finally:
        lab.ask("-p", "board", "release")


def test_what_is_missing_is_named(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"(?s)nowhere.*places: .*bare.*board"):
        open_target("labgrid:nowhere")
    with pytest.raises(UsageError, match="no tag 'platform'"):
        open_target("labgrid:bare")
    with pytest.raises(UsageError, match=r"(?s)no single serial port.*NetworkPowerPort"):
        open_target("labgrid:bare:frdm_k64f")
    with pytest.raises(UsageError, match="of kind 'simulated'"):
        open_target("labgrid:board:simulated")
    monkeypatch.setenv("LG_COORDINATOR", "127.0.0.1:1")
    with pytest.raises(RigFault, match=r"no labgrid coordinator answers at 127\.0\.0\.1:1"):
        open_target("labgrid:board")


def test_without_labgrid_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMHIL_LABGRID_CLIENT", "/nowhere/labgrid-client")
    with pytest.raises(RigFault, match="pipx install labgrid"):
        open_target("labgrid:board")


SHOWN = """\
Place 'board':
  tags: owner=net, platform=frdm_k64f
  matches:
    lab/bench/*
  acquired: host/alice
  acquired resources:
    lab/bench/NetworkSerialPort/RawSerialPort
  created: 2026-01-01 00:00:00
Acquired resource 'RawSerialPort' (lab/bench/NetworkSerialPort/RawSerialPort):
  {'acquired': 'board',
   'avail': True,
   'cls': 'NetworkSerialPort',
   'params': {'extra': {'proxy_required': False},
              'host': '127.0.0.1',
              'port': 4001}}
Acquired resource 'power' (lab/bench/NetworkPowerPort/power):
  {'acquired': 'board', 'avail': True, 'cls': 'NetworkPowerPort', 'params': {'index': 0}}
"""


def test_a_shown_place_is_read() -> None:
    place = parse_place(SHOWN)
    assert (place.name, place.acquired) == ("board", "host/alice")
    assert place.tags == {"owner": "net", "platform": "frdm_k64f"}
    assert place.serial_port.params["port"] == 4001
    assert place.has_power


def test_of_several_ports_the_console_is_taken() -> None:
    second = SHOWN[SHOWN.index("Acquired resource 'RawSerial") :]
    several = parse_place(SHOWN + second.replace("'RawSerialPort' (", "'debug' ("))
    with pytest.raises(UsageError, match=r"debug \(NetworkSerialPort\)"):
        _ = several.serial_port
    named = parse_place(SHOWN + second.replace("'RawSerialPort' (", "'console' ("))
    assert named.serial_port.name == "console"


@given(st.text(), st.integers(0, len(SHOWN)), st.integers(0, len(SHOWN)))
def test_a_damaged_listing_is_never_a_traceback(junk: str, begin: int, end: int) -> None:
    with contextlib.suppress(RigFault):
        assert parse_place(SHOWN[:begin] + junk + SHOWN[end:]).name
