"""An iface that is up with an address of IPv6 when the monitor starts, recorded on Zephyr 3.4.99 without IPv4."""

from pathlib import Path

from connmgr_hil.checker import Checker, Outcome, check_trace
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import EventSeen

TRACE = Path(__file__).parent / "recorded" / "ready_at_start_ipv6.jsonl"


def test_it_is_reported_once() -> None:
    assert check_trace(TRACE).outcome is Outcome.CONFORMS
    booted = [each for each in read_records(TRACE) if isinstance(each, EventSeen)]
    assert (booted[0].name, booted[0].v4, booted[0].v6) == ("L4_CONNECTED", 0, 1)


def test_silence_is_refused() -> None:
    checker = Checker()
    silent = False
    for record in read_records(TRACE):
        if not silent and isinstance(record, EventSeen) and record.name == "L4_CONNECTED":
            silent = True
            continue
        checker.feed(record)
    failure = checker.finish().failure
    assert failure is not None
    assert failure.requirements[0] == "REQ-MON-027"
