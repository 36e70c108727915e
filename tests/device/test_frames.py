"""The frame parser: whatever comes, however it is cut."""

import itertools

import pytest
from hypothesis import given, strategies as st

from connmgr_hil.device.frames import Chatter, Damaged, Frame, FrameParser, Received
from connmgr_hil.vocabulary.errors import RigFault
from fuzz.targets import frames
from stand_ins.device import frame_bytes

PING = frame_bytes("1f 1500 reply tag=7 t0=1400 rc=0")


def parse(data: bytes, *cuts: int) -> list[Received]:
    parser = FrameParser()
    items: list[Received] = []
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for begin, end in itertools.pairwise(edges):
        items += parser.feed(data[begin:end])
    return items


def kinds(items: list[Received]) -> list[str]:
    return [item.kind if isinstance(item, Frame) else type(item).__name__ for item in items]


pieces = st.lists(
    st.one_of(
        st.sampled_from(
            [
                PING,
                PING[:-2],
                PING[:-4],
                PING[1:],
                b"@",
                b"*",
                b"\r\n",
                b"@@",
                b"uart:~$ ",
                b"\x1b[8D\x1b[J",
            ]
        ),
        st.binary(max_size=40),
        st.integers(0, 600).map(lambda size: b"x" * size),
        st.integers(0, 600).map(lambda size: b"@" + b"y" * size),
        st.text(alphabet="abc %=äß", max_size=30).map(
            lambda text: frame_bytes("0 0 log msg=" + "".join(f"%{b:02X}" for b in text.encode()))
        ),
    ),
    max_size=12,
)


@given(pieces, st.lists(st.integers(0, 10_000), max_size=12))
def test_any_chunking_gives_the_same_items(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    frames(data, cuts)
    frames(data, range(len(data)))


@given(st.binary(max_size=3000))
def test_memory_is_bounded_and_a_frame_behind_any_garbage_is_found(garbage: bytes) -> None:
    parser = FrameParser()
    parser.feed(garbage)
    assert len(parser.rest()) < 300
    frames = [item for item in parser.feed(PING) if isinstance(item, Frame)]
    assert [frame.seq for frame in frames] == [0x1F]


def test_a_frame_is_read() -> None:
    (frame,) = parse(PING)
    assert isinstance(frame, Frame)
    assert (frame.seq, frame.time, frame.kind) == (0x1F, 1500, "reply")
    assert frame.fields == {"tag": "7", "t0": "1400", "rc": "0"}


def test_a_frame_counts_before_its_line_ends() -> None:
    assert kinds(parse(PING[:-2])) == ["reply"]


def test_frames_that_lost_their_line_ends_are_told_apart() -> None:
    assert kinds(parse(PING[:-2] + PING[:-2] + b"uart:~$ " + PING)) == [
        "reply",
        "reply",
        "Chatter",
        "reply",
    ]


@pytest.mark.parametrize("position", range(len(PING) - 2))
@pytest.mark.parametrize("bit", [0, 3, 7])
def test_no_flipped_bit_is_believed(position: int, bit: int) -> None:
    spoilt = bytearray(PING)
    spoilt[position] ^= 1 << bit
    items = parse(bytes(spoilt) + PING)
    assert [i for i in items if isinstance(i, Frame)] == parse(PING)


@pytest.mark.parametrize("position", range(len(PING) - 2))
def test_no_lost_byte_is_overlooked(position: int) -> None:
    items = parse(PING[:position] + PING[position + 1 :] + PING)
    assert [i for i in items if isinstance(i, Frame)] == parse(PING)


def test_a_cut_frame_is_damaged_and_the_next_is_sound() -> None:
    items = parse(PING[:12] + PING)
    assert isinstance(items[0], Damaged)
    assert kinds(items[1:]) == ["reply"]


def test_noise_is_shown_without_terminal_control() -> None:
    items = parse(b"\x1b[1;32muart:~$ \x1b[m\x1b[8D\x1b[J\r\nhel\x07lo \xff\r\n")
    assert items == [Chatter("uart:~$"), Chatter("hel\\x07lo \\xff")]


def test_values_are_unescaped() -> None:
    (frame,) = parse(frame_bytes("0 0 log lvl=inf msg=a%20b%2A%40%25%24%C3%A4%FF"))
    assert isinstance(frame, Frame)
    assert frame.fields["msg"] == "a b*@%$ä\\xff"


@pytest.mark.parametrize(
    "body", ["zz 0 reply", "0 now reply", "0 0", "0 0 reply tag", "0 0 reply =1", "0 0 r3 a=b"]
)
def test_a_frame_that_was_sent_wrong_is_the_firmwares_fault(body: str) -> None:
    with pytest.raises(RigFault, match="rebuild"):
        parse(frame_bytes(body))


def test_a_frame_may_have_500_characters() -> None:
    body = "1 2 state if=1 a6=" + "f" * 460
    [frame] = FrameParser().feed(frame_bytes(body))
    assert isinstance(frame, Frame)
    assert len(frame.fields["a6"]) == 460
