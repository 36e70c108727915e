"""Boards in Renode: granted time, and the whole way from the command line to a verdict over a stand-in."""

import contextlib
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.device import Device
from connmgr_hil.resources import platforms_dir
from connmgr_hil.targets import RenodeTarget, find_platform, image_path, open_target, read_platform
from connmgr_hil.targets.renode import choose_driver, find_renode, granting
from connmgr_hil.targets.renode.granting import GrantedLine
from connmgr_hil.targets.renode.pyrenode_driver import PyrenodeDriver
from connmgr_hil.transport import Patience, after, from_socket
from connmgr_hil.vocabulary.errors import BadInput, NoAnswer, RigFault, UsageError
from connmgr_hil.vocabulary.observations import AnyRecord
from stand_ins.device import frame_bytes

STAND_IN = Path(__file__).with_name("renode_stand_in.py")
SECONDS = 10.0
OURS = ("renode_frdm_k64f", "renode_nrf9160dk")


# --- granted time --------------------------------------------------------------------------------


class SlowHost:
    """A host whose clock goes on only while its emulator works: for so many seconds of each second of the device."""

    def __init__(self, slow: float) -> None:
        self.slow = slow
        # Nobody waits for a deadline that is over by the real clock.
        self.now = time.monotonic() / 2

    def monotonic(self) -> float:
        return self.now


class Machine:
    """Sends `b"reply"` once it has run for so long since it heard something."""

    def __init__(self, device_seconds: float, overtime: float = 60.0) -> None:
        ours, self.theirs = socket.socketpair()
        self.slices: list[float] = []
        self.needs = device_seconds
        self.host = SlowHost(0.0)
        line = from_socket(ours, "a machine")
        self.line = GrantedLine(line, self.run_for, shortest=0.001, longest=0.05, overtime=overtime)

    def run_for(self, seconds: float) -> None:
        self.host.now += seconds * self.host.slow
        before = sum(self.slices)
        self.slices.append(seconds)
        if before < self.needs <= sum(self.slices):
            self.theirs.sendall(b"reply")


@pytest.fixture
def make() -> Iterator[type[Machine]]:
    made: list[Machine] = []

    class Kept(Machine):
        def __init__(self, device_seconds: float, overtime: float = 60.0) -> None:
            super().__init__(device_seconds, overtime)
            made.append(self)

    yield Kept
    for machine in made:
        machine.line.close()
        machine.theirs.close()


@pytest.fixture
def slow_host(monkeypatch: pytest.MonkeyPatch) -> SlowHost:
    host = SlowHost(10.0)
    monkeypatch.setattr(granting, "time", host)
    return host


def test_while_nobody_reads_no_time_goes_by(make: type[Machine]) -> None:
    machine = make(0.01)
    machine.line.write(b"command\r")
    assert machine.slices == []


def test_a_minute_is_granted_at_once_in_slices_that_grow(make: type[Machine]) -> None:
    machine = make(60.0)
    machine.line.write(b"advance\r")
    assert machine.line.read(after(70)) == b"reply"
    assert machine.slices[0] == 0.001
    assert max(machine.slices) == 0.05
    assert 60.0 <= sum(machine.slices) < 60.0 + 0.05 + 1e-6
    assert machine.slices == sorted(machine.slices)


def test_a_quick_answer_costs_little_device_time(make: type[Machine]) -> None:
    machine = make(0.02)
    machine.line.write(b"ping\r")
    assert machine.line.read(after(10)) == b"reply"
    assert sum(machine.slices) < 0.02 * 1.5


def test_a_silent_device_gets_no_more_time_than_its_reader_has(make: type[Machine]) -> None:
    machine = make(1000.0)
    deadline = after(0.05)
    while time.monotonic() < deadline:
        assert machine.line.read(deadline) == b""
    assert 0 < sum(machine.slices) < 0.052


def test_a_new_command_gets_time_of_its_own(make: type[Machine]) -> None:
    machine = make(5.0)
    machine.line.write(b"advance\r")
    assert machine.line.read(after(10)) == b"reply"
    granted = sum(machine.slices)
    machine.needs = granted + 0.01
    machine.line.write(b"ping\r")
    assert machine.line.read(after(0.4)) == b"reply"


def test_a_slow_emulator_takes_nothing_from_the_device(
    make: type[Machine], slow_host: SlowHost
) -> None:
    machine = make(0.018)
    machine.host = slow_host
    machine.line.write(b"advance\r")
    assert machine.line.read(slow_host.now + 0.02) == b"reply"
    assert 0.018 <= sum(machine.slices) < 0.021


def test_what_is_left_of_a_deadline_is_left_on_a_slow_emulator_too(
    make: type[Machine], slow_host: SlowHost
) -> None:
    slow_host.slow = 2.0
    machine = make(0.005)
    machine.host = slow_host
    deadline = slow_host.now + 0.02
    machine.line.write(b"advance\r")
    assert machine.line.read(deadline) == b"reply"
    machine.needs = 0.018
    assert machine.line.read(deadline) == b"reply"
    assert sum(machine.slices) < 0.021


def test_a_slow_emulator_is_waited_for_within_bounds(
    make: type[Machine], slow_host: SlowHost
) -> None:
    machine = make(1000.0, overtime=0.03)
    machine.host = slow_host
    deadline = slow_host.now + 0.02
    machine.line.write(b"advance\r")
    assert machine.line.read(deadline) == b""
    assert deadline + 0.03 <= slow_host.now < deadline + 0.05


def test_a_deadline_that_is_over_gives_no_time(make: type[Machine]) -> None:
    machine = make(0.001)
    assert machine.line.read(time.monotonic()) == b""
    assert machine.slices == []


def test_a_wait_is_over_when_the_device_had_its_time_not_the_host(make: type[Machine]) -> None:
    machine = make(1000.0)
    patience = Patience(machine.line, time.monotonic() - 1000.0 + 1000.03)
    for _ in range(
        100
    ):  # a read also ends when the host's time is over, and a busy host grants less in it
        machine.line.read(patience.until)
    assert patience.is_over()
    patience = Patience(machine.line, after(0.03))
    machine.line.granted_seconds -= 1.0  # as if the host had been busy with something else
    assert not patience.is_over()
    assert patience.until > after(1.0)


def test_sending_again_to_a_silent_device_makes_no_slice_shorter(make: type[Machine]) -> None:
    machine = make(1.0)
    machine.line.write(b"advance\r")
    assert machine.line.read(after(0.5)) == b""
    again = len(machine.slices)
    machine.line.write(b"advance\r")
    assert machine.line.read(after(1)) == b"reply"
    assert machine.slices[again] == 0.05
    machine.needs = sum(machine.slices) + 0.001
    machine.line.write(b"ping\r")
    assert machine.line.read(after(1)) == b"reply"
    assert machine.slices[-1] == 0.001


class Firmware:
    """Speaks the probe's protocol in virtual time that it does not grant itself, as firmware in Renode does."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        self.theirs.setblocking(False)
        self.line = GrantedLine(from_socket(ours, "firmware"), self.run_for, longest=0.05)
        self.now = self.busy_until = 0.0
        self.lines: list[str] = []
        self.seq = 0
        self.buffer = b""
        self.waiting: list[tuple[str, list[str]]] = []

    def emit(self, body: str) -> None:
        self.theirs.sendall(frame_bytes(f"{self.seq:x} {round(self.now * 1e6)} {body}"))
        self.seq += 1

    def run_for(self, seconds: float) -> None:
        with contextlib.suppress(BlockingIOError):
            self.buffer += self.theirs.recv(65536)
        *lines, self.buffer = self.buffer.split(b"\r")
        for line in (line for line in lines if b"$" in line):
            tag, _checksum, *words = line.decode().rpartition("$")[2].split()
            self.lines.append(" ".join(words))
            delay = int(words[1]) / 1e6 if words[0] == "advance" else 0.001
            self.busy_until = max(self.busy_until, self.now) + delay
            self.waiting.append((tag, words))
        until = self.now + seconds
        while self.waiting and self.busy_until <= until:
            self.now = max(self.now, self.busy_until)
            tag, words = self.waiting.pop(0)
            if words[0] == "hello":
                hello = "proto=1 board=b build=f app=1 zephyr=3.4.99 connmgr=3.4 nonce=a1"
                self.emit(f"hello {hello} ack={words[1]} ifaces=0 first=0 granted=0")
            self.emit(f"reply tag={tag} t0=0 rc=0")
        self.now = until


def test_ten_minutes_of_the_device_meet_no_deadline_and_is_asked_for_once() -> None:
    firmware = Firmware()
    records: list[AnyRecord] = []
    device = Device(firmware.line, records.append)
    try:
        device.attach(host_seconds=SECONDS)
        assert not device.facts.granted
        firmware.lines.clear()
        before = firmware.now
        reply = device.execute(("advance", "600000000"), host_seconds=SECONDS)
        assert reply.status == "0"
        assert firmware.lines == ["advance 600000000"]
        assert 600 <= firmware.now - before < 600 + 0.1
        standing = firmware.now
        device.execute(("ping",), host_seconds=SECONDS)
        assert firmware.now - standing < 0.02
    finally:
        firmware.line.close()
        firmware.theirs.close()


def test_a_device_that_hangs_is_given_up_at_the_host_s_deadline() -> None:
    firmware = Firmware()
    device = Device(firmware.line, lambda _record: None)
    try:
        device.attach(host_seconds=SECONDS)
        firmware.busy_until = 1e9
        with pytest.raises(NoAnswer):
            device.execute(("ping",), host_seconds=0.2)
    finally:
        firmware.line.close()
        firmware.theirs.close()


# --- platform files ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_an_emulated_board_runs_the_firmware_of_the_real_one(name: str) -> None:
    platform = find_platform(name)
    real = find_platform(platform.build_name)
    assert real.kind == "board"
    assert image_path(platform, "dad") == image_path(real, "dad")
    assert platform.boards == real.boards
    assert platform.zephyr == real.zephyr
    assert set(platform.variants) == set(real.variants)


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = (platforms_dir() / "renode_frdm_k64f.toml").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_platform(path)
    assert "renode.script" in str(caught.value)
    assert str(tmp_path / "renode/frdm_k64f.resc") in str(caught.value)


def test_a_table_that_is_missing_or_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    head = "name='x'\ndescription='x'\nkind='renode'\n[zephyr]\nboard='x'\n"
    path.write_text(head, encoding="utf-8")
    with pytest.raises(BadInput, match=r"mine\.toml") as caught:
        read_platform(path)
    assert "[renode]" in str(caught.value)
    path.write_text(head + "[renode]\nscript='a'\nmachine='m'\nquantom=1\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_platform(path)
    assert "quantum_seconds" in str(caught.value)
    path.write_text(head + "[renode]\nscript='a'\nmachine='m'\ndriver='gdb'\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_platform(path)
    assert "driver" in str(caught.value)


# --- which driver --------------------------------------------------------------------------------


def test_without_renode_the_error_names_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENODE_PATH", "/nowhere")
    monkeypatch.setattr("connmgr_hil.targets.renode.driver.pyrenode_place", lambda: "")
    with pytest.raises(UsageError) as caught:
        choose_driver("auto")
    for word in ("RENODE_PATH", "renode.io", "pyrenode3 @ git+", "PYRENODE_PKG"):
        assert word in str(caught.value)


def test_the_variable_overrules_the_platform_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMHIL_RENODE_DRIVER", "gdb")
    with pytest.raises(UsageError, match="auto, process, pyrenode"):
        choose_driver("process")
    monkeypatch.setenv("CMHIL_RENODE_DRIVER", "pyrenode")
    monkeypatch.setitem(sys.modules, "pyrenode3", None)
    with pytest.raises(UsageError) as caught:
        choose_driver("process")()
    assert "antmicro/pyrenode3.git'" in str(caught.value)


def test_pyrenode_takes_one_renode_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYRENODE_PKG", "/a")
    monkeypatch.setenv("PYRENODE_BIN", "/b")
    with pytest.raises(UsageError, match="several variables say"):
        PyrenodeDriver()


def test_pyrenode_is_driven_through_its_monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    class Monitor:
        def execute(self, command: str) -> tuple[str, str]:
            heard.append(command)
            if command == "bad":
                return "", "No such command or device: bad"
            if command == "throws":
                raise ValueError(command)
            return "0x20\n", ""

    wrappers = types.SimpleNamespace(Monitor=Monitor)
    monkeypatch.setitem(sys.modules, "pyrenode3", types.ModuleType("pyrenode3"))
    monkeypatch.setitem(sys.modules, "pyrenode3.wrappers", wrappers)
    driver = PyrenodeDriver()
    assert driver.execute("sysbus.cpu PC") == "0x20"
    for command in ("bad", "throws"):
        with pytest.raises(RigFault, match=command):
            driver.execute(command)
    driver.stop()
    assert heard[-1] == "Clear"


# --- the whole way -------------------------------------------------------------------------------


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A platform file for the stand-in, and RENODE_PATH set to it."""
    program = tmp_path / "renode"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_IN} "$@"\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("RENODE_PATH", str(program))
    monkeypatch.delenv("CMHIL_RENODE_DRIVER", raising=False)
    path = tmp_path / "renode_simulated.toml"
    path.write_text(
        f"""name = "renode_simulated"
description = "The stand-in"
kind = "renode"
ifaces = ["bound0"]
[zephyr]
board = "simulated"
[renode]
script = "{platforms_dir() / "renode" / "frdm_k64f.resc"}"
machine = "a machine"
[time]
tolerance_seconds = 0.05
""",
        encoding="utf-8",
    )
    (tmp_path / "zephyr.elf").write_bytes(b"\x7fELF")
    return path


def _verified(platform: Path, image: Path, scenario: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "connmgr_hil.cli", "verify", "-t", str(platform)),
            *("--image", str(image), "--scenario", scenario),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=platform.parent,
        timeout=120,
        env={**os.environ, "NO_COLOR": "1"},
    )


def test_a_verdict_through_renode_s_face(stand_in: Path, tmp_path: Path) -> None:
    done = _verified(stand_in, tmp_path / "zephyr.elf", "connect-again*")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "conforms" in done.stdout


def test_scenarios_run_side_by_side_where_renode_is_a_process(
    stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = choose(["connect-again", "connect-again-timeout", "disconnect-idle"])
    target = open_target(str(stand_in), image=tmp_path / "zephyr.elf")
    report = verify(target, tmp_path / "out", scenarios=chosen, jobs=2)
    assert [each.outcome for each in report.results] == [Outcome.CONFORMS] * 3
    monkeypatch.setenv("CMHIL_RENODE_DRIVER", "pyrenode")
    target = open_target(str(stand_in), image=tmp_path / "zephyr.elf")
    with pytest.raises(UsageError, match="2 jobs cannot share"):
        verify(target, tmp_path / "other", scenarios=chosen, jobs=2)


def test_a_verdict_on_real_zephyr_through_renode_s_face(stand_in: Path) -> None:
    named = os.environ.get("CMHIL_NATIVE_IMAGE", "")
    image = Path(named or image_path(find_platform("native_posix_64"))).absolute()
    if not image.is_file():
        pytest.skip("no image of native_posix_64: build it, or name it in CMHIL_NATIVE_IMAGE")
    text = stand_in.read_text(encoding="utf-8")
    stand_in.write_text(text.replace('"simulated"', '"native_posix_64"'), encoding="utf-8")
    done = _verified(stand_in, image, "REQ-CTL-019*")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "conforms" in done.stdout


def test_resetting_it_reloads_the_image_and_keeps_the_process(
    stand_in: Path, tmp_path: Path
) -> None:
    with open_target(str(stand_in), image=tmp_path / "zephyr.elf") as target:
        assert isinstance(target, RenodeTarget)
        line, pid = target.start(), target.pid
        assert target.restart() is line
        assert target.pid == pid
        assert "00:00:00.000000000]" in target.execute("machine ElapsedVirtualTime")
        with pytest.raises(RigFault, match=r"sysbus\.lte"):
            target.execute("sysbus.lte Attach")


def test_a_machine_with_the_probe_s_clock_is_started_once_and_runs_by_itself(
    stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = tmp_path / "zephyr.elf"
    image.write_bytes(b"\x7fELF\0__wrap_sys_clock_announce\0")
    done = _verified(stand_in, image, "connect-again*")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "conforms" in done.stdout
    with open_target(str(stand_in), image=image) as target:
        assert isinstance(target, RenodeTarget)
        given: list[str] = []
        driver = choose_driver("process")()
        execute = driver.execute

        def heard(command: str, *, seconds: float | None = None) -> str:
            given.append(command.split(" @", maxsplit=1)[0])
            return execute(command, seconds=seconds)

        monkeypatch.setattr(driver, "execute", heard)
        monkeypatch.setattr(target, "_open", lambda: driver)
        line = target.start()
        for _ in range(2):
            device = Device(line, lambda _record: None)
            device.attach(start="boot")
            assert device.execute(("ping",), host_seconds=SECONDS).status == "0"
            assert target.restart() is line
        assert given.count("start") == 1
        assert given.count("machine Reset") == 2
        assert "emulation SetGlobalAdvanceImmediately false" in given
        assert not [command for command in given if "RunFor" in command]


def test_a_renode_that_died_is_started_anew(stand_in: Path, tmp_path: Path) -> None:
    with open_target(str(stand_in), image=tmp_path / "zephyr.elf") as target:
        assert isinstance(target, RenodeTarget)
        target.start()
        before = target.pid
        assert before is not None
        ended = os.pidfd_open(before)
        os.kill(before, signal.SIGKILL)
        assert select.select([ended], [], [], SECONDS)[0]
        os.close(ended)
        device = Device(target.restart(), lambda _record: None)
        device.attach(start="boot")
        assert target.pid != before


def test_cable_and_loss_are_given_by_the_monitor(
    stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stimuli = find_platform("renode_frdm_k64f").stimuli
    assert set(stimuli) == {"link-down", "link-up", "loss-on", "loss-off"}
    with open_target(str(stand_in), image=tmp_path / "zephyr.elf") as target:
        assert isinstance(target, RenodeTarget)
        target.platform = structs.replace(target.platform, stimuli=stimuli)
        target.start()
        given: list[str] = []
        execute = target.execute
        monkeypatch.setattr(target, "execute", lambda what: (given.append(what), execute(what)))
        for name in stimuli:
            assert target.obstacle_to_stimulus(name) == ""
            target.stimulate(name)
        assert given == [command for each in stimuli.values() for command in each.monitor]
        target.stimulate("loss-off")
        with pytest.raises(UsageError, match="stimulus"):
            target.stimulate("earthquake")
        before = target.pid
        target.restart()
        assert target.pid != before, "the cable may still be out in the Renode before"


def test_an_image_that_went_away_is_a_rig_fault(stand_in: Path, tmp_path: Path) -> None:
    with open_target(str(stand_in), image=tmp_path / "zephyr.elf") as target:
        (tmp_path / "zephyr.elf").unlink()
        with pytest.raises(RigFault, match=r"did not do .include"):
            target.start()


def test_renode_does_not_outlive_a_harness_that_was_killed(stand_in: Path, tmp_path: Path) -> None:
    program = (
        "import signal, sys\nfrom pathlib import Path\nfrom connmgr_hil.targets import open_target\n"
        "target = open_target(sys.argv[1], image=Path(sys.argv[2]))\ntarget.start()\n"
        "print(target.pid, flush=True)\nsignal.pause()\n"
    )
    command = (sys.executable, "-c", program, str(stand_in), str(tmp_path / "zephyr.elf"))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as harness:
        assert harness.stdout is not None
        renode = os.pidfd_open(int(harness.stdout.readline()))
        harness.kill()
    assert select.select([renode], [], [], SECONDS)[0]
    os.close(renode)


@pytest.mark.parametrize("name", OURS)
def test_the_whole_suite_in_renode(name: str, tmp_path: Path) -> None:
    if find_renode() is None:
        pytest.skip("needs Renode: put it on PATH or set RENODE_PATH")
    image = image_path(find_platform(name)).absolute()
    if not image.is_file():
        pytest.skip(f"no image of {name}: cmhil build -p {find_platform(name).build_name}")
    command = (sys.executable, "-m", "connmgr_hil.cli", "verify", "-t", name, "--image", str(image))
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
