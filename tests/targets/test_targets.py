"""Targets: they start, start afresh, fail with their own words, and leave no orphans."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from connmgr_hil.conformance.session import Session
from connmgr_hil.device import Device
from connmgr_hil.targets import (
    BoardTarget,
    ProgramTarget,
    QemuTarget,
    Target,
    find_platform,
    image_path,
    open_target,
    read_platform,
)
from connmgr_hil.targets.bench import ResetLadder
from connmgr_hil.targets.probed import counts_lines
from connmgr_hil.targets.process import EmulatorProcess
from connmgr_hil.testing import FaultInjector, Faults
from connmgr_hil.toolchain.programs import output_of
from connmgr_hil.trace import read_records
from connmgr_hil.transport import after
from connmgr_hil.transport.deadlines import START
from connmgr_hil.vocabulary.errors import DeviceReset, LineClosed, RigFault, UsageError, WrongDevice
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    HelloSeen,
    Lost,
    Note,
    Reply,
    StateSeen,
)
from stand_ins.device import ScriptedDevice
from started import start_device

SHELL = find_platform("simulated")


def _image(platform: str, variable: str) -> Path:
    path = Path(os.environ.get(variable, "") or image_path(find_platform(platform)))
    if not path.is_file():
        pytest.skip(f"no image of {platform}: build it, or name it in {variable}")
    return path


def _simulated() -> Target:
    return open_target("simulated")


def _native() -> Target:
    return open_target("native", image=_image("native_posix_64", "CMHIL_NATIVE_IMAGE"))


def _mps2() -> Target:
    if shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed")
    return open_target("mps2_an385", image=_image("mps2_an385", "CMHIL_MPS2_IMAGE"))


def _espressif(name: str, program: str, variable: str) -> Target:
    if name.removeprefix("qemu_") not in output_of(program, "-M", "help"):
        pytest.skip(f"Espressif's {program} is not installed")
    pytest.importorskip("esptool")
    return open_target(name, image=_image(name, variable))


def _esp32() -> Target:
    return _espressif("qemu_esp32", "qemu-system-xtensa", "CMHIL_ESP32_IMAGE")


def _esp32c3() -> Target:
    return _espressif("qemu_esp32c3", "qemu-system-riscv32", "CMHIL_ESP32C3_IMAGE")


@pytest.fixture(
    params=[_simulated, _native, _mps2, _esp32, _esp32c3],
    ids=["simulated", "native", "mps2_an385", "qemu_esp32", "qemu_esp32c3"],
)
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    with request.param() as made:
        yield made


def attached(target: Target) -> tuple[Device, list[AnyRecord]]:
    records: list[AnyRecord] = []
    return start_device(target, records.append), records


def test_it_starts_and_tells_of_its_boot(target: Target) -> None:
    device, records = attached(target)
    assert isinstance(records[0], HelloSeen)
    assert set(target.platform.ifaces) <= {facts.name for facts in device.ifaces}
    assert device.facts.granted
    assert [record for record in records if isinstance(record, CallSeen)]
    assert not [record for record in records if isinstance(record, Lost)]
    assert device.execute(("ping",)).status == "0"


def test_device_time_passes(target: Target) -> None:
    device, _ = attached(target)
    reply = device.execute(("advance", "50000"))
    assert reply.t - reply.t0 >= 50_000


def test_restart_leaves_nothing_behind(target: Target) -> None:
    device, records = attached(target)
    device.execute(("up", "1"))
    nonce = device.facts.nonce
    device.restart(target.restart())
    assert device.facts.nonce != nonce
    assert device.execute(("timeout", "1")).values["value"] == "0"
    device.execute(("state", "1"))
    states = [record for record in records if isinstance(record, StateSeen)]
    assert [state.admin for state in states] == [False]


def test_only_the_expected_image_is_accepted(target: Target) -> None:
    with pytest.raises(WrongDevice, match="build 00"):
        start_device(target, lambda record: None, build="00")


def test_death_of_the_emulator_is_told(target: Target) -> None:
    device, _ = attached(target)
    assert isinstance(target, ProgramTarget | QemuTarget)
    assert target.pid is not None
    os.kill(target.pid, signal.SIGKILL)
    with pytest.raises(LineClosed, match=r"last bytes: [^\0]*it ended with status -9"):
        device.listen(5)


def test_surprising_reset_is_told() -> None:
    with _mps2() as target:
        device, _ = attached(target)
        target.restart()
        with pytest.raises(DeviceReset):
            device.execute(("ping",), host_seconds=0.5)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("echo flash is empty; exit 3", r"ended with status 3; last output: 'flash is empty"),
        (
            "echo thinking; exec sleep 60",
            r"within 0.3 s \(deadline 'start'\)\n.*it is running; last output: 'thinking",
        ),
        ("echo uart connected to pseudotty: /nowhere/7", "cannot open /nowhere/7"),
    ],
)
def test_emulator_that_does_not_come_up(program: str, message: str) -> None:
    target = ProgramTarget(SHELL, ("sh", "-c", program), {}, start_seconds=0.3)
    with pytest.raises(RigFault, match=message):
        target.start()
    assert target.pid is None


LOSES_POWER = """
import itertools, os, signal, tty
for life in itertools.count():
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    print(f"uart connected to pseudotty: {os.ttyname(theirs)}", flush=True)
    os.write(ours, b"life %d of %d" % (life, os.getpid()))
    os.read(ours, 1)  # busy: it does not see what happens to its power, until it is let go
    signal.sigwait({signal.SIGHUP})
"""


@pytest.mark.parametrize("sent", [b"x", b""], ids=["quick", "busy"])
def test_power_is_cut_by_a_signal_or_else_by_force(sent: bytes) -> None:
    program = (sys.executable, "-c", LOSES_POWER)
    with ProgramTarget(SHELL, program, {}, start_seconds=0.5, power_cut=signal.SIGHUP) as target:
        line = target.start()
        first = line.read(after(5))
        line.write(sent)
        before = target.pid
        again = target.restart().read(after(5))
        now = target.pid
    assert first == f"life 0 of {before}".encode()
    assert again == f"life {1 if sent else 0} of {now}".encode()
    assert (now == before) == bool(sent)


def test_program_that_does_not_exist() -> None:
    with pytest.raises(RigFault, match="cannot start /no/such/program"):
        ProgramTarget(SHELL, ("/no/such/program",), {}).start()


def test_a_program_is_never_read_as_a_script(tmp_path: Path) -> None:
    """Neither the first time nor later, when the same path was a program before."""
    program, ran = tmp_path / "program", tmp_path / "ran"
    talk = f"#!/bin/sh\necho uart connected to pseudotty: {os.devnull}\nexec sleep 60\n"
    for content, fault in (("", "Exec format"), (talk, ""), (talk, ""), ("", "Exec format")):
        program.write_text(content or f"touch {ran}\n")
        program.chmod(0o700)
        if fault:
            with pytest.raises(RigFault, match=fault):
                EmulatorProcess([str(program)])
            continue
        for _ in range(2):
            process = EmulatorProcess([str(program)])
            assert process.wait_for_output(b"pseudotty:", START) == os.devnull.encode()
            assert os.getpgid(process.pid) == process.pid
            process.kill()
    assert not ran.exists()


def test_qemu_that_refuses_its_image(tmp_path: Path) -> None:
    if shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed")
    with pytest.raises(RigFault, match=r"(?s)QEMU did not start.*none.elf"):
        QemuTarget(find_platform("mps2_an385"), tmp_path / "none.elf").start()


def test_emulator_that_talks_much_does_not_block() -> None:
    """Its console is taken in while the line is read, without a thread."""
    talk = (
        "import os, pty, sys, tty\n"
        "master, slave = pty.openpty()\n"
        "tty.setraw(slave)\n"
        "print('uart connected to pseudotty:', os.ttyname(slave), flush=True)\n"
        "for _ in range(100): print('x' * 10000, flush=True)\n"
        "os.write(master, b'done')\n"
        "os.read(master, 1)\n"
    )
    with ProgramTarget(SHELL, (sys.executable, "-c", talk), {}) as target:
        assert target.start().read(after(20)) == b"done"


def test_a_board_is_rebooted_in_either_mode() -> None:
    for machine in (True, False):
        with ScriptedDevice(machine=machine) as board:
            board.facts |= {"board": "frdm_k64f", "reboot": 1}
            board.on("reboot", lambda me, tag, words: me.restart())
            with BoardTarget(find_platform("frdm_k64f"), board.path) as target:
                device = Device(target.start(), lambda record: None, shell_first=True)
                device.attach(start="boot")
                assert device.execute(("ping",)).status == "0"
            assert any("reboot" in line for line in board.lines)


def test_a_board_that_missed_the_command_to_reboot_is_told_again() -> None:
    hasty = structs.replace(find_platform("frdm_k64f"), reset=ResetLadder(boot_seconds=0.3))
    for misses, by in ((1, "reboot command"), (2, None)):
        with ScriptedDevice() as board:
            board.facts |= {"board": "frdm_k64f", "reboot": 1}
            told = 0

            def reboot(
                me: ScriptedDevice, _tag: str, _words: list[str], misses: int = misses
            ) -> None:
                nonlocal told
                told += 1
                if told > misses:
                    me.restart()

            board.on("reboot", reboot)
            with BoardTarget(hasty, board.path) as target:
                if by:
                    target.start()
                    assert target.last_restart is not None
                    assert (target.last_restart.by, target.last_restart.failed) == (by, ())
                else:
                    with pytest.raises(RigFault, match="it answers, but did not boot"):
                        target.start()
            assert told == 2


def test_a_board_is_left_alone_while_it_boots_if_it_wants_that() -> None:
    console = structs.replace(find_platform("esp32_devkitc").console, usb="")
    assert console.quiet_boot
    wants_quiet = structs.replace(find_platform("frdm_k64f"), console=console)
    booting = threading.Event()
    with ScriptedDevice() as board:
        board.facts |= {"board": "frdm_k64f", "reboot": 1}
        heard = []

        def boot() -> None:
            booting.wait()
            before = len(board.lines)
            threading.Event().wait(0.3)  # the time that a boot takes
            heard.extend(board.lines[before:])
            board.restart()

        board.on("reboot", lambda _me, _tag, _words: booting.set())
        boots = threading.Thread(target=boot)
        boots.start()
        with BoardTarget(wants_quiet, board.path) as target:
            line = target.start()
            assert target.last_restart is not None
            Device(line, lambda _record: None, pace=target.platform.pace).attach(start="boot")
        boots.join()
    assert heard == []


def test_a_board_that_boots_while_it_is_asked_is_asked_again() -> None:
    """It is in the target's hands yet: a boot there is no misconduct of the device."""
    with ScriptedDevice() as board:
        board.facts |= {"board": "frdm_k64f", "reboot": 1}
        told = 0

        def hello(me: ScriptedDevice, tag: str, words: list[str]) -> None:
            nonlocal told
            told += 1
            me.hello(tag, *words[1:])
            if told == 1:
                me.restart("0000beef")
                me.hello()

        board.on("hello", hello)
        board.on("reboot", lambda me, tag, words: me.restart("0000abcd"))
        with BoardTarget(find_platform("frdm_k64f"), board.path) as target:
            target.start()
            assert target.last_restart is not None
        # A second hello is not believed before it was asked for; the board is asked again when it has rebooted.
        assert told >= 2


def test_a_board_tells_which_rung_helped(tmp_path: Path) -> None:
    """In the trace, in the result, and what was tried before it."""
    power = tmp_path / "power"
    os.mkfifo(power)
    file = tmp_path / "board.toml"
    file.write_text(
        'name = "board"\ndescription = "hangs"\nkind = "board"\n[zephyr]\nboard = "frdm_k64f"\n'
        f'[reset]\npower = ["sh", "-c", "echo off > {power}"]\n'
    )

    with ScriptedDevice() as board:
        board.facts |= {"board": "frdm_k64f", "reboot": 0}

        def cycle() -> None:
            power.read_text()
            board.restart("00000001")

        switch = threading.Thread(target=cycle)
        switch.start()
        with BoardTarget(read_platform(file), board.path) as target:
            assert target.last_restart is None
            with Session(target, tmp_path / "t.jsonl"):
                assert target.last_restart is not None
                assert target.last_restart.by == "power command"
        switch.join()
    notes = [each.text for each in read_records(tmp_path / "t.jsonl") if isinstance(each, Note)]
    assert notes == [
        "restarted by the power command, after reboot command: this image cannot reboot"
    ]


def test_a_board_with_an_old_image_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What must run is what was built, unless another image is named or any will do."""
    monkeypatch.setenv("CMHIL_BUILD_DIR", str(tmp_path))
    nonces = (f"{number:08x}" for number in range(1, 99))
    with ScriptedDevice() as board:
        board.facts |= {"board": "frdm_k64f", "build": "0123456789ab", "reboot": 1}
        board.on("reboot", lambda me, tag, words: me.restart(next(nonces)))

        def start(**choice: Any) -> None:
            with open_target("frdm_k64f", port=board.path, **choice) as target:
                target.start()

        start()
        newer = _built(tmp_path / "frdm_k64f", "ba9876543210")
        with pytest.raises(WrongDevice, match=r"(?s)build ba9876543210.*build 0123456789ab.*any-b"):
            start()
        with pytest.raises(WrongDevice):
            start(image=newer)
        reboots = len([line for line in board.lines if "reboot" in line])
        start(any_build=True)
        start(image=_built(tmp_path / "older", "0123456789ab"))
        with pytest.raises(UsageError, match="no file"):
            start(image=tmp_path / "none.elf")
        after_it = len([line for line in board.lines if "reboot" in line])
        # Three were restarted; those that were refused were not.
        assert after_it == 3 * reboots


def _built(folder: Path, identity: str) -> Path:
    image = folder / "zephyr" / "zephyr.elf"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"")
    (folder / "build.ninja").write_text(rf"  DEFINES = -DCM_BUILD_ID=\"{identity}\"" + "\n")
    return image


ORPHANING = """
import os, signal
from connmgr_hil.targets import open_target
target = open_target("simulated")
target.start()
print(target.pid, flush=True)
os.kill(os.getpid(), signal.{how}) if "{how}" != "none" else None
"""


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT", "none"])
def test_no_emulator_outlives_the_harness(how: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ORPHANING.format(how=how)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    emulator = os.pidfd_open(int(process.stdout.readline()))
    try:
        process.stdout.close()
        process.wait(10)
        # A pidfd is readable once its process has ended.
        assert select.select([emulator], [], [], 5)[0], "the emulator is still running"
    finally:
        os.close(emulator)


@pytest.mark.parametrize("make", [_simulated, _native], ids=["simulated", "native"])
@pytest.mark.parametrize("seed", range(3))
def test_a_bad_line_changes_nothing(make: Callable[[], Target], seed: int) -> None:
    """The device's own ring, refusals and stored replies against our repairing."""

    def story(faults: Faults) -> list[str]:
        with make() as target:
            records: list[AnyRecord] = []
            line = FaultInjector(target.start(), inbound=faults, outbound=faults, seed=seed)
            device = Device(line, records.append)
            device.attach(start="boot")
            for iface in ("1", "2"):
                for words in (("up", iface), ("advance", "300000"), ("state",), ("down", iface)):
                    device.execute(words)
        shown = (EventSeen, CallSeen, StateSeen, Reply, Lost)
        return [repr(record) for record in records if isinstance(record, shown)]

    bad = Faults(drop=0.001, corrupt=0.001, duplicate=0.05, split=0.3, interleave=0.1)
    assert story(bad) == story(Faults())


def test_commands_in_flight_do_not_overrun_a_device(target: Target) -> None:
    device, _records = attached(target)
    commands = [device.submit(("timeout", "1", str(number))) for number in range(40)]
    for command in commands:
        assert device.collect(command).status == "0"
    assert device.execute(("timeout", "1")).values["value"] == "39"
    assert device.execute(("stats",)).values["naks"] == "0"


def test_the_shell_is_given_back_and_taken_again(target: Target) -> None:
    if target.granted:
        pytest.skip("granted time needs machine mode")
    device, records = attached(target)
    before = device.execute(("ping",)).t
    device.leave()
    device.listen(0.2)
    device.attach()
    reply = device.execute(("ping",))
    assert reply.status == "0"
    assert reply.t >= before + 50_000, "for people time goes"
    assert not [record for record in records if isinstance(record, Lost)]


def test_a_person_reads_when_it_was_and_all_of_what_it_was() -> None:
    with _mps2() as target:
        line = target.start()
        device = Device(line, lambda record: None, shell_first=True)
        device.attach(start="boot")
        device.leave()
        line.write(b"cm ping\r")
        heard = b""
        while b" rc=0" not in heard:
            more = line.read(after(5))
            assert more, heard
            heard += more
    shown = re.search(rb"\[ +(\d+)\.(\d{6})\] reply t0=(\d+) rc=0", heard)
    assert shown is not None, heard
    seconds, micros, began = (int(number) for number in shown.groups())
    assert seconds * 1_000_000 + micros >= began > 0


def test_a_device_that_can_reboots_itself(target: Target) -> None:
    device, records = attached(target)
    if not device.facts.reboot:
        pytest.skip("this image cannot reboot")
    device.execute(("up", "1"))
    nonce = device.facts.nonce
    device.reboot()
    assert device.facts.nonce != nonce
    device.execute(("state", "1"))
    states = [record for record in records if isinstance(record, StateSeen)]
    assert [state.admin for state in states] == [False]
    assert not [record for record in records if isinstance(record, Lost)]


def test_qemu_that_ends_on_reset_is_started_anew() -> None:
    with _mps2() as usual:
        platform = usual.platform
    ends = (*platform.emulator.arguments, "-no-reboot")
    emulator = msgspec.structs.replace(platform.emulator, arguments=ends, load_once=False)
    platform = msgspec.structs.replace(platform, emulator=emulator)
    with QemuTarget(platform, _image("mps2_an385", "CMHIL_MPS2_IMAGE")) as target:
        device, _ = attached(target)
        before = target.pid
        device.restart(target.restart())
        assert target.pid != before
        assert device.execute(("ping",)).status == "0"


def test_image_of_another_board_is_refused() -> None:
    with _mps2() as usual:
        platform = usual.platform
    assert platform.zephyr is not None
    other = msgspec.structs.replace(platform.zephyr, board="mps3", board_v2="mps3/an547")
    platform = msgspec.structs.replace(platform, zephyr=other)
    image = _image("mps2_an385", "CMHIL_MPS2_IMAGE")
    with (
        QemuTarget(platform, image) as target,
        pytest.raises(WrongDevice, match=r"board mps3 or [^\0]*board mps2_an385"),
    ):
        start_device(target, lambda record: None)


@pytest.mark.parametrize(
    ("names", "counts"),
    [(b"\0__gcov_exit\0", False), (b"\0__gcov_exit\0__gcov_init\0", True), (b"", False)],
)
def test_only_an_image_that_counts_its_lines_is_asked_to_end(
    tmp_path: Path, names: bytes, counts: bool
) -> None:
    image = tmp_path / "zephyr.exe"
    image.write_bytes(b"\x7fELF" + names)
    assert counts_lines(image) is counts
