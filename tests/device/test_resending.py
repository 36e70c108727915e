"""How often a command is sent again."""

from dataclasses import dataclass, field

from hypothesis import given, strategies as st

from connmgr_hil.device.resending import FIRST, LONGEST, Resending


@dataclass
class SlowDevice:
    """Answers each line that it gets, one after the other, and needs so many seconds for each."""

    seconds: float
    free_at: float = 0.0
    answers: list[tuple[float, int]] = field(default_factory=list)

    def take(self, now: float, command: int) -> None:
        self.free_at = max(self.free_at, now) + self.seconds
        self.answers.append((self.free_at, command))


def _copies(resending: Resending, device: SlowDevice, commands: int) -> list[int]:
    """Give commands one after the other, in time that is only counted; return how often each was sent."""
    now = 0.0
    sent: list[int] = []
    done: set[int] = set()

    def hear(answer: int) -> None:
        if answer in unproven:
            resending.answered(unproven.pop(answer))
        elif answer not in done:
            done.add(answer)
            took = now - began
            if sent[answer] > 1:
                unproven[answer] = took
            else:
                resending.answered(took)

    unproven: dict[int, float] = {}
    for command in range(commands):
        began, pause = now, resending.pause
        sent.append(1)
        device.take(now, command)
        again_at = now + pause
        while command not in done:
            if device.answers and device.answers[0][0] <= again_at:
                now, answer = device.answers.pop(0)
                hear(answer)
                continue
            now = again_at
            sent[command] += 1
            device.take(now, command)
            pause = resending.longer(pause)
            again_at = now + pause
    return sent


@given(st.floats(0.0001, 2.0), st.booleans())
def test_a_slow_device_is_not_drowned_in_copies(seconds: float, damaging: bool) -> None:
    resending = Resending()
    if damaging:
        resending.damaged()
    sent = _copies(resending, SlowDevice(seconds), 40)
    assert max(sent) <= 20
    assert sum(sent[-10:]) <= 12 or seconds > 1.0


def test_a_line_that_damages_gets_copies_as_fast_as_the_device_answers() -> None:
    resending = Resending()
    for _ in range(20):
        resending.answered(0.01)
    assert resending.pause == FIRST
    resending.damaged()
    assert resending.pause < 0.05


def test_a_pause_is_never_so_long_that_an_answer_cannot_come_in_time() -> None:
    resending = Resending()
    for _ in range(100):
        resending.answered(30.0)
    assert resending.pause == LONGEST
