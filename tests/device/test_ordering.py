"""Numbers decide: what is new, what is repeated, and what cannot be told apart."""

from connmgr_hil.device.frames import Frame
from connmgr_hil.device.ordering import Arrival, Sequence


def frame(seq: int, crc: int = 0) -> Frame:
    return Frame(seq, 0, "event", {}, crc or seq)


def test_a_late_frame_that_comes_twice_is_no_restart() -> None:
    sequence = Sequence(0)
    sequence.accept(frame(5))
    assert sequence.give_up() == (0, 4)
    assert sequence.accept(frame(3)) is Arrival.LATE
    assert sequence.accept(frame(3)) is Arrival.REPEATED
    assert sequence.accept(frame(3, crc=99)) is Arrival.CONFLICTING


def test_a_late_frame_of_a_very_long_gap_is_no_restart() -> None:
    sequence = Sequence(0)
    sequence.accept(frame(100_000))
    sequence.give_up()
    assert sequence.accept(frame(1)) is Arrival.LATE


def test_gaps_that_lie_close_together_are_one_request() -> None:
    sequence = Sequence(0)
    for seq in (1, 2, 4, 7, 500):
        sequence.accept(frame(seq))
    assert sequence.missing() == (0, 0)
    assert sequence.gaps() == (0, 6)
