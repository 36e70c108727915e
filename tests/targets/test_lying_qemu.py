"""A QEMU whose monitor talks nonsense, hangs up or never answers is a broken rig, and is not waited for."""

import sys
from pathlib import Path

import pytest
from lying_qemu import ANSWERS

from connmgr_hil.targets import QemuTarget, find_platform, qemu
from connmgr_hil.vocabulary.errors import RigFault

pytestmark = pytest.mark.timeout(30)


@pytest.fixture(params=ANSWERS)
def target(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> QemuTarget:
    program = tmp_path / "qemu-system-arm"
    script = Path(__file__).with_name("lying_qemu.py")
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{script}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("LYING", request.param)
    monkeypatch.setattr(qemu, "MONITOR", qemu.MONITOR.of(0.5))
    return QemuTarget(find_platform("mps2_an385"), tmp_path / "zephyr.elf")


def test_it_is_a_broken_rig(target: QemuTarget) -> None:
    with pytest.raises(RigFault, match="QEMU did not start") as caught:
        target.start()
    assert caught.value.exit_code == 3
    assert "it is running" in str(caught.value)
    assert target.pid is None
