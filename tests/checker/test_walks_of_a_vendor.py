"""Random walks over an iface whose implementation nobody knows, recorded from real Zephyr on `examples/minimal`."""

from pathlib import Path

import pytest
from msgspec import structs

from checker.forks import judge
from connmgr_hil.checker import Outcome
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen

RECORDED = Path(__file__).parent / "recorded"


def recorded(name: str) -> list[AnyRecord]:
    return list(read_records(RECORDED / f"{name}.jsonl"))


@pytest.mark.parametrize(
    "name",
    [
        # Admin-down ended an attempt without a time limit; the next one has one.
        "timeout_after_admin_down",
        # Each address event may have come of the command or unprompted: both were followed for ever.
        "addresses_again_and_again",
        # Automations may take the iface up and down in circles, which nobody heard.
        "up_and_down_at_once",
        # An implementation that nobody knows may answer each call of a burst in any way: what was heard tells which it did.
        "disconnects_in_a_burst",
    ],
)
def test_it_is_explained(name: str) -> None:
    assert judge(recorded(name)).outcome is Outcome.CONFORMS


def test_a_timeout_that_comes_too_soon_after_admin_down_is_a_failure() -> None:
    early = [
        structs.replace(each, t=each.t - 100_000) if is_timeout(each) else each
        for each in recorded("timeout_after_admin_down")
    ]
    assert judge(early).outcome is Outcome.FAILS


def is_timeout(record: AnyRecord) -> bool:
    return isinstance(record, EventSeen) and record.name == "CONN_IF_TIMEOUT"
