"""A machine stands still while nobody waits for it, and never while somebody does."""

import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.targets import QemuTarget, find_platform, image_path
from connmgr_hil.targets.pausing import Pauser
from connmgr_hil.transport.deadlines import MONITOR
from connmgr_hil.vocabulary.errors import RigFault
from started import start_device


class Machine:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.paused = threading.Event()

    def pause(self) -> None:
        self.told.append("pause")
        self.paused.set()

    def resume(self) -> None:
        self.told.append("resume")
        self.paused.clear()


def test_it_goes_on_before_anybody_waits_again() -> None:
    machine = Machine()
    pauser = Pauser(machine.pause, machine.resume, 0.001)
    for _ in range(3):
        assert machine.paused.wait(MONITOR.seconds)
        with pauser.waiting():
            assert machine.told[-1] == "resume"
    pauser.end()
    told = list(machine.told)
    assert told[-1] == "resume"
    assert told == ["pause", "resume"] * (len(told) // 2)
    with pauser.waiting():
        assert machine.told == told


def test_while_somebody_waits_it_is_not_stopped() -> None:
    machine = Machine()
    pauser = Pauser(machine.pause, machine.resume, 0.001)
    with pauser.waiting():
        machine.told.clear()
        assert not machine.paused.wait(0.02)
        with pauser.waiting():
            pass
        assert not machine.paused.wait(0.02)
    assert machine.paused.wait(MONITOR.seconds)
    pauser.forget()
    with pauser.waiting():
        assert machine.told == ["pause"], "it is gone: nobody tells it anything"


def test_with_no_patience_given_it_runs_on() -> None:
    machine = Machine()
    with Pauser(machine.pause, machine.resume, 0).waiting():
        pass
    assert not machine.paused.wait(0.02)


def test_a_machine_that_cannot_be_stopped_is_told_to_whoever_waits_next() -> None:
    tried = threading.Event()

    def refuse() -> None:
        tried.set()
        raise RigFault("QEMU should stop", "it is gone")

    pauser = Pauser(refuse, refuse, 0.001)
    assert tried.wait(MONITOR.seconds)
    threads = [each for each in threading.enumerate() if each.name == "pauser"]
    for each in threads:
        each.join(MONITOR.seconds)
    with pytest.raises(RigFault, match="it is gone"), pauser.waiting():
        pass
    with pauser.waiting():
        pass


def thinking(pause_seconds: float, monkeypatch: pytest.MonkeyPatch) -> float:
    """Return how much of a thinking harness's time the clock of a real QEMU did not see, in seconds."""
    platform = find_platform("mps2_an385")
    # Granted time does not see it at all.
    given = os.environ.get("CMHIL_MPS2_REAL_CLOCK_IMAGE", "")
    image = Path(given or image_path(platform, "real_clock"))
    if shutil.which("qemu-system-arm") is None or not image.is_file():
        pytest.skip("needs qemu-system-arm and an image of mps2_an385 by its own clock")
    emulator = structs.replace(platform.emulator, pause_seconds=pause_seconds)
    paused = threading.Event()
    carry_out = QemuTarget._command

    def noted(target: QemuTarget, name: str) -> None:
        carry_out(target, name)
        if name == "stop":
            paused.set()

    monkeypatch.setattr(QemuTarget, "_command", noted)
    with QemuTarget(structs.replace(platform, emulator=emulator), image) as target:
        device = start_device(target, lambda record: None)
        before, began = device.execute(("ping",)).t / 1e6, time.monotonic()
        paused.clear()
        if pause_seconds:
            assert paused.wait(MONITOR.seconds)
        threading.Event().wait(0.4)
        after, ended = device.execute(("ping",)).t / 1e6, time.monotonic()
        reply = device.execute(("advance", "100000"))
        assert reply.t - reply.t0 >= 100_000, "its clock goes as before"
    return (ended - began) - (after - before)


def test_qemu_s_clock_does_not_see_the_harness_think(monkeypatch: pytest.MonkeyPatch) -> None:
    assert thinking(0.02, monkeypatch) >= 0.35


def test_without_pausing_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert thinking(0, monkeypatch) < 0.35
