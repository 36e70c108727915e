"""Turns what comes from one boot of a device into records, complete and in order."""

from collections.abc import Callable

from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.observations import Lost

from . import messages
from .attaching import Attaching
from .commands import Commands
from .decode import decode, decode_hello, decode_reply
from .ends import DEATHS, Ends
from .flood import Flood
from .frames import Damaged, Frame, FrameParser, Received
from .identity import Expected
from .introduced import BANNER
from .introduction import Introduction, Sink
from .ordering import Arrival, Sequence
from .repair import Repair
from .strangers import Strangers
from .suspicion import Suspicion


class Receiver:
    """What one boot of a device sends: bytes in, records out, each once and in the order of the device's own numbers.

    Gaps are repaired, and what is not of this boot is told apart. `damage` counts what the line damaged. While `is_listening` no frame waits
    for the one behind it. `seal` is that of the boot before, whose frames may still be under way.
    """

    def __init__(
        self,
        line: Transport,
        sink: Sink,
        commands: Commands,
        write: Callable[[bytes], None],
        flood: Flood,
        expected: Expected,
        *,
        start: str,
        seal: int,
        shell_first: bool,
    ) -> None:
        self._line = line
        self._commands = commands
        self._write = write
        self._flood = flood
        self._expected = expected
        self._shell_first = shell_first
        self._parser = FrameParser(seal)
        self._sequence: Sequence | None = None
        self._newest = -1
        self._repair = Repair()
        self.attaching = self._new_attaching()
        self.suspicion = Suspicion()
        self.introduction = Introduction(sink, start)
        self.ends = Ends(sink, commands, self.introduction)
        self._strangers = Strangers(commands, self.introduction.emit)
        self.damage = 0
        self.is_listening = False

    def _new_attaching(self) -> Attaching:
        attaching = Attaching(self._commands, self._write, shell_first=self._shell_first)
        self._parser.challenge = attaching.challenge
        return attaching

    @property
    def is_attached(self) -> bool:
        """Whether the device has said hello."""
        return self._sequence is not None

    @property
    def seal(self) -> int:
        """What the frames of this boot are sealed with."""
        return self._parser.seal

    def feed(self, data: bytes) -> None:
        """Take bytes from the line. Raises as `Device` does when the device reports its end."""
        self.attaching.heard += len(data)
        for item in self._parser.feed(data):
            self._take(item)
        self._hand_on()

    def close(self) -> None:
        """Take what the line may have held back of its last frame when it ended."""
        for item in self._parser.feed(b"\r\n"):
            self._take(item)
        self._hand_on()

    def question(self) -> None:
        """Ask the device for its nonce, by turns as each mode wants it; machine mode, where it was, comes first."""
        attempt = self.suspicion.attempt
        if not attempt:
            self.attaching = self._new_attaching()
        self.attaching.knock(attempt + self._shell_first)
        self.suspicion.asked()

    def _take(self, item: Received) -> None:
        if isinstance(item, Frame):
            if self._sequence is None:
                self._flood.count()
                self._await_hello(item)
            elif self._is_of_this_boot(item):
                self._accept(item, self._sequence)
            else:
                self.damage += 1
                self.introduction.noise(f"not of this boot: {item}")
            return
        text = item.text
        if isinstance(item, Damaged):
            self.damage += 1
            self._commands.hurry()
            if self._sequence is None:
                self.attaching.saw(text)
        elif self._sequence is None:
            self.attaching.overheard(text)
        if BANNER in text and self._sequence is not None:
            self.suspicion.rouse(f"it printed '{text}'")
        self.introduction.noise(text)

    def _await_hello(self, frame: Frame) -> None:
        if not self.attaching.is_answer(frame):
            # It may have crashed while it booted; a board's may be of an earlier life.
            self.ends.hear(frame)
            return
        facts = decode_hello(frame)
        self._expected.check(facts, self._line.name)
        self._parser.seal = frame.seal
        self._sequence = Sequence(self.introduction.begin(frame, facts))
        self._sequence.accept(frame)
        self._flood.answered()

    def _is_of_this_boot(self, frame: Frame) -> bool:
        """Tell whether a frame comes from the boot that we attached to, as far as this is known before its turn."""
        assert self.introduction.frame is not None
        nonce = self.introduction.frame.fields["nonce"]
        same = frame.kind != "hello" or frame.fields.get("nonce") == nonce
        if frame.kind == "hello" and frame.fields.get("ack") == self.attaching.challenge:
            if not same:
                reason = self.suspicion.reason
                how = f"{reason}, and " * bool(reason) + "its hello has another nonce"
                self.ends.restarted(self._line, how)
            self.suspicion.lay()
            self._strangers.admit()
        if not same:
            self.suspicion.rouse("it said hello with another nonce")
        elif frame.seal != self._parser.seal:
            self.suspicion.rouse(f"a frame without its seal came, number {frame.seq:x}")
        else:
            return True
        return False

    def _accept(self, frame: Frame, sequence: Sequence) -> None:
        arrival = sequence.accept(frame)
        if arrival is Arrival.NEW:
            self._flood.count()
        if frame.kind == "reply":
            if frame.tag in self._commands.waiting and self._commands.is_stimulus(frame.tag):
                self._flood.answered()
            self._commands.came(
                frame.tag, first=arrival is not Arrival.OLD, at_once=frame.seq > self._newest
            )
        if self._repair.saw(frame):
            self._commands.answered(self._repair.tag)
        if arrival is Arrival.CONFLICTING:
            self._conflict(frame)
            return
        if arrival is Arrival.OLD and not frame.seal:
            self.suspicion.rouse(f"its frames count from {frame.seq:x} again")
        if arrival is Arrival.NEW and frame.seal:
            self.suspicion.lay()
        newest = frame.seq > self._newest
        self._newest = max(self._newest, frame.seq)
        if arrival is Arrival.NEW:
            self.ends.hear(frame)
        if frame.kind == "nak" and newest:
            # Not in its turn: it may be the request to repair the gap before it that was refused. One
            # that had to be asked for again is about a line of long ago.
            self._refused(frame)
        if arrival is Arrival.LATE and frame.kind == "reply":
            # Its place was given up already; but the answer to a command is still an answer.
            self._answer(frame)

    def _conflict(self, frame: Frame) -> None:
        """Two frames with one number: either the device restarted, or one of them is not the device's, and it is unknown which."""
        text = f"not of this boot, or the one before with its number was not: {frame}"
        self.damage += 1
        self.introduction.noise(text)
        self._strangers.suspect(text)
        self.suspicion.rouse(f"its frames count from {frame.seq:x} again")
        if frame.kind == "reply" and frame.tag in self._commands.waiting:
            self._answer(frame)  # only the device itself knows our tags

    def _hand_on(self) -> None:
        sequence = self._sequence
        if sequence is None:
            return
        while True:
            for frame in sequence.ready():
                self._record(frame)
                if self._may_be_foreign():
                    return
            gap = sequence.missing()
            if gap is None:
                return
            if self.ends.last_words is not None:
                self.ends.died(
                    self._line, self.ends.last_words
                )  # what is missing will not come any more
            if self._repair.hopeless(gap):
                first, last = sequence.give_up()
                self.introduction.emit(Lost(first=first, last=last))
                continue
            if self._repair.idle():
                self._write(self._repair.ask(sequence.gaps() or gap, self._commands))
            return

    def _may_be_foreign(self) -> bool:
        """Tell whether what comes next should wait: without a seal only the frame behind it can show that it is the device's."""
        if self._parser.seal or self.is_listening or self.introduction.hello is None:
            return False
        return all(tag == self._repair.tag for tag in self._commands.waiting)

    def _record(self, frame: Frame) -> None:
        if frame.kind == "reply":
            self._answer(frame)
        elif frame.kind in {"hello", "iface"}:
            try:
                self.introduction.take(frame)
            except ValueError as error:
                raise messages.misnumbered(self._line, error) from error
        elif frame.kind in DEATHS:
            self.ends.died(self._line, frame)
        elif frame.kind != "nak":
            self.introduction.emit(decode(frame))

    def _answer(self, frame: Frame) -> None:
        if frame.tag < 0:
            return
        command = self._commands.answered(frame.tag)
        for line in self._commands.proven(frame.tag):
            self._write(line)
        if command is not None and command.identity:
            self._strangers.admit()
            self._commands.refusable = 0  # lines are taken in their order
            command.reply = decode_reply(frame, command.identity)
            self.introduction.emit(command.reply)
        elif command is None:
            self._strangers.answered(frame.tag, frame, self._line)

    def _refused(self, frame: Frame) -> None:
        if self._commands.refusable:
            self._commands.refusable -= 1
            return
        self.damage += 1
        for command in self._commands.refused(frame.fields.get("why", "?")):
            if line := self._commands.again(command):
                self._write(line)
