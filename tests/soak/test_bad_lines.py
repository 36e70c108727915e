"""Many exchanges over a line that damages one byte in a hundred, both ways: nothing may change by it."""

import time
from collections.abc import Callable

import pytest

from connmgr_hil.checker import Checker, Outcome
from connmgr_hil.conformance.recording import limits_for
from connmgr_hil.device import Device
from connmgr_hil.targets import open_target
from connmgr_hil.testing import FaultInjector, Faults
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.observations import AnyRecord, Header, Lost, Reply

FAULTS = Faults(drop=0.005, corrupt=0.005)
COMMANDS = [
    tuple(words.split())
    for words in (
        "up 2",
        "addr4 2 add 192.0.2.1",
        "state 2",
        "addr4 2 del 192.0.2.1",
        "down 2",
        "connect 1",
        "advance 150000",
        "disconnect 1",
    )
]


@pytest.mark.parametrize("name", ["simulated", "native"])
def test_exchanges_over_a_bad_line(
    name: str, soak_exchanges: dict[str, int], record_property: Callable[[str, object], None]
) -> None:
    try:
        target = open_target(name)
    except UsageError as error:
        pytest.skip(str(error).splitlines()[0])
    count = soak_exchanges[name]
    checker = Checker(limits_for(target))
    checker.feed(Header())
    replies: list[int] = []
    lost: set[int] = set()  # exchanges of which something is missing

    def take(record: AnyRecord) -> None:
        checker.feed(record)
        if isinstance(record, Reply):
            replies.append(record.id)
        elif isinstance(record, Lost):
            lost.add(len(replies) + 1)

    with target:
        line = FaultInjector(target.start(), inbound=FAULTS, outbound=FAULTS, seed=count)
        device = Device(line, take)
        device.attach(start="boot", host_seconds=120)
        begin = time.monotonic()
        for number in range(count):
            device.execute(COMMANDS[number % len(COMMANDS)], host_seconds=60)
            assert checker.failure is None, "\n".join(checker.failure.lines())
        record_property("exchanges_per_second", round(count / (time.monotonic() - begin), 1))
    assert replies == list(range(1, count + 1))
    record_property("exchanges_lost", len(lost))
    assert len(lost) <= count / 1000
    outcome = checker.finish().outcome
    assert outcome is (Outcome.INCONCLUSIVE if lost else Outcome.CONFORMS)
