"""A callback that waits in the thread that delivers events is named as such, not as the event that comes late."""

from pathlib import Path

from connmgr_hil.conformance.shrinker import replay
from connmgr_hil.targets import open_target


def test_an_automatic_connect_that_blocks(tmp_path: Path) -> None:
    """`up` returns before its own event, which the device shows when it is asked what has stopped."""
    commands = [("defect", "connect_blocks", "on"), ("up", "1")]
    with open_target("simulated") as target:
        failure = replay(target, commands, tmp_path / "blocks.jsonl", note="connect blocks")
    assert failure is not None
    assert failure.requirements == ("REQ-IMP-010",)
    assert failure.seen.startswith("IF_ADMIN_UP of iface 1 0.3")
