"""The device's clock, as its records show it."""

from connmgr_hil.vocabulary.facts import Hello
from connmgr_hil.vocabulary.observations import Reply
from connmgr_hil.vocabulary.stimuli import Words

from .actors import is_of_application
from .plausibility import ends
from .search import Given


class DeviceClock:
    """The times of one boot, in microseconds since it began.

    `first` and `last` are of the records that were judged, `shown` of the last event or call among them, `answered` of the last reply
    to a command of the run, `driver` of the last thing that the driver of a real iface did.
    """

    def __init__(self, hello: Hello | None = None, elapsed: int = 0) -> None:
        self.is_real = hello is not None and not hello.granted
        """Whether time passes by itself."""
        self.first: int | None = None
        self.last = 0
        self.shown = 0
        self.answered = 0
        self.driver = 0
        self._slack = 2_000_000 // max(1, hello.ticks) if hello else 0
        self._elapsed = elapsed

    @property
    def elapsed(self) -> int:
        """How much device time has passed, that of earlier boots included."""
        return self._elapsed + self.last - (self.first or 0)

    def backwards(self, t: int, reply: Reply | None = None, words: Words = ()) -> tuple[int, int]:
        """Take the time of a record, and with a reply those of its command; return where the clock ran back, from and to.

        Both are 0 if it did not. A clock that jumps back, as some emulated timers do, makes every time after it worthless.
        """
        before, now = self.last, t
        # The application calls while a command of the run may still go on.
        if reply is not None and words and not is_of_application(reply.id):
            if reply.t0 + self._slack < self.answered:
                before, now = self.answered, reply.t0
            elif reply.t + self._slack < ends(reply, words):
                before, now = ends(reply, words), reply.t
            self.answered = reply.t
        if now + self._slack >= before:
            self.last = max(self.last, t)
            return 0, 0
        self.last = t
        return before, now

    def placed(self, words: dict[int, Words], replies: dict[int, Reply]) -> list[Given]:
        """Return commands with their start times, in order of execution.

        Replies come in that order; a command that the line damaged is overtaken by later ones.
        """
        answered = [
            Given(ident, words[ident], reply.t0, self._timers_until(words[ident], reply))
            for ident, reply in replies.items()
            if ident in words
        ]
        return answered + [Given(i, words[i], self.last) for i in words if i not in replies]

    def _timers_until(self, words: Words, reply: Reply) -> int:
        """Return until when timers may run out in the midst of a command, if that is of any length."""
        return reply.t if self.is_real and "advance" not in words else 0

    def stall(self, replies: dict[int, Reply], words: dict[int, Words]) -> int:
        """Return for how long the device may have stood still during some commands.

        An emulator on a busy host does not run its CPU at times, though its clock goes on; then its waits end as late as its timers.
        """
        if not self.is_real:
            return 0
        before = self.answered or None
        longest = 0
        for ident, reply in replies.items():
            over = reply.t - ends(reply, words[ident]) if "advance" in words.get(ident, ()) else 0
            gap = reply.t0 - before if before is not None else 0
            longest = max(longest, over, gap)
            before = reply.t
        return longest
