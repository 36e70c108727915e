"""The client for a device in machine mode: returns its records, complete and in order."""

import time
from collections.abc import Callable

from connmgr_hil.transport import Patience, Transport, after
from connmgr_hil.transport.deadlines import ANSWER, HELLO, LEAVE, RECALL, REST, Deadline
from connmgr_hil.vocabulary.errors import ConnMgrHilError, LineClosed
from connmgr_hil.vocabulary.observations import (
    HelloSeen,
    Lost,
    Reply,
    Reset,
    Stimulus,
)
from connmgr_hil.vocabulary.parsing import normal
from connmgr_hil.vocabulary.stimuli import Words

from . import messages
from .attaching import Attaching
from .commands import Commands, Sent, asked_seconds
from .decode import decode, decode_hello, decode_reply
from .ends import DEATHS, Ends
from .flood import MOST, Flood
from .frames import Damaged, Frame, FrameParser, Received
from .identity import Expected
from .introduced import BANNER, Introduced
from .introduction import Introduction, Sink
from .ordering import Arrival, Sequence
from .pace import Pace
from .repair import Repair
from .strangers import Strangers
from .suspicion import Suspicion

_GRANTED_SPEED = 1000
"""Device time that is granted goes faster than the host's by this at least; native Zephyr on a busy host: by 20,000."""


class Device(Introduced):
    """A device that speaks the probe's protocol.

    Every record goes to `sink`: first `HelloSeen`, then what happened while booting, then all else
    in the order of the device's own numbers, each exactly once. Stimuli are recorded just before
    they are sent. A loss that cannot be repaired is a `Lost` record, and the work goes on.

    `shell_first`: it is probably in the mode for people, as all are after a boot whose time is not
    granted; this saves a tenth of a second. `pace` is for boards without flow control.

    Any method that waits raises `LineClosed` when the line ended, `NoAnswer` when the device was silent
    until the deadline, `DeviceReset` when it restarted by itself, `DeviceDied` when it says that it crashed or is
    stuck, and `DeviceFault` when it sends without end: more than `frames_per_command` frames, and
    `flood.PER_SECOND` for each second of device time.
    """

    def __init__(
        self,
        transport: Transport,
        sink: Sink,
        *,
        expected: Expected | None = None,
        pace: Pace | None = None,
        shell_first: bool = False,
        frames_per_command: int = MOST,
    ) -> None:
        self._transport = transport
        self._sink = sink
        self._expected = expected or Expected()
        self._pace = pace or Pace()
        self._shell_first = shell_first
        self._flood = Flood(frames_per_command)
        self._commands = Commands()
        self._parser = FrameParser()
        self._begin()

    def _begin(self, start: str = "attach") -> None:
        # Frames of the last boot may still be under way.
        self._parser = FrameParser(self._parser.seal)
        self._sequence: Sequence | None = None
        self._newest = -1
        self._attaching = self._new_attaching()
        self._suspicion = Suspicion()
        self._listening = False
        self._repair = Repair()
        self._introduction = Introduction(self._sink, start)
        self._strangers = Strangers(self._commands, self._introduction.emit)
        self._ends = Ends(self._sink, self._commands, self._introduction)
        self.damage = 0
        self._commands.forget()

    def _new_attaching(self) -> Attaching:
        attaching = Attaching(self._commands, self._write, shell_first=self._shell_first)
        self._parser.challenge = attaching.challenge
        return attaching

    # --- beginning and ending ------------------------------------------------------------------

    def attach(self, *, start: str = "attach", host_seconds: float | None = None) -> HelloSeen:
        """Find the device, in whatever mode it is, and learn who it is.

        With `start="boot"` the device was just started, and what happened while it booted is
        fetched. Raises `WrongDevice` for another protocol, board or build.
        """
        self._begin(start)
        try:
            return self._find(start, HELLO.of(host_seconds))
        except ConnMgrHilError:
            self._introduction.abandon()
            raise

    def _find(self, start: str, wait: Deadline) -> HelloSeen:
        self._flood.begin()
        deadline = wait.after()
        if start == "boot" and self._pace.quiet_boot:
            self._await_banner(after(wait.seconds / 2))
        patience = Patience(self._transport, deadline)
        if not self._attaching.find(self._pump, lambda: self._sequence is not None, patience):
            if start == "boot" and self._ends.last_words is not None:
                self._ends.died(self._transport, self._ends.last_words)
            raise messages.no_answer(self._transport, "hello", wait)
        self._work_until(
            lambda: self._introduction.hello is not None, patience, "ifaces after hello", wait
        )
        return self._known()

    def _known(self) -> HelloSeen:
        assert self._introduction.hello is not None, "attach() comes first"
        return self._introduction.hello

    def _await_banner(self, deadline: float) -> None:
        """Keep silent until the device has booted, or until the deadline: not every build prints the banner."""
        while not self.booted and time.monotonic() < deadline:
            self._pump(deadline)

    def restart(
        self, transport: Transport, *, how: str = "restart", host_seconds: float | None = None
    ) -> HelloSeen:
        """Go on with a device that was just restarted on purpose, over the same line or a new one."""
        self._transport = transport
        self._sink(Reset(how=how, expected=True))
        return self.attach(start="boot", host_seconds=host_seconds)

    def reboot(self, *, host_seconds: float | None = None) -> HelloSeen:
        """Let the device restart itself, and find it again."""
        command = self._commands.new(("reboot",))
        self._sink(Stimulus(id=command.identity, words=command.words))
        self._write(command.line)
        return self.restart(self._transport, how="reboot", host_seconds=host_seconds)

    def leave(self, *, host_seconds: float | None = None) -> None:
        """Give the shell back to people."""
        command = self._commands.new_own(("mode", "human"))
        self._write(command.line)
        self._work_until(
            lambda: command.tag not in self._commands.waiting,
            self._patient(LEAVE.of(host_seconds)),
            "answer to 'mode human'",
            LEAVE.of(host_seconds),
        )

    @property
    def booted(self) -> bool:
        """Whether Zephyr's boot banner came since it was attached to."""
        return self._introduction.booted

    # --- commands ------------------------------------------------------------------------------

    def execute(self, words: Words, *, host_seconds: float | None = None) -> Reply:
        """Give a command and wait for its reply.

        Where device time is real, the time of an `advance` is allowed for on top of `host_seconds`.
        """
        return self.collect(
            self.submit(words, host_seconds=host_seconds), host_seconds=host_seconds
        )

    def submit(self, words: Words, *, host_seconds: float | None = None) -> Sent:
        """Give a command without waiting for its reply, as soon as the device has room for it.

        Commands are executed one after the other; but when one is damaged on its way, those behind
        it overtake it. Their replies show it.
        The device is given each number and address in the spelling that it uses itself.
        """
        words = normal(words)
        if self._commands.waiting and not self._commands.room_for(words):
            self._work_until(
                lambda: self._commands.room_for(words),
                self._patient(ANSWER.of(host_seconds)),
                "room for another command",
                ANSWER.of(host_seconds),
            )
        self._ends.insist_alive()
        command = self._commands.new(words, asked_seconds(words) if self._takes_time() else 0.0)
        self._flood.begin(self._commands.asked_seconds)
        self._sink(Stimulus(id=command.identity, words=words))
        self._write(command.line)
        self.is_mute = True
        return command

    def collect(self, command: Sent, *, host_seconds: float | None = None) -> Reply:
        """Wait for the reply to a command that was submitted."""
        if command.reply is None:
            self._work_until(
                lambda: command.reply is not None,
                self._patient(ANSWER.of(host_seconds)),
                f"answer to '{' '.join(command.words)}'",
                ANSWER.of(host_seconds),
            )
        assert command.reply is not None
        return command.reply

    def listen(self, host_seconds: float) -> None:
        """Take what the device shows by itself, for so long in host time."""
        self._flood.begin(host_seconds)
        deadline = after(host_seconds)
        self._listening = True
        while time.monotonic() < deadline:
            self._pump(min(deadline, self._commands.next_resend(), self._suspicion.due))
            self._send_again()
        self._listening = False

    def _takes_time(self) -> bool:
        """Tell whether device time is this host's."""
        hello = self._introduction.hello
        return hello is not None and not hello.facts.granted

    def _patient(self, wait: Deadline) -> Patience:
        """Return the patience for an answer, and for the device time that the waiting commands let pass."""
        asked = self._commands.asked_seconds
        more = asked if self._takes_time() else asked / _GRANTED_SPEED
        return Patience(self._transport, wait.after(more))

    # --- the line ------------------------------------------------------------------------------

    def _write(self, data: bytes) -> None:
        self.wire_bytes += len(data)
        self._pace.write(self._transport, data)

    def _work_until(
        self, done: Callable[[], bool], patience: Patience, wanted: str, wait: Deadline
    ) -> None:
        while not done():
            if patience.is_over():
                silence = messages.no_answer(self._transport, wanted, wait)
                self._reset_unnoticed()
                if done():
                    return
                raise silence
            self._pump(min(patience.until, self._commands.next_resend(), self._suspicion.due))
            self._send_again()

    def _send_again(self) -> None:
        if self._suspicion.is_due():
            self._question()
        for command in self._commands.due(time.monotonic()):
            if line := self._commands.again(command):
                self._write(line)

    def _pump(self, deadline: float) -> None:
        """Take whatever comes next, if anything comes before the deadline. Raises `DeviceFault` for too much without an answer."""
        self._read(deadline)
        if self._flood.is_endless(lambda: self._read(REST.after())):
            raise messages.flood(self._transport, self._flood.bound)

    def _read(self, deadline: float) -> bool:
        """Take what comes next; tell whether anything came before the deadline."""
        self._ends.insist_alive()
        try:
            data = self._transport.read(deadline)
        except LineClosed:
            for item in self._parser.feed(b"\r\n"):
                self._take(item)
            self._hand_on()
            raise
        if not data:
            return False
        self.wire_bytes += len(data)
        self.is_mute = False
        self._attaching.heard += len(data)
        for item in self._parser.feed(data):
            self._take(item)
        if self._sequence is not None:
            self._hand_on()
        return True

    def _take(self, item: Received) -> None:
        if isinstance(item, Frame):
            if self._sequence is None:
                self._flood.count()
                self._await_hello(item)
            elif self._is_of_this_boot(item):
                self._accept(item, self._sequence)
            else:
                self.damage += 1
                self._introduction.noise(f"not of this boot: {item}")
            return
        text = item.text
        if isinstance(item, Damaged):
            self.damage += 1
            self._commands.hurry()
            if self._sequence is None:
                self._attaching.saw(text)
        elif self._sequence is None:
            self._attaching.overheard(text)
        if BANNER in text and self._sequence is not None:
            self._suspicion.rouse(f"it printed '{text}'")
        self._introduction.noise(text)

    def _await_hello(self, frame: Frame) -> None:
        if not self._attaching.is_answer(frame):
            # It may have crashed while it booted; a board's may be of an earlier life.
            self._ends.hear(frame)
            return
        facts = decode_hello(frame)
        self._expected.check(facts, self._transport.name)
        self._parser.seal = frame.seal
        self._sequence = Sequence(self._introduction.begin(frame, facts))
        self._sequence.accept(frame)
        self._flood.answered()

    # --- frames --------------------------------------------------------------------------------

    def _is_of_this_boot(self, frame: Frame) -> bool:
        """Tell whether a frame is of the boot that we attached to, as far as it can be told before its turn."""
        assert self._introduction.frame is not None
        nonce = self._introduction.frame.fields["nonce"]
        same = frame.kind != "hello" or frame.fields.get("nonce") == nonce
        if frame.kind == "hello" and frame.fields.get("ack") == self._attaching.challenge:
            if not same:
                reason = self._suspicion.reason
                how = f"{reason}, and " * bool(reason) + "its hello has another nonce"
                self._ends.restarted(self._transport, how)
            self._suspicion.lay()
            self._strangers.admit()
        if not same:
            self._suspicion.rouse("it said hello with another nonce")
        elif frame.seal != self._parser.seal:
            self._suspicion.rouse(f"a frame without its seal came, number {frame.seq:x}")
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
            self._suspicion.rouse(f"its frames count from {frame.seq:x} again")
        if arrival is Arrival.NEW and frame.seal:
            self._suspicion.lay()
        newest = frame.seq > self._newest
        self._newest = max(self._newest, frame.seq)
        if arrival is Arrival.NEW:
            self._ends.hear(frame)
        if frame.kind == "nak" and newest:
            # Not in its turn: it may be the request to repair the gap before it that was refused. One
            # that had to be asked for again is about a line of long ago.
            self._refused(frame)
        if arrival is Arrival.LATE and frame.kind == "reply":
            # Its place was given up already; but the answer to a command is still an answer.
            self._answer(frame)

    def _conflict(self, frame: Frame) -> None:
        """Two frames with one number: a restart, or one of them is not the device's, and nobody knows which."""
        text = f"not of this boot, or the one before with its number was not: {frame}"
        self.damage += 1
        self._introduction.noise(text)
        self._strangers.suspect(text)
        self._suspicion.rouse(f"its frames count from {frame.seq:x} again")
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
            if self._ends.last_words is not None:
                self._ends.died(
                    self._transport, self._ends.last_words
                )  # what is missing will not come any more
            if self._repair.hopeless(gap):
                first, last = sequence.give_up()
                self._introduction.emit(Lost(first=first, last=last))
                continue
            if self._repair.idle():
                self._write(self._repair.ask(sequence.gaps() or gap, self._commands))
            return

    def _may_be_foreign(self) -> bool:
        """Tell whether what comes next should wait: without a seal only the frame behind it can show that it is the device's."""
        if self._parser.seal or self._listening or self._introduction.hello is None:
            return False
        return all(tag == self._repair.tag for tag in self._commands.waiting)

    def _record(self, frame: Frame) -> None:
        if frame.kind == "reply":
            self._answer(frame)
        elif frame.kind in {"hello", "iface"}:
            try:
                self._introduction.take(frame)
            except ValueError as error:
                raise messages.misnumbered(self._transport, error) from error
        elif frame.kind in DEATHS:
            self._ends.died(self._transport, frame)
        elif frame.kind != "nak":
            self._introduction.emit(decode(frame))

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
            self._introduction.emit(command.reply)
        elif command is None:
            self._strangers.answered(frame.tag, frame, self._transport)

    def _refused(self, frame: Frame) -> None:
        if self._commands.refusable:
            self._commands.refusable -= 1
            return
        self.damage += 1
        for command in self._commands.refused(frame.fields.get("why", "?")):
            if line := self._commands.again(command):
                self._write(line)

    # --- what can go wrong ---------------------------------------------------------------------

    def _reset_unnoticed(self) -> None:
        """Before calling it silence, ask whether it still is the device that we knew."""
        if self._introduction.frame is None:
            return
        self._suspicion.rouse("it was silent")
        for _ in (0, 1):
            self._question()
            pause = RECALL.after()
            while time.monotonic() < pause:
                self._pump(pause)

    def _question(self) -> None:
        """Ask the device for its nonce, by turns as each mode wants it; machine mode, where it was, comes first."""
        attempt = self._suspicion.attempt
        if not attempt:
            self._attaching = self._new_attaching()
        self._attaching.knock(attempt + self._shell_first)
        self._suspicion.asked()
