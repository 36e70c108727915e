"""From records to slots, lanes and bars."""

from pathlib import Path

import msgspec
import pytest
from handmade import BOOT, HELLO, READY, did, event

from connmgr_hil.report import gather
from connmgr_hil.report.timeline import AFTER, HEAD, TAIL, Timeline, draw_up
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.observations import AnyRecord


def records(*raw: dict[str, object]) -> list[AnyRecord]:
    return [msgspec.convert(each, AnyRecord) for each in ({"k": "header"}, HELLO, BOOT, *raw)]


def names(timeline: Timeline) -> list[str]:
    return [slot.text for slot in timeline.slots]


def test_slots_are_in_the_devices_order_and_only_ifaces_that_take_part_get_a_lane() -> None:
    timeline = draw_up(records(*READY))
    assert names(timeline) == [
        "boot", "up 1", "IF_ADMIN_UP", "IF_UP", "addr4 1 add 192.0.2.1", "IPV4_ADDR_ADD", "L4_CONNECTED",
    ]  # fmt: skip
    assert [(lane.index, lane.name, lane.role) for lane in timeline.lanes] == [(1, "free0", "U")]


def test_bars_change_where_it_was_seen() -> None:
    timeline = draw_up(records(*READY))
    changes = [(timeline.slots[each.slot].text, each.row, each.value) for each in timeline.changes]
    assert ("IF_ADMIN_UP", 0, "up") in changes
    assert ("IF_UP", 1, "up") in changes
    assert ("IPV4_ADDR_ADD", 2, "IPv4") in changes
    assert ("L4_CONNECTED", 3, "up") in changes


def test_a_state_read_corrects_what_no_event_told() -> None:
    state = {
        "k": "state", "t": 0, "iface": 1, "admin": True, "oper": "dormant", "carrier": True,
        "dormant": True, "bound": False, "ignored": True, "flags": 0, "timeout": 0, "monitor": "u4i",
        "word": "0085", "a4": ["169.254.1.1/p"], "a6": ["2001:db8::1/p"],
    }  # fmt: skip
    timeline = draw_up(records(*READY, *did(3, "state 1", state)))
    last = {each.row: each.value for each in timeline.changes}
    assert last == {0: "up", 1: "dormant", 2: "IPv6", 3: "ignored"}


def test_commands_sent_ahead_stand_where_they_were_begun() -> None:
    first, second = did(1, "up 1"), did(2, "up 2", t=7)
    sent_ahead = [first[0], second[0], first[1], second[1]]
    timeline = draw_up(records(*sent_ahead))
    assert [(slot.text, slot.t) for slot in timeline.slots[1:]] == [("up 1", 0), ("up 2", 7)]


def test_the_failing_slot_is_the_record_that_was_not_allowed(failing: Path) -> None:
    (story,) = gather([failing]).stories
    timeline = story.timeline
    assert story.failure is not None
    assert timeline.slots[timeline.failing].record == story.failure.record
    assert timeline.slots[timeline.failing].text == "reply 0"
    assert timeline.commands == ("up 1", "addr4 1 add 192.0.2.1")


def test_a_complaint_of_the_driver_is_marked() -> None:
    complaint: dict[str, object] = {"k": "complaint", "text": "wanted another"}
    timeline = draw_up(records(*READY, complaint), failed=True)
    assert timeline.slots[timeline.failing].detail == "wanted another"


@pytest.mark.parametrize("failing", [0, 500])
def test_a_very_long_trace_keeps_its_beginning_its_end_and_its_failure(failing: int) -> None:
    many = [event("IF_UP", "u", admin=True, oper=bool(n % 2)) for n in range(600)]
    whole = records(*did(1, "up 1", *many))
    timeline = draw_up(whole)
    gap = timeline.slots[HEAD]
    assert gap.kind == "gap"
    assert len(timeline.slots) == HEAD + 1 + TAIL
    assert gap.text == f"{602 - HEAD - TAIL} more"
    assert max(change.slot for change in timeline.changes) == len(timeline.slots) - 1
    if failing:
        complaint = msgspec.convert({"k": "complaint", "text": "no"}, AnyRecord)
        cut = draw_up([*whole[:failing], complaint, *whole[failing:]], failed=True)
        assert cut.slots[cut.failing].text == "not shown"
        assert cut.failing == len(cut.slots) - 1 - AFTER


def test_a_recorded_trace_can_be_drawn_up_whole() -> None:
    traces = sorted(Path(__file__).parent.parent.joinpath("traces").rglob("*.jsonl"))
    if not traces:
        pytest.skip("no recorded traces beside the tests")
    for path in traces:
        timeline = draw_up(read_trace(path).records)
        lanes = {lane.index for lane in timeline.lanes}
        assert timeline.slots
        assert all(change.lane in lanes for change in timeline.changes)
        assert all(slot.lane in lanes for slot in timeline.slots if slot.kind in ("event", "call"))
