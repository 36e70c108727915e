"""Frames of other boards and of earlier boots, and commands of somebody else, on a real pseudo-terminal."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from connmgr_hil.device import BANNER, Device, FrameParser
from connmgr_hil.device.frames import Frame
from connmgr_hil.device.ordering import Arrival, Sequence
from connmgr_hil.transport import open_terminal
from connmgr_hil.vocabulary.errors import DeviceReset, RigFault
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, Foreign, Noise, Reset
from stand_ins.device import ScriptedDevice, frame_bytes, sealed

OTHER_SEAL = 0x0BADCAFE
GO = ("ping",)


@contextmanager
def attached(*, seals: bool) -> Iterator[tuple[ScriptedDevice, Device, list[AnyRecord]]]:
    records: list[AnyRecord] = []
    with ScriptedDevice(seals=seals) as board:
        line = open_terminal(board.path)
        try:
            device = Device(line, records.append)
            device.attach()
            yield board, device, records
        finally:
            line.close()


@pytest.fixture(scope="module")
def sealing() -> Iterator[tuple[ScriptedDevice, Device, list[AnyRecord]]]:
    with attached(seals=True) as rig:
        yield rig


def _body(number: int, kind: str) -> str:
    return (
        f"{number:x} 77 "
        + {
            "event": "event l=early n=IF_DOWN code=d0010001 if=1 a=0 o=0 m=-",
            "reply": "reply tag=7 t0=1 rc=-5",
            "hello": "hello proto=1 app=1 zephyr=3.4.99 connmgr=3.4 board=x build=1 nonce=5 first=0",
            "fault": "fault reason=kernel-panic thr=main",
            "nak": "nak why=crc",
        }[kind]
    )


KINDS = ("event", "reply", "hello", "fault", "nak")
foreign_lines = st.one_of(
    st.builds(
        lambda ahead, kind, seal: (ahead, kind, seal),
        st.integers(-30, 30),
        st.sampled_from(KINDS),
        st.sampled_from((0, OTHER_SEAL)),
    ),
    st.just((0, BANNER, 0)),
)
plans = st.lists(st.one_of(st.just("own"), foreign_lines), min_size=1, max_size=12)


def _emit(board: ScriptedDevice, plan: list[object]) -> int:
    """Send what the plan says; return how many of the device's own events were among it."""
    own = 0
    for step in plan:
        if step == "own":
            board.event("IF_UP")
            own += 1
            continue
        assert isinstance(step, tuple)
        ahead, kind, seal = step
        if kind == BANNER:
            board.raw(b"*** Booting Zephyr OS build v3.4.99 ***\r\n")
        else:
            board.raw(sealed(frame_bytes(_body(max(0, board.seq + ahead), kind)), seal))
    return own


@given(plan=plans)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_among_any_foreign_frames_a_sealed_session_has_its_own_records(
    sealing: tuple[ScriptedDevice, Device, list[AnyRecord]], plan: list[object]
) -> None:
    board, device, records = sealing
    records.clear()
    own = 0

    def go(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        nonlocal own
        own = _emit(me, plan)
        me.reply(tag)

    board.on("ping", go)
    assert device.execute(GO).status == "0"
    judged = [record for record in records if not isinstance(record, Noise)]
    assert [type(each).__name__ for each in judged] == ["Stimulus", *["EventSeen"] * own, "Reply"]
    assert {each.name for each in judged if isinstance(each, EventSeen)} <= {"IF_UP"}


@given(plan=plans.filter(lambda plan: all("fault" not in step for step in plan)))
@settings(max_examples=40, deadline=None)
def test_without_a_seal_the_records_are_its_own_or_their_damage_is_noted(
    plan: list[object],
) -> None:
    own = 0

    def go(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        nonlocal own
        own = _emit(me, plan)
        me.reply(tag)

    with attached(seals=False) as (board, device, records):
        board.on("ping", go)
        assert device.execute(GO, host_seconds=5).status == "0"
    shown = [record.name for record in records if isinstance(record, EventSeen)]
    names = [type(record).__name__ for record in records]
    noted = names[: names.index("Reply")]
    assert shown == ["IF_UP"] * own or {"Foreign", "Lost"} & set(noted)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=30),
    st.lists(st.integers(0, 10_000), max_size=10),
)
def test_only_frames_with_the_seal_are_found_to_have_it(
    plan: list[tuple[int, bool]], cuts: list[int]
) -> None:
    hello = "0 0 hello proto=1 nonce=a1b2c3d4 ack=77! seal=1 first=0"
    seal = 0xA1B2C3D4
    data = sealed(frame_bytes(hello), seal)
    for number, ours in plan:
        data += sealed(frame_bytes(_body(number, "event")), seal if ours else OTHER_SEAL)
    parser = FrameParser()
    parser.challenge = "77!"
    items = []
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for begin, end in itertools.pairwise(edges):
        items += parser.feed(data[begin:end])
    found = [item.seq for item in items if isinstance(item, Frame)]
    assert found == [0, *[number for number, ours in plan if ours]]


@given(st.permutations(range(8)), st.lists(st.tuples(st.integers(0, 7), st.booleans())))
def test_whatever_comes_twice_or_out_of_turn_each_number_is_handed_on_once(
    order: list[int], more: list[tuple[int, bool]]
) -> None:
    sequence = Sequence(0)
    handed: list[Frame] = []
    conflicts = 0
    arrivals = [(number, False) for number in order]
    for number, foreign in more:
        arrivals.insert(number * len(arrivals) // 8, (number, foreign))
    for number, foreign in arrivals:
        frame = Frame(number, 0, "event", {}, 100 + number if foreign else number)
        conflicts += sequence.accept(frame) is Arrival.CONFLICTING
        handed += sequence.ready()
    assert [frame.seq for frame in handed] == list(range(8))
    assert conflicts or all(frame.crc == frame.seq for frame in handed)


@pytest.mark.parametrize("seals", [True, False])
def test_a_banner_that_another_board_printed_is_no_restart(seals: bool) -> None:
    def go(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.raw(b"*** Booting Zephyr OS build v3.4.99 ***\r\n")
        if len([line for line in me.lines if "hello" in line]) > 1:
            me.reply(tag)  # only after the question was asked

    with attached(seals=seals) as (board, device, records):
        board.on("ping", go)
        assert device.execute(GO).status == "0"
    assert not [each for each in records if isinstance(each, Reset | Foreign)]


def test_a_restart_is_believed_when_the_nonce_says_so() -> None:
    with attached(seals=True) as (board, device, records):
        board.on("ping", lambda me, tag, words: me.restart())
        with pytest.raises(DeviceReset, match=r"it printed .* and its hello has another nonce"):
            device.execute(GO)
    assert [each.expected for each in records if isinstance(each, Reset)] == [False]


def test_open_frames_are_read_again_once_the_device_was_asked_to_seal_them() -> None:
    """Somebody's hello may take the seal off; what came meanwhile is fetched."""

    def go(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.seal = 0
        me.event("IF_UP")
        me.reply(tag)

    with attached(seals=True) as (board, device, records):
        board.on("ping", go)
        assert device.execute(GO).status == "0"
    judged = [type(each).__name__ for each in records if not isinstance(each, Noise)]
    assert judged == ["HelloSeen", "Stimulus", "EventSeen", "Reply"]


def _somebody(me: ScriptedDevice, tag: str, words: list[str]) -> None:
    me.event("IF_DOWN")
    me.reply("42")
    me.reply(tag)


def test_one_command_of_somebody_else_makes_the_run_uncertain() -> None:
    with attached(seals=True) as (board, device, records):
        board.on("ping", _somebody)
        assert device.execute(GO).status == "0"
    names = [type(each).__name__ for each in records]
    assert names == ["HelloSeen", "Stimulus", "EventSeen", "Foreign", "Reply"]


@pytest.mark.parametrize(("seals", "stands"), [(True, 1), (False, 3)])
def test_several_commands_of_somebody_else_end_the_run(seals: bool, stands: int) -> None:
    strangers = iter(range(50, 60))

    def go(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        me.reply(str(next(strangers)))
        me.reply(tag)

    with attached(seals=seals) as (board, device, _):
        board.on("ping", go)
        for _ in range(stands):
            device.execute(GO)
        with pytest.raises(RigFault, match="somebody else sends commands to the device"):
            device.execute(GO)


def test_commands_of_an_earlier_session_are_nobody_elses() -> None:
    earlier: list[str] = []

    def go(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        earlier.append(tag)
        me.reply(tag)

    with attached(seals=True) as (board, device, _):
        board.on("ping", go)
        for _ in range(3):
            device.execute(GO)

    def late(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        for each in earlier:
            me.reply(each)
        me.reply(tag)

    with attached(seals=True) as (board, device, records):
        board.on("ping", late)
        assert device.execute(GO).status == "0"
    names = [type(each).__name__ for each in records]
    assert names == ["HelloSeen", "Stimulus", *["Foreign"] * 3, "Reply"]


def test_a_command_that_was_carried_out_twice_is_noted() -> None:
    seen: list[str] = []

    def go(me: ScriptedDevice, tag: str, words: list[str]) -> None:
        seen.append(tag)
        if len(seen) == 2:
            me.reply(seen[0])
        me.reply(tag)

    with attached(seals=True) as (board, device, records):
        board.on("ping", go)
        device.execute(GO)
        device.execute(GO)
    assert [each.text.partition(":")[0] for each in records if isinstance(each, Foreign)] == [
        "a command was executed twice"
    ]


def test_who_looked_for_the_board_before_is_nobody_else() -> None:
    records: list[AnyRecord] = []
    with ScriptedDevice() as board:
        line = open_terminal(board.path)
        try:
            Device(line, lambda _record: None).attach()
            device = Device(line, records.append)
            device.attach(start="boot")
            device.execute(GO)
        finally:
            line.close()
    assert not [each for each in records if isinstance(each, Foreign)]
