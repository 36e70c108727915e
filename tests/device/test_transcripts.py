"""What lines and devices do to a harness, each case by name, on a real pseudo-terminal."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connmgr_hil.device import Device, Expected, Pace, resending
from connmgr_hil.testing import FaultInjector, Faults
from connmgr_hil.transport import Transport, open_terminal
from connmgr_hil.vocabulary.errors import (
    DeviceFault,
    DeviceReset,
    LineClosed,
    LineDamaged,
    NoAnswer,
    RigFault,
    UsageError,
    WrongDevice,
)
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    EventSeen,
    HelloSeen,
    Lost,
    Noise,
    Reply,
    Reset,
    Stimulus,
)
from stand_ins.device import ScriptedDevice, frame_bytes

PING = ("ping",)
Rig = tuple[ScriptedDevice, Device, list[AnyRecord]]


@contextmanager
def opened(device: ScriptedDevice, **options: Any) -> Iterator[tuple[Device, list[AnyRecord]]]:
    records: list[AnyRecord] = []
    line = open_terminal(device.path)
    try:
        yield Device(line, records.append, **options), records
    finally:
        line.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    with ScriptedDevice() as board, opened(board) as (device, records):
        device.attach()
        yield board, device, records


def names(records: list[AnyRecord]) -> list[str]:
    return [type(record).__name__ for record in records]


def events(records: list[AnyRecord]) -> list[str]:
    return [record.name for record in records if isinstance(record, EventSeen)]


def once(change: Callable[[bytes], bytes], pattern: bytes) -> Callable[[bytes], bytes]:
    """Change the first frame that fits the pattern, and only that."""
    left = [1]

    def mangle(raw: bytes) -> bytes:
        if left[0] and re.search(pattern, raw):
            left[0] = 0
            return change(raw)
        return raw

    return mangle


def flip(raw: bytes) -> bytes:
    return raw[:9] + bytes([raw[9] ^ 1]) + raw[10:]


def test_plain_round_trip(rig: Rig) -> None:
    _, device, records = rig
    assert device.execute(PING) == Reply(t=0, id=1, t0=0, status="0")
    assert names(records) == ["HelloSeen", "Stimulus", "Reply"]
    assert records[1] == Stimulus(id=1, words=PING)


def test_errno_becomes_a_symbol(rig: Rig) -> None:
    board, device, _ = rig
    board.on("up", lambda me, tag, words: me.reply(tag, rc=-114, err="EALREADY", value=3))
    reply = device.execute(("up", "1"))
    assert (reply.status, reply.values) == ("-EALREADY", {"value": "3"})


def test_events_before_the_reply_come_first(rig: Rig) -> None:
    board, device, records = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.event("IF_ADMIN_UP")
        me.event("IF_UP")
        me.reply(tag)

    board.on("up", up)
    device.execute(("up", "1"))
    assert names(records)[1:] == ["Stimulus", "EventSeen", "EventSeen", "Reply"]
    assert events(records) == ["IF_ADMIN_UP", "IF_UP"]


def test_human_shell_is_brought_to_machine_mode() -> None:
    with ScriptedDevice(machine=False) as board, opened(board) as (device, records):
        board.raw(b"*** Booting Zephyr OS build v3.4.99 ***\r\n\x1b[1;32muart:~$ \x1b[m")
        device.attach(start="boot")
        assert board.machine
        assert device.execute(PING).status == "0"
    assert isinstance(records[0], HelloSeen)
    assert Noise(text="*** Booting Zephyr OS build v3.4.99 ***") in records


class BootingLine:
    """A line to a board that says its banner when its loader's words have been read; keeps what passed, in order."""

    def __init__(self, line: Transport, board: ScriptedDevice) -> None:
        self._line, self._board = line, board
        self.name = line.name
        self.passed: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def read(self, deadline: float) -> bytes:
        data = self._line.read(deadline)
        self.passed.append(data.decode())
        if b"loader" in data:
            self._board.raw(b"*** Booting Zephyr OS build v3.4.99 ***\r\n")
        return data

    def write(self, data: bytes) -> None:
        self.passed.append("written")
        self._line.write(data)


@pytest.mark.parametrize("quiet", [False, True])
def test_a_board_may_boot_undisturbed(quiet: bool) -> None:
    with ScriptedDevice(machine=False) as board:
        line = BootingLine(open_terminal(board.path), board)
        board.raw(b"I (45) loader: Loaded app\r\n")
        device = Device(line, lambda record: None, pace=Pace(quiet_boot=quiet))
        device.attach(start="boot")
        line.close()
    banner = next(i for i, passed in enumerate(line.passed) if "*** Booting" in passed)
    assert ("written" in line.passed[:banner]) is not quiet


def test_a_board_without_banner_is_addressed_all_the_same() -> None:
    with (
        ScriptedDevice(machine=False) as board,
        opened(board, pace=Pace(quiet_boot=True)) as (device, _),
    ):
        device.attach(start="boot", host_seconds=2.0)
        assert device.execute(PING).status == "0"


def test_half_typed_line_of_a_person_is_thrown_away() -> None:
    with ScriptedDevice(machine=False) as board, opened(board) as (device, _):
        with Path(board.path).open("wb", buffering=0) as person:
            person.write(b"kernel upt")
        device.attach()
        assert device.execute(PING).status == "0"


def test_boot_events_come_after_hello_and_before_the_rest() -> None:
    with ScriptedDevice() as board, opened(board) as (device, records):
        for name in ("IF_ADMIN_UP", "IF_UP", "L4_CONNECTED"):
            board.make("event", l="early", n=name, code="1", **{"if": 1})
        device.attach(start="boot")
        device.execute(PING)
    assert names(records) == ["HelloSeen", *["EventSeen"] * 3, "Stimulus", "Reply"]
    assert events(records) == ["IF_ADMIN_UP", "IF_UP", "L4_CONNECTED"]


def test_boot_events_that_left_the_ring_are_lost() -> None:
    with ScriptedDevice() as board, opened(board) as (device, records):
        for _ in range(4):
            board.make("event", l="early", n="IF_UP", code="1", **{"if": 1})
        del board.ring[0], board.ring[1]
        device.attach(start="boot")
    assert names(records) == ["HelloSeen", "Lost", "EventSeen", "EventSeen"]
    assert records[1] == Lost(first=0, last=1)


def test_boot_events_are_kept_for_a_device_that_introduces_itself_late() -> None:
    with ScriptedDevice() as board, opened(board) as (device, records):
        board.make("event", l="early", n="IF_UP", code="1", **{"if": 1})
        board.mangle = lambda raw: raw if re.search(rb" (hello|event) ", raw) else b""
        with pytest.raises(NoAnswer):
            device.attach(start="boot", host_seconds=0.5)
        board.mangle = lambda raw: raw
        device.listen(1)
    shown = [each for each in names(records) if each != "Noise"]
    assert shown == ["HelloSeen", "EventSeen"]


def test_history_of_a_running_device_is_not_ours() -> None:
    with ScriptedDevice() as board, opened(board) as (device, records):
        board.make("event", l="early", n="IF_UP", code="1", **{"if": 1})
        hello = device.attach()
        device.execute(PING)
    assert hello.start == "attach"
    assert names(records) == ["HelloSeen", "Stimulus", "Reply"]


def test_stale_hello_never_counts() -> None:
    with ScriptedDevice() as board, opened(board) as (device, records):
        board.raw(frame_bytes("0 0 hello proto=9 board=other nonce=1 ack=deadbeef ifaces=0"))
        board.raw(frame_bytes("7 0 event l=early n=IF_UP code=1 if=1 a=1 o=1"))
        device.attach()
        assert device.facts.board == "scripted"
    assert names(records) == ["HelloSeen"]


def test_left_in_machine_mode_by_a_crashed_harness() -> None:
    with ScriptedDevice() as board:
        with opened(board) as (crashed, _):
            crashed.attach()
            board.on("slow", lambda me, tag, words: me.event())
            crashed.submit(("slow",))
        with opened(board) as (device, records):
            with Path(board.path).open("wb", buffering=0) as line:
                line.write(b"$123 0badc0de pi")
            device.attach()
            assert device.execute(PING).status == "0"
    assert "Lost" not in names(records)


@pytest.mark.parametrize("pattern", [rb" event ", rb" reply ", rb" event .*n=IF_DOWN"])
@pytest.mark.parametrize("change", [flip, lambda raw: b"", lambda raw: raw[:14]])
def test_garbled_frame_is_repaired(
    rig: Rig, pattern: bytes, change: Callable[[bytes], bytes]
) -> None:
    board, device, records = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        for name in ("IF_UP", "IF_DOWN", "L4_CONNECTED"):
            me.event(name)
        me.reply(tag)

    board.on("up", up)
    board.mangle = once(change, pattern)
    assert device.execute(("up", "1")).status == "0"
    assert events(records) == ["IF_UP", "IF_DOWN", "L4_CONNECTED"]
    assert names(records)[-1] == "Reply"
    assert "Lost" not in names(records)


def test_frame_garbled_twice_is_asked_for_twice(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    board, device, records = rig
    # However busy this host is: nothing is sent again by the clock.
    monkeypatch.setattr(resending, "FIRST", 1_000.0)
    monkeypatch.setattr(resending, "LONGEST", 1_000.0)
    spoilt = [2]

    def mangle(raw: bytes) -> bytes:
        if b" event " in raw and spoilt[0]:
            spoilt[0] -= 1
            return flip(raw)
        return raw

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.event()
        me.reply(tag)

    board.on("up", up)
    board.mangle = mangle
    device.execute(("up", "1"))
    assert names(records)[1:] == ["Stimulus", "Noise", "Noise", "EventSeen", "Reply"]
    assert sum("again" in line for line in board.lines) == 2


def test_garbled_iface_list_is_repaired() -> None:
    with ScriptedDevice(ifaces=3) as board, opened(board) as (device, records):
        board.mangle = once(flip, rb" iface if=2")
        device.attach()
    assert [facts.index for facts in device.ifaces] == [1, 2, 3]
    assert names(records) == ["HelloSeen", "Noise"]


def test_what_the_ring_no_longer_has_is_lost_and_the_work_goes_on(rig: Rig) -> None:
    board, device, records = rig
    gone: list[int] = []

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.event("IF_UP")
        first = me.seq
        gone.append(first)
        me.make("event", l="early", n="IF_DOWN", code="1", **{"if": 1})
        me.make("event", l="early", n="IF_DOWN", code="1", **{"if": 1})
        del me.ring[first], me.ring[first + 1]
        me.event("L4_CONNECTED")
        me.reply(tag)

    board.on("up", up)
    device.execute(("up", "1"))
    assert names(records)[1:] == ["Stimulus", "EventSeen", "Lost", "EventSeen", "Reply"]
    assert records[3] == Lost(first=gone[0], last=gone[0] + 1)
    assert device.execute(PING).status == "0"


def test_line_that_damages_one_frame_every_time_is_a_loss_not_a_hang(rig: Rig) -> None:
    board, device, records = rig
    board.mangle = lambda raw: flip(raw) if b" event " in raw else raw

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.event("IF_UP")
        me.reply(tag)

    board.on("up", up)
    assert device.execute(("up", "1")).status == "0"
    assert "Lost" in names(records)


def test_duplicate_frame_counts_once(rig: Rig) -> None:
    board, device, records = rig
    board.mangle = lambda raw: raw + raw

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.event()
        me.reply(tag)

    board.on("up", up)
    device.execute(("up", "1"))
    device.execute(PING)
    assert names(records)[1:] == ["Stimulus", "EventSeen", "Reply", "Stimulus", "Reply"]


def test_frames_out_of_order_are_put_in_order(rig: Rig) -> None:
    board, device, records = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        first = me.make("event", l="early", n="IF_UP", code="1", **{"if": 1})
        second = me.make("event", l="early", n="IF_DOWN", code="1", **{"if": 1})
        me.raw(second + first)
        me.reply(tag)

    board.on("up", up)
    device.execute(("up", "1"))
    assert events(records) == ["IF_UP", "IF_DOWN"]


def test_an_event_code_may_take_all_64_bits(rig: Rig) -> None:
    board, device, records = rig

    def ping(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.emit("event", l="early", n="IF_ADMIN_UP", code="d010000000000008", **{"if": 1, "m": "-"})
        me.reply(tag)

    board.on("ping", ping)
    device.execute(PING)
    (seen,) = (record for record in records if isinstance(record, EventSeen))
    assert seen.code == 0xD010_0000_0000_0008


def test_frames_of_an_earlier_life_bring_no_flood_of_hellos() -> None:
    with ScriptedDevice() as board:
        asked: list[str] = []

        def hello(me: ScriptedDevice, tag: str, words: list[str]) -> None:
            asked.append(tag)
            if len(asked) == 1:
                me.emit("log", lvl="inf", mod="x", msg="old")
            elif len(asked) == 6:
                me.hello(tag, *words[1:])

        board.on("hello", hello)
        with opened(board) as (device, _records):
            begin = time.monotonic()
            device.attach()
            # Each silence is longer than the one before, so five knocks take at least so long.
            assert time.monotonic() - begin >= 0.02 + 0.04 + 0.08 + 0.16


def test_refused_command_is_sent_again_at_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    board, device, _ = rig
    refusals = [2]

    def ping(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        if refusals[0]:
            refusals[0] -= 1
            me.emit("nak", why="crc")
        else:
            me.reply(tag)

    board.on("ping", ping)
    # Nothing is sent again by the clock; only the refusals themselves call for it.
    monkeypatch.setattr(resending, "FIRST", 1_000.0)
    monkeypatch.setattr(resending, "LONGEST", 1_000.0)
    assert device.execute(PING).status == "0"


def test_command_that_is_always_refused_is_the_rigs_fault(rig: Rig) -> None:
    board, device, _ = rig
    board.on("ping", lambda me, tag, words: me.emit("nak", why="long"))
    with pytest.raises(RigFault, match="why=long"):
        device.execute(PING)


def test_command_that_was_swallowed_is_sent_again(rig: Rig) -> None:
    board, device, records = rig
    swallowed = [1]

    def ping(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        if swallowed[0]:
            swallowed[0] = 0
        else:
            me.reply(tag)

    board.on("ping", ping)
    device.execute(PING)
    assert names(records)[1:] == ["Stimulus", "Reply"]
    pings = [line for line in board.lines if line.endswith("ping")]
    assert len(pings) == 2
    assert pings[0] == pings[1]


def test_answer_to_another_tag_is_not_ours(rig: Rig) -> None:
    board, device, records = rig

    def ping(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.reply("42", rc=-5)
        me.reply(tag)

    board.on("ping", ping)
    assert device.execute(PING).status == "0"
    assert names(records)[1:] == ["Stimulus", "Foreign", "Reply"]


def test_reset_inside_a_command_by_banner(rig: Rig) -> None:
    board, device, records = rig
    board.on("up", lambda me, tag, words: me.restart())
    with pytest.raises(DeviceReset, match=r"Booting Zephyr"):
        device.execute(("up", "1"))
    assert isinstance(records[-1], Reset)
    assert not records[-1].expected
    with pytest.raises(DeviceReset):
        device.execute(PING)


@pytest.mark.parametrize(
    ("seals", "sign"), [(True, "without its seal came, number 0"), (False, "count from 0 again")]
)
def test_reset_inside_a_command_by_counting_anew(seals: bool, sign: str) -> None:
    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.restart(banner=False)
        me.event("IF_ADMIN_UP")

    with ScriptedDevice(seals=seals) as board, opened(board) as (device, records):
        device.attach()
        board.on("up", up)
        with pytest.raises(DeviceReset, match=f"{sign}.*, and its hello has another nonce"):
            device.execute(("up", "1"))
    assert "Foreign" not in names(records)


@pytest.mark.slow
def test_reset_inside_a_command_by_another_nonce(rig: Rig) -> None:
    board, device, _ = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.nonce = "77777777"
        me.hello()

    board.on("up", up)
    with pytest.raises(DeviceReset, match="another nonce"):
        device.execute(("up", "1"))


def test_silent_reset_is_found_out_at_the_deadline(rig: Rig) -> None:
    board, device, _ = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.restart(banner=False)
        me.machine = False

    board.on("up", up)
    with pytest.raises(DeviceReset, match="another nonce"):
        device.execute(("up", "1"), host_seconds=0.1)


def test_reset_inside_an_introduction_is_the_devices() -> None:
    def again(me: ScriptedDevice, _tag: str, _words: list[str]) -> None:
        me.restart(banner=False)
        me.machine = False

    with ScriptedDevice() as board, opened(board) as (device, records):
        board.mangle = lambda raw: b"" if b" iface " in raw else raw
        board.on("again", again)
        with pytest.raises(DeviceReset, match="another nonce"):
            device.attach(start="boot", host_seconds=0.5)
    assert next(each for each in records if isinstance(each, Reset)).expected is False


def test_a_device_that_says_nothing_is_told_from_one_that_is_garbled(rig: Rig) -> None:
    board, device, _ = rig
    board.mangle = once(flip, rb" reply ")
    device.execute(PING)
    assert device.damage
    board.mangle = lambda raw: b""
    with pytest.raises(NoAnswer):
        device.execute(("up", "1"), host_seconds=0.2)
    assert device.is_mute
    board.mangle = flip
    with pytest.raises(NoAnswer):
        device.execute(("down", "1"), host_seconds=0.2)
    assert not device.is_mute


def test_wanted_restart_is_recorded_as_such(rig: Rig) -> None:
    board, device, records = rig
    board.on("reboot", lambda me, tag, words: me.restart())
    hello = device.reboot()
    assert hello.facts.nonce == "99999999"
    assert device.execute(PING).id == 2
    assert names(records) == [
        *["HelloSeen", "Stimulus", "Reset", "HelloSeen", "Noise", "Stimulus", "Reply"]
    ]
    assert records[2] == Reset(how="reboot", expected=True)


def test_old_protocol_is_refused() -> None:
    with ScriptedDevice() as board, opened(board) as (device, _):
        board.facts["proto"] = 0
        with pytest.raises(WrongDevice, match=r"protocol version 1 on .*\n.*protocol version 0"):
            device.attach()


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (Expected(boards=("frdm_k64f",)), r"board frdm_k64f on .*\n.*board scripted"),
        (Expected(build="cafe"), r"build cafe on .*\n.*build f00d"),
    ],
)
def test_wrong_board_and_old_image_are_refused(expected: Expected, message: str) -> None:
    with (
        ScriptedDevice() as board,
        opened(board, expected=expected) as (device, _),
        pytest.raises(WrongDevice, match=message),
    ):
        device.attach()


def test_noise_and_terminal_control_between_frames(rig: Rig) -> None:
    board, device, records = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.raw(b"\x1b[8D\x1b[J[00:00:00.010] <inf> net: up\r\n\x1b[1;32muart:~$ \x1b[m")
        me.event()
        me.raw(b"\xff\xfe\xc3\x28 \x00 user@host*12345678\r\n")
        me.reply(tag)

    board.on("up", up)
    assert device.execute(("up", "1")).status == "0"
    assert events(records) == ["IF_UP"]
    texts = [record.text for record in records if isinstance(record, Noise)]
    assert texts[0] == "[00:00:00.010] <inf> net: up"
    assert all(text.isprintable() for text in texts)


def test_glued_frames(rig: Rig) -> None:
    board, device, records = rig
    board.mangle = lambda raw: raw[:-2]

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.event("IF_UP")
        me.event("IF_DOWN")
        me.reply(tag)

    board.on("up", up)
    device.execute(("up", "1"))
    assert events(records) == ["IF_UP", "IF_DOWN"]


def test_frames_byte_by_byte(rig: Rig) -> None:
    board, device, _ = rig

    def ping(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        for byte in me.make("reply", tag=tag, t0=0, rc=0):
            me.raw(bytes([byte]))

    board.on("ping", ping)
    assert device.execute(PING).status == "0"


def test_vanished_line_shows_the_last_bytes(rig: Rig) -> None:
    board, device, records = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.vanish()

    board.on("up", up)
    with pytest.raises(LineClosed, match=r"last bytes: '.*iface if=1") as caught:
        device.execute(("up", "1"))
    assert caught.value.exit_code == 3
    assert names(records)[0] == "HelloSeen"


def test_silence_until_the_deadline(rig: Rig) -> None:
    board, device, _ = rig
    board.on("up", lambda me, tag, words: me.raw(b"\x1b[31mhm"))
    with pytest.raises(NoAnswer, match=r"'up 1' within 0.1 s[^\0]*\\x1b\[31mhm"):
        device.execute(("up", "1"), host_seconds=0.1)


def test_nobody_at_the_other_end() -> None:
    with ScriptedDevice() as board, opened(board) as (device, _):
        board.on("hello", lambda me, tag, words: None)
        with pytest.raises(NoAnswer, match=r"no hello within 0.2 s"):
            device.attach(host_seconds=0.2)


def test_ifaces_numbered_otherwise_are_refused() -> None:
    with ScriptedDevice() as board, opened(board) as (device, _):

        def hello(me: ScriptedDevice, tag: str, words: list[str]) -> None:
            facts = {"app": "1", "zephyr": "3.4.99", "connmgr": "3.4", **me.facts}
            me.emit("hello", **facts, nonce=me.nonce, ack=words[1], ifaces=2, first="0", granted=1)
            for index in (2, 2):
                me.emit("iface", **{"if": index}, name="x", l2="DUMMY", bound=1)

        board.on("hello", hello)
        with pytest.raises(LineDamaged, match="numbered from 1 on, each once, not 2, 2"):
            device.attach()


def test_flood_of_frames_has_a_bound() -> None:
    with ScriptedDevice() as board, opened(board, frames_per_command=500) as (device, _):
        device.attach()

        def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
            for _ in range(10_000):
                me.event()

        board.on("up", up)
        with pytest.raises(DeviceFault, match="more than 500 from"):
            device.execute(("up", "1"))


def test_an_answer_that_has_arrived_behind_too_many_frames_is_taken() -> None:
    with ScriptedDevice() as board, opened(board, frames_per_command=500) as (device, records):
        device.attach()
        before = len(records)

        def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
            for _ in range(505):
                me.event()
            me.reply(tag)

        board.on("up", up)
        assert device.execute(("up", "1")).status == "0"
        assert names(records)[before:] == ["Stimulus", *["EventSeen"] * 505, "Reply"]


def test_all_that_came_before_a_flood_was_given_up_is_recorded() -> None:
    with ScriptedDevice() as board, opened(board, frames_per_command=500) as (device, records):
        device.attach()

        def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
            for _ in range(700):
                me.event()

        board.on("up", up)
        with pytest.raises(DeviceFault, match="more than 500 from"):
            device.execute(("up", "1"))
        assert names(records).count("EventSeen") == 700


def test_flood_of_noise_ends_at_the_deadline(rig: Rig) -> None:
    board, device, _ = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            me.raw(b"panic! panic! panic!\r\n")

    board.on("up", up)
    with pytest.raises(NoAnswer, match="panic!"):
        device.execute(("up", "1"), host_seconds=0.2)


def test_firmware_that_breaks_its_own_grammar_is_named(rig: Rig) -> None:
    board, device, _ = rig
    board.on("up", lambda me, tag, words: me.emit("event", l="early", n="IF_UP"))
    with pytest.raises(RigFault, match="event frame lacks fields"):
        device.execute(("up", "1"))


def test_unknown_kind_of_frame_is_noted(rig: Rig) -> None:
    board, device, records = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.emit("hint", x=1)
        me.reply(tag)

    board.on("up", up)
    device.execute(("up", "1"))
    assert names(records)[1:] == ["Stimulus", "Note", "Reply"]


def test_answer_that_left_the_ring_is_stale(rig: Rig) -> None:
    board, device, records = rig

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        if me.lines.count(me.lines[-1]) == 1:
            me.make("reply", tag=tag, t0=0, rc=0)
            me.ring.popitem()
        else:
            me.reply(tag, rc=-116, err="ESTALE")

    board.on("up", up)
    assert device.execute(("up", "1")).status == "-ESTALE"
    assert names(records)[1:] == ["Stimulus", "Lost", "Reply"]


def test_several_commands_in_flight(rig: Rig) -> None:
    _board, device, records = rig
    commands = [device.submit(PING) for _ in range(30)]
    assert [device.collect(command).id for command in commands] == list(range(1, 31))
    assert names(records).count("Reply") == 30


@pytest.mark.parametrize("words", [(), ("a b",), ("a$b",), ("",), ("ä",), ("x\r",), ("y" * 600,)])
def test_words_that_cannot_travel_are_refused(rig: Rig, words: tuple[str, ...]) -> None:
    _, device, records = rig
    with pytest.raises(UsageError):
        device.execute(words)
    assert names(records) == ["HelloSeen"]


def test_unsolicited_events_are_taken_while_listening(rig: Rig) -> None:
    board, device, records = rig

    def later(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.reply(tag)
        me.event()

    board.on("up", later)
    device.execute(("up", "1"))
    device.listen(0.05)
    assert events(records) == ["IF_UP"]


@pytest.mark.parametrize("seed", range(6))
def test_bad_line_in_both_directions_changes_nothing(seed: int) -> None:
    with ScriptedDevice() as board:
        line: Transport = open_terminal(board.path)
        spoilt = FaultInjector(
            line,
            seed=seed,
            inbound=Faults(
                drop=0.001, corrupt=0.001, duplicate=0.05, split=0.5, delay=0.02, interleave=0.1
            ),
            outbound=Faults(drop=0.001, corrupt=0.002, duplicate=0.02, split=0.3),
        )
        records: list[AnyRecord] = []
        device = Device(spoilt, records.append)
        count = [0]

        def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
            count[0] += 1
            me.emit("event", l="early", n=f"E{count[0]}", code="1", **{"if": 1})
            me.reply(tag, value=count[0])

        board.on("up", up)
        try:
            device.attach()
            for expected in range(1, 41):
                assert device.execute(("up", "1")).values["value"] == str(expected)
        finally:
            line.close()
    assert events(records) == [f"E{number}" for number in range(1, 41)]
    assert "Lost" not in names(records)


def test_close_and_stall_of_the_fault_injector(rig: Rig) -> None:
    board, _, _ = rig
    for faults, error in (
        (Faults(close_after=600), LineClosed),
        (Faults(stall_after=600), NoAnswer),
    ):
        spoilt = FaultInjector(open_line_again(board), inbound=faults)
        device = Device(spoilt, lambda record: None)
        with pytest.raises(error):
            attach_often(device)
        spoilt.close()


def attach_often(device: Device) -> None:
    for _ in range(100):
        device.attach(host_seconds=0.3)


def open_line_again(board: ScriptedDevice) -> Transport:
    from connmgr_hil.transport import DescriptorTransport

    return DescriptorTransport(os.open(board.path, os.O_RDWR | os.O_NOCTTY), board.path)


def test_command_whose_tag_the_device_forgot_is_not_executed_twice(rig: Rig) -> None:
    board, device, _ = rig
    executed: list[str] = []
    recent: list[str] = []
    spoilt = [60]

    def mangle(raw: bytes) -> bytes:
        if b"value=1" in raw and spoilt[0]:
            spoilt[0] -= 1
            return flip(raw)
        return raw

    def up(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        executed.append(tag)
        me.reply(tag, value=len(executed))

    def again(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        recent.append(tag)
        if len(recent) % 16 == 0:
            for old in executed:
                me.forget(old)
        me.again(tag, int(words[1], 16), int(words[2], 16))

    board.on("up", up)
    board.on("again", again)
    board.mangle = mangle
    assert device.execute(("up", "1")).values["value"] == "1"
    assert len(executed) == 1
