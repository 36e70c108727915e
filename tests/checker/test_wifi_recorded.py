"""The application's own implementation for Wi-Fi drivers, recorded on real Zephyr, and what would be wrong with it."""

from pathlib import Path

import pytest
from msgspec import structs

from checker.forks import judge
from connmgr_hil.checker import Outcome
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, HelloSeen, Outside, StateSeen

TRACES = Path(__file__).parents[1] / "traces" / "native_wifi"
NAMES = sorted(path.stem for path in TRACES.glob("*.jsonl"))
WLAN = 1


def recorded(name: str) -> list[AnyRecord]:
    return list(read_records(TRACES / f"{name}.jsonl"))


def events(records: list[AnyRecord], name: str) -> list[int]:
    """Return the places of the events of that name of the Wi-Fi iface."""
    return [
        place
        for place, record in enumerate(records)
        if isinstance(record, EventSeen) and (record.name, record.iface) == (name, WLAN)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_it_conforms(name: str) -> None:
    records = recorded(name)
    hello = next(record for record in records if isinstance(record, HelloSeen))
    wlan = hello.ifaces[WLAN - 1]
    assert (wlan.name, wlan.impl, wlan.bound) == ("wlan0", "CONNECTIVITY_WIFI_MGMT", True)
    assert judge(records).outcome is Outcome.CONFORMS


def test_what_was_done_to_the_access_point_stands_in_the_trace() -> None:
    done = [record.name for record in recorded("imp-credentials") if isinstance(record, Outside)]
    assert done == ["credentials-off", "credentials-on"]


def test_a_second_timeout_of_one_attempt_is_refused() -> None:
    records = recorded("imp-timeouts")
    place = events(records, "CONN_IF_TIMEOUT")[0]
    verdict = judge([*records[: place + 1], records[place], *records[place + 1 :]])
    assert verdict.failure is not None
    assert verdict.failure.requirements == ("REQ-IMP-009",)


def test_a_timeout_before_its_time_is_refused() -> None:
    records = recorded("imp-timeouts")
    place = events(records, "CONN_IF_TIMEOUT")[0]
    event = records[place]
    assert isinstance(event, EventSeen)
    records[place] = structs.replace(event, t=event.t - 1_000_000)
    assert judge(records).outcome is Outcome.FAILS


def test_coming_up_without_an_attempt_is_refused() -> None:
    records = recorded("imp-no-reconnect")
    lost = events(records, "IF_DOWN")[-1]
    risen = records[events(records, "IF_UP")[0]]
    assert isinstance(risen, EventSeen)
    later = structs.replace(risen, t=records[lost].t + 2_000_000)  # type: ignore[union-attr]
    at = next(
        place
        for place, record in enumerate(records)
        if place > lost and getattr(record, "t", 0) > later.t
    )
    assert judge([*records[:at], later, *records[at:]]).outcome is Outcome.FAILS


def test_an_iface_that_stays_up_after_its_network_is_lost_is_refused() -> None:
    records = recorded("imp-loss")
    kept = [
        record
        for place, record in enumerate(records)
        if place not in events(records, "IF_DOWN") or not isinstance(record, EventSeen)
    ]
    assert any(isinstance(record, StateSeen) for record in kept)
    assert judge(kept).outcome is Outcome.FAILS
