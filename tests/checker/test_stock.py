"""Firmware without the probe is judged by what must hold whatever its application does."""

from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.checker import Checker, Outcome, check_trace
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    EventSeen,
    Header,
    HelloSeen,
    Noise,
    Reply,
    StatusSeen,
    Stimulus,
)

TRACES = Path(__file__).parent.parent / "traces" / "native_stock"

HELLO = HelloSeen(
    t=0,
    start="attach",
    facts=Hello(
        dialect="stock", proto=0, app="-", zephyr="4.1.99", connmgr="4.2", board="-", build="-",
        nonce="1", queue=0, ticks=0, ifaces=2, track=2,
    ),
    ifaces=tuple(IfaceFacts(index=i, name=f"i{i}", l2="Dummy", bound=i == 1) for i in (1, 2)),
)  # fmt: skip


def status(t: int, iface: int = 1, text: str = "admin oper ipv4 connected") -> StatusSeen:
    columns = "ignored bound admin oper ipv4 ipv6 connected".split()
    return StatusSeen(t=t, iface=iface, **{name: name in text.split() for name in columns})


def command(ident: int, t: int, *words: str) -> tuple[Stimulus, Reply]:
    return Stimulus(id=ident, words=words), Reply(t=t, id=ident, t0=t, status="?")


def event(t: int, name: str) -> EventSeen:
    return EventSeen(t=t, listener="shell", name=name, code=0, iface=1)


def judged(*records: AnyRecord) -> Checker:
    checker = Checker()
    for record in (Header(), HELLO, *records):
        checker.feed(record)
    return checker


CONTRARY = "admin oper ipv4"
"""Oper-up, watched, with an address, and yet not connected."""


def test_statuses_that_agree_conform() -> None:
    checker = judged(status(1), status(2, 2, "ignored admin oper ipv6"), status(3, 2, ""))
    assert checker.finish().outcome is Outcome.CONFORMS


def test_no_status_of_a_call_is_judged() -> None:
    checker = judged(*command(1, 10, "connect", "1"), *command(2, 20, "all", "up", "1"))
    assert checker.finish().outcome is Outcome.CONFORMS


def test_a_passing_disagreement_is_no_failure() -> None:
    assert judged(status(1, 1, CONTRARY), status(50_000, 1, CONTRARY)).failure is None
    assert judged(status(1, 1, CONTRARY), status(50_000), status(200_000)).failure is None


def test_a_lasting_disagreement_is_a_failure() -> None:
    failure = judged(
        *command(1, 1, "state"), status(1, 1, CONTRARY), status(200_001, 1, CONTRARY)
    ).failure
    assert failure is not None
    assert failure.requirements == ("REQ-MON-034",)
    assert "iface 1 is not connected, oper-up, watched, IPv4" in failure.seen


def test_oper_up_while_admin_down_is_a_failure_when_it_lasts() -> None:
    text = "oper ipv4 connected"
    failure = judged(status(1, 1, text), status(200_001, 1, text)).failure
    assert failure is not None
    assert "oper-up and admin-down" in failure.seen


def test_a_command_or_an_event_in_between_makes_it_another_disagreement() -> None:
    first, second = status(1, 1, CONTRARY), status(200_001, 1, CONTRARY)
    assert judged(first, *command(1, 100, "ignore", "1"), second).failure is None
    assert judged(first, event(100, "IF_UP"), second).failure is None
    assert judged(first, *command(1, 100, "advance", "200000"), second).failure is not None


def test_the_last_l4_event_must_fit_the_statuses() -> None:
    down = "admin"
    first = (*command(1, 10, "state"), status(10), status(11, 2, down))
    again = (*command(2, 300_000, "state"), status(300_000), status(300_001, 2, down))
    assert judged(event(1, "L4_CONNECTED"), *first, *again).failure is None
    failure = judged(event(1, "L4_DISCONNECTED"), *first, *again).failure
    assert failure is not None
    assert failure.allowed == ("L4_CONNECTED as the last event",)
    # As long as not all ifaces were seen, another one may account for the event.
    assert (
        judged(event(1, "L4_CONNECTED"), status(10, 2, down), status(300_000, 2, down)).failure
        is None
    )


def test_families_are_compared_by_themselves() -> None:
    first = (*command(1, 10, "state"), status(10), status(11, 2, ""))
    again = (*command(2, 300_000, "state"), status(300_000), status(300_001, 2, ""))
    assert judged(event(1, "L4_IPV6_DISCONNECTED"), *first, *again).failure is None
    assert judged(event(1, "L4_IPV6_CONNECTED"), *first, *again).failure is not None
    assert judged(event(1, "L4_IPV4_CONNECTED"), *first, *again).failure is None


NOTHING = (status(10, 1, ""), status(11, 2, ""))
LATER = (*command(9, 300_000, "state"), status(300_000, 1, ""), status(300_001, 2, ""))


@pytest.mark.parametrize(
    "spoilt",
    [
        structs.replace(event(5, "-"), info=None),
        structs.replace(event(5, "-"), info="disconected"),
        structs.replace(event(5, "-"), info="IPv4 connectivity lst"),
        Noise(text="EVNT: L4 [1] disconnected"),
        Noise(text="EVENT: L4 [1] disconnected[00:00:01.000,000] <inf> app: hello"),
        Noise(text="[00:00:01.000,000] <inf> app: EVENhelloT: L4 [1] disconnected"),
        Noise(text="E[V0E0N:T0:0 :L041 .[010]0 ,d0i0s0c]o n<niencft>e da p p :   h e l l o"),
        Noise(text="4 [1] disconnected"),
        structs.replace(command(3, 5, "down", "1")[1], values={"said": "DoneEVENT: L4 [1] disconnected "}),
    ],
)  # fmt: skip
def test_an_event_that_may_be_hidden_in_a_damaged_line_is_no_failure(spoilt: AnyRecord) -> None:
    checker = judged(event(1, "L4_CONNECTED"), spoilt, *NOTHING, *LATER)
    verdict = checker.finish()
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "damaged line" in verdict.reason


@pytest.mark.parametrize(
    "harmless",
    [
        structs.replace(event(5, "-"), info="DHCPv4 bound"),
        Noise(text="Hello World! qemu_x86"),
        Noise(text="[00:00:01.000,000] <inf> net_config: IPv4 address: 192.0.2.1"),
        Noise(text="Instructing iface 1 (0x437718 - radio0 - Dummy) to connect."),
        command(3, 5, "down", "1")[1],
    ],
)
def test_other_lines_do_not_excuse_an_event_that_is_missing(harmless: AnyRecord) -> None:
    checker = judged(event(1, "L4_CONNECTED"), harmless, *NOTHING, *LATER)
    assert checker.finish().outcome is Outcome.FAILS


def test_an_event_without_a_name_takes_nothing_from_what_a_damaged_line_excuses() -> None:
    """Admin-down has no name here, and IF_DOWN tells that it was no L4 event; the damaged line may still be one."""
    spoilt = Noise(text="EVNT: L4 [1] disconnected")
    unnamed, down = event(1, "-"), event(1, "IF_DOWN")
    checker = judged(event(1, "L4_CONNECTED"), spoilt, unnamed, down, *NOTHING, *LATER)
    assert checker.finish().outcome is Outcome.INCONCLUSIVE
    sound = judged(event(1, "L4_CONNECTED"), unnamed, down, *NOTHING, *LATER)
    assert sound.failure is not None


def test_damage_before_the_last_event_excuses_nothing() -> None:
    spoilt = Noise(text="EVNT: L4 [1] disconnected")
    checker = judged(spoilt, event(1, "L4_CONNECTED"), *NOTHING, *LATER)
    assert checker.finish().outcome is Outcome.FAILS


def test_damage_without_a_disagreement_harms_nothing() -> None:
    spoilt = Noise(text="EVNT: L4 [1] disconnected")
    checker = judged(event(1, "L4_DISCONNECTED"), spoilt, *NOTHING, *LATER)
    assert checker.finish().outcome is Outcome.CONFORMS


@pytest.mark.parametrize("path", sorted(TRACES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_recorded_traces_conform(path: Path) -> None:
    verdict = check_trace(path)
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()


@pytest.mark.parametrize("name", ["stock-columns", "stock-ignore", "stock-ready", "stock-two"])
def test_a_recorded_device_that_reported_wrongly_would_have_failed(name: str) -> None:
    path = TRACES / f"{name}.jsonl"
    for column in ("connected", "oper"):
        checker = Checker()
        for record in read_records(path):
            if isinstance(record, StatusSeen):
                wrong = not getattr(record, column)
                record = structs.replace(record, **{column: wrong})  # noqa: PLW2901
            checker.feed(record)
        assert checker.failure is not None, column
        assert checker.failure.requirements == ("REQ-MON-034",)


def test_a_recorded_l4_event_that_got_lost_would_have_failed() -> None:
    records = list(read_records(TRACES / "stock-ready.jsonl"))
    last = max(i for i, each in enumerate(records) if getattr(each, "name", "") == "L4_CONNECTED")
    checker = Checker()
    for record in records[:last] + records[last + 1 :]:
        checker.feed(record)
    assert checker.failure is not None
    assert "the last event of its kind was L4_DISCONNECTED" in checker.failure.seen
