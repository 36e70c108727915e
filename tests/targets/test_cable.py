"""A cable pulled in QEMU, noticed by a real driver of Zephyr's through its PHY."""

import shutil
from pathlib import Path

import pytest

from checker.forks import judge
from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.targets import find_platform, image_path, open_target
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, Outside, StateSeen

RECORDED = Path(__file__).parents[1] / "traces" / "qemu_cortex_a9" / "real-cable.jsonl"


def test_it_is_noticed(tmp_path: Path) -> None:
    image = image_path(find_platform("qemu_cortex_a9"), "real_iface")
    if shutil.which("qemu-system-arm") is None or not image.is_file():
        pytest.skip("needs qemu-system-arm, and cmhil build -p qemu_cortex_a9 --variant real_iface")
    target = open_target("qemu_cortex_a9", variant="real_iface")
    (result,) = verify(target, tmp_path, scenarios=choose(["real-cable"])).results
    assert result.outcome is Outcome.CONFORMS, result.reason


@pytest.fixture
def recorded() -> list[AnyRecord]:
    return list(read_records(RECORDED))


def test_what_was_recorded_conforms(recorded: list[AnyRecord]) -> None:
    assert judge(recorded).outcome is Outcome.CONFORMS
    done = [each.name for each in recorded if isinstance(each, Outside)]
    assert done == ["link-down", "link-up"]
    carriers = [
        each.carrier for each in recorded if isinstance(each, StateSeen) and each.iface == 1
    ]
    assert {True, False} == set(carriers)


@pytest.mark.parametrize("event", ["IF_DOWN", "IF_UP"])
def test_without_its_events_it_is_refused(recorded: list[AnyRecord], event: str) -> None:
    kept = [
        each
        for each in recorded
        if not (isinstance(each, EventSeen) and (each.name, each.iface) == (event, 1))
    ]
    assert len(kept) < len(recorded)
    assert judge(kept).outcome is Outcome.FAILS
