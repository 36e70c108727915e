"""Whatever bytes a shell sends, in whatever pieces: lines that control no terminal, facts or nothing."""

from hypothesis import given, settings, strategies as st

from connmgr_hil.device.stock.output import parse
from fuzz.targets import stock_lines

SOUND = [
    b"iface 1 (0x437718 - radio0 - Dummy) status: watched, bound, admin-up, oper-up, IPv4, connected.",
    b"EVENT: L4 [1] IPv4 connectivity available (0x1f)",
    b"Cannot take interface 1 up (-114)",
    b"[00:00:01.000,000] <err> net_if: x",
    b"The connectivity timeout for iface 1 (0x437718 - radio0 - Dummy) is 10 seconds.",
    b"Interface radio0 (0x437718) (Dummy) [1]",
    b"\x1b[8D\x1b[J",
    b"uart:~$ ",
]
QUICK = settings(deadline=None, derandomize=True, max_examples=150, database=None)
place = st.integers(0, 400)
piece = st.sampled_from(SOUND) | st.binary(max_size=12)


@QUICK
@given(
    pieces=st.lists(piece, max_size=6),
    damage=st.lists(st.tuples(place, st.integers(0, 255)), max_size=4),
    cuts=st.lists(place, max_size=6),
)
def test_any_bytes_in_any_pieces(
    pieces: list[bytes], damage: list[tuple[int, int]], cuts: list[int]
) -> None:
    data = bytearray(b"\r\n".join([*pieces, b""]))
    for where, byte in damage:
        if data:
            data[where % len(data)] = byte
    stock_lines(bytes(data), cuts)


@QUICK
@given(digits=st.integers(1, 6000), what=st.sampled_from(["EVENT: L4 [{}] connected", "Interface {} is up",
       "The connectivity timeout for iface {} (0x1 - a - b) is 5 seconds.",
       "Cannot take interface 1 up (-{})", "iface {} (0x1 - a - b) not tracked."]))  # fmt: skip
def test_numbers_of_any_length(digits: int, what: str) -> None:
    parse(what.format("9" * digits))
