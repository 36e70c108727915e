"""Granted time does not hide what never comes to rest, or never goes on: real firmware in QEMU tells of it by itself."""

import os
import shutil
from pathlib import Path

import pytest

from connmgr_hil.conformance.nonconforming import Nonconforming
from connmgr_hil.conformance.session import Session
from connmgr_hil.targets import Target, find_platform, image_path, open_target
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import Stuck

ATTEMPT = ("sim 1 delay_ms 100", "up 1", "advance 1000000")
pytestmark = pytest.mark.slow

STUCK = {
    "life_loop_callback": (("up 1",), "REQ-LIFE-002"),
    "life_loop_connect": (("connect 1",), "REQ-LIFE-002"),
    "life_loop_work": (ATTEMPT, "REQ-LIFE-002"),
    "life_lock_twice": (("up 1", "disconnect 1"), "REQ-LIFE-002"),
    "life_lock_kept": ((*ATTEMPT, "state"), "REQ-LIFE-002"),
    "life_callback_blocked": (("up 1", "advance 4000000"), "REQ-LIFE-004"),
    "life_monitor_blocked": (
        ("sim 1 mode sync", "addr4 1 add 192.0.2.1", "up 1", "advance 4000000"), "REQ-LIFE-004",
    ),
}  # fmt: skip
"""For each defect the commands of which the last shows it, and the requirement."""


@pytest.fixture
def board() -> Target:
    image = Path(os.environ.get("CMHIL_MPS2_IMAGE", "") or image_path(find_platform("mps2_an385")))
    if shutil.which("qemu-system-arm") is None or not image.is_file():
        pytest.skip("needs qemu-system-arm and an image of mps2_an385")
    return open_target("mps2_an385", image=image)


def give(session: Session, commands: tuple[str, ...]) -> None:
    for command in commands:
        session.execute(tuple(command.split()))


@pytest.mark.parametrize("defect", STUCK)
def test_it_is_told_soon(defect: str, board: Target, tmp_path: Path) -> None:
    commands, requirement = STUCK[defect]
    path = tmp_path / "trace.jsonl"
    session = Session(board, path)
    with board, pytest.raises(Nonconforming), session:
        give(session, (f"defect {defect} on", *commands))
    assert session.facts.granted
    assert session.verdict is not None
    assert session.verdict.failure is not None
    assert requirement in session.verdict.failure.requirements
    (stuck,) = (each for each in read_records(path) if isinstance(each, Stuck))
    assert stuck.source != "host", "the device told it, not our patience"
    assert 2_000 <= stuck.ms < 10_000
