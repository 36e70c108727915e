"""Speaks with a device in machine mode and hands on what it shows, complete and in order."""

import time
from collections.abc import Callable
from typing import NoReturn

from connmgr_hil.transport import Patience, Transport, after
from connmgr_hil.transport.deadlines import ANSWER, CALM, HELLO, LEAVE, RECALL, Deadline
from connmgr_hil.vocabulary.errors import ConnMgrHilError, DeviceFault, LineClosed
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    Foreign,
    HelloSeen,
    Lost,
    Noise,
    Reply,
    Reset,
    Stimulus,
)
from connmgr_hil.vocabulary.stimuli import Words

from . import messages
from .attaching import Attaching
from .commands import Commands, Sent
from .decode import decode, decode_death, decode_hello, decode_iface, decode_reply
from .flood import MOST, Flood
from .frames import Damaged, Frame, FrameParser, Item
from .identity import Expected
from .introduced import BANNER, Introduced
from .ordering import Arrival, Sequence
from .pace import Pace
from .repair import Repair
from .suspicion import Suspicion

Sink = Callable[[AnyRecord], object]

_REFUSALS = 20
_REFUSALS_AT_ONCE = 3
_PRELUDE_NOISE = 200
_STRANGERS = 2
"""So many replies to commands of nobody we know show a second master; one may be a replay."""
_STRANGERS_UNSEALED = 4
"""Where a second board's frames may pass for this one's."""
DEATHS = frozenset({"fault", "stuck"})
"""The frames with which a device says that it crashed, or that something in it does not go on."""


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

    def _begin(self) -> None:
        # Frames of the last boot may still be under way.
        self._parser = FrameParser(self._parser.seal)
        self._sequence: Sequence | None = None
        self._newest = -1
        self._probe = 0
        self._attaching = self._new_attaching()
        self._suspicion = Suspicion()
        self._doubtful = ""
        self._listening = False
        self._strangers: set[int] = set()
        self._repair = Repair()
        self._hello: HelloSeen | None = None
        self._hello_frame: Frame | None = None
        self._start = "attach"
        self._booted = False
        self._ifaces: list[IfaceFacts] = []
        self._prelude: list[AnyRecord] = []
        self._over: DeviceFault | None = None
        self._last_words: Frame | None = None
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
        self._begin()
        self._start = start
        try:
            return self._find(start, HELLO.of(host_seconds))
        except ConnMgrHilError:
            for record in self._prelude:
                if isinstance(record, Noise):
                    self._sink(record)  # it may tell why
            self._prelude = [each for each in self._prelude if not isinstance(each, Noise)]
            raise

    def _find(self, start: str, wait: Deadline) -> HelloSeen:
        self._flood.begin()
        deadline = wait.after()
        if start == "boot" and self._pace.quiet_boot:
            self._await_banner(after(wait.seconds / 2))
        patience = Patience(self._transport, deadline)
        if not self._attaching.find(self._pump, lambda: self._sequence is not None, patience):
            if start == "boot" and self._last_words is not None:
                self._died(self._last_words)
            raise messages.no_answer(self._transport, "the device should say hello", wait)
        self._work_until(lambda: self._hello is not None, patience, "its ifaces after hello", wait)
        assert self._hello is not None
        return self._hello

    def _await_banner(self, deadline: float) -> None:
        """Keep silent until the device has booted, or until the deadline: not every build prints the banner."""
        while not self._booted and time.monotonic() < deadline:
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
            "an answer to 'mode human'",
            LEAVE.of(host_seconds),
        )

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
        """
        if self._commands.waiting and not self._commands.room_for(words):
            self._work_until(
                lambda: self._commands.room_for(words),
                self._patient(ANSWER.of(host_seconds), self._patience()),
                "room for another command",
                ANSWER.of(host_seconds),
            )
        if self._over is not None:
            raise self._over
        command = self._commands.new(words, self._device_seconds(words))
        self._flood.begin(sum(_asked_seconds(c.words) for c in self._commands.waiting.values()))
        self._sink(Stimulus(id=command.identity, words=words))
        self._write(command.line)
        return command

    def collect(self, command: Sent, *, host_seconds: float | None = None) -> Reply:
        """Wait for the reply to a command that was submitted."""
        if command.reply is None:
            self._work_until(
                lambda: command.reply is not None,
                self._patient(ANSWER.of(host_seconds), self._patience()),
                f"an answer to '{' '.join(command.words)}'",
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

    def _device_seconds(self, words: Words) -> float:
        """Return how long a command takes of this host's time because device time is real."""
        return 0.0 if self._hello is None or self._hello.facts.granted else _asked_seconds(words)

    def _patient(self, wait: Deadline, more: float = 0.0) -> Patience:
        return Patience(self._transport, wait.after(more))

    def _patience(self) -> float:
        return sum(self._device_seconds(c.words) for c in self._commands.waiting.values())

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
            self._repeat(command)

    def _repeat(self, command: Sent) -> None:
        """Send a command again, once it is certain that this cannot execute it twice."""
        if not self._commands.is_forgotten(command):
            self._write(self._commands.copy(command))
        elif self._probe not in self._commands.waiting:
            # Commands are executed in their order: when this one's reply has come in its turn, and that
            # of the other has not, the other one never arrived.
            probe = self._commands.new_own(("ping",))
            self._probe = probe.tag
            for each in self._commands.waiting.values():
                if self._commands.is_forgotten(each):
                    each.checked_by = probe.tag
            self._write(probe.line)

    def _probed(self, tag: int) -> None:
        for command in self._commands.waiting.values():
            if command.checked_by == tag:
                self._commands.renew(command)
                self._write(self._commands.copy(command))

    def _pump(self, deadline: float) -> None:
        """Take whatever comes next, if anything comes before the deadline."""
        if self._over is not None:
            raise self._over
        try:
            data = self._transport.read(deadline)
        except LineClosed:
            for item in self._parser.feed(b"\r\n"):
                self._take(item)
            self._hand_on()
            raise
        if not data:
            return
        self.wire_bytes += len(data)
        self._attaching.heard += len(data)
        for item in self._parser.feed(data):
            self._take(item)
        if self._sequence is not None:
            self._hand_on()

    def _take(self, item: Item) -> None:
        if isinstance(item, Frame):
            if self._sequence is None:
                self._count()
                self._await_hello(item)
            elif self._is_of_this_boot(item):
                self._accept(item, self._sequence)
            else:
                self.damage += 1
                self._show(f"not of this boot: {item}")
            return
        text = item.text
        if isinstance(item, Damaged):
            self.damage += 1
            self._commands.hurry()
            if self._sequence is None:
                self._attaching.saw(text)
        if BANNER in text:
            self._booted = True
            if self._sequence is not None:
                self._suspicion.rouse(f"it printed '{text}'")
        self._show(text)

    def _count(self) -> None:
        if self._flood.is_one():
            raise messages.flood(self._transport, self._flood.bound)

    def _show(self, text: str) -> None:
        """Record what is not the device's, or not known to be."""
        if self._hello is not None:
            self._sink(Noise(text=text))
        elif len(self._prelude) < _PRELUDE_NOISE:
            self._prelude.append(Noise(text=text))

    def _await_hello(self, frame: Frame) -> None:
        if not self._attaching.is_answer(frame):
            # It may have crashed while it booted; a board's may be of an earlier life.
            self._last_words = frame if frame.kind in DEATHS else self._last_words
            return
        facts = decode_hello(frame)
        self._expected.check(facts, self._transport.name)
        self._hello_frame = frame
        self._parser.seal = frame.seal
        first = int(facts.first, 16) if self._start == "boot" else frame.seq
        if self._start == "boot" and first > 0:
            self._prelude.append(Lost(first=0, last=first - 1))
        self._sequence = Sequence(min(first, frame.seq))
        self._sequence.accept(frame)

    # --- frames --------------------------------------------------------------------------------

    def _is_of_this_boot(self, frame: Frame) -> bool:
        """Tell whether a frame is of the boot that we attached to, as far as it can be told before its turn."""
        assert self._hello_frame is not None
        nonce = self._hello_frame.fields["nonce"]
        same = frame.kind != "hello" or frame.fields.get("nonce") == nonce
        if frame.kind == "hello" and frame.fields.get("ack") == self._attaching.challenge:
            if not same:
                reason = self._suspicion.reason
                self._restarted(f"{reason}, and " * bool(reason) + "its hello has another nonce")
            self._suspicion.lay()
            self._admit_doubt()
        if not same:
            self._suspicion.rouse("it said hello with another nonce")
        elif frame.seal != self._parser.seal:
            self._suspicion.rouse(f"a frame without its seal came, number {frame.seq:x}")
        else:
            return True
        return False

    def _admit_doubt(self) -> None:
        """It did not restart: then frames of others have its numbers."""
        if self._doubtful:
            self._emit(Foreign(text=self._doubtful))
            self._doubtful = ""

    def _accept(self, frame: Frame, sequence: Sequence) -> None:
        kind = frame.kind
        arrival = sequence.accept(frame)
        if kind == "reply":
            self._expect_no_more(frame, arrival)
        if self._repair.saw(frame):
            self._commands.answered(self._repair.tag)
        if arrival is Arrival.CONFLICTING:
            self._conflict(frame)
            return
        if arrival is Arrival.OLD and not frame.seal:
            self._suspicion.rouse(f"its frames count from {frame.seq:x} again")
        if arrival is Arrival.NEW:
            self._count()
            if frame.seal:
                self._suspicion.lay()
        newest = frame.seq > self._newest
        self._newest = max(self._newest, frame.seq)
        if kind in DEATHS and arrival is Arrival.NEW:
            self._last_words = frame
        if kind == "nak" and newest:
            # Not in its turn: it may be the request to repair the gap before it that was refused. One
            # that had to be asked for again is about a line of long ago.
            self._refused(frame)
        if arrival is Arrival.LATE and kind == "reply":
            # Its place was given up already; but the answer to a command is still an answer.
            self._answer(frame)

    def _expect_no_more(self, frame: Frame, arrival: Arrival) -> None:
        tag = frame.fields.get("tag", "")
        if not tag.isdecimal():
            return
        if arrival is Arrival.OLD:
            self._commands.answered_again(int(tag))
        else:
            self._commands.arrived(int(tag), at_once=frame.seq > self._newest)

    def _conflict(self, frame: Frame) -> None:
        """Two frames with one number: a restart, or one of them is not the device's, and nobody knows which."""
        text = f"not of this boot, or the one before with its number was not: {frame}"
        self.damage += 1
        self._show(text)
        self._doubtful = self._doubtful or text
        self._suspicion.rouse(f"its frames count from {frame.seq:x} again")
        tag = frame.fields.get("tag", "")
        if frame.kind == "reply" and tag.isdecimal() and int(tag) in self._commands.waiting:
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
            if self._last_words is not None:
                self._died(self._last_words)  # what is missing will not come any more
            if self._repair.hopeless(gap):
                first, last = sequence.give_up()
                self._emit(Lost(first=first, last=last))
                continue
            if self._repair.idle():
                wanted = sequence.gaps() or gap
                command = self._commands.new_own(("again", f"{wanted[0]:x}", f"{wanted[1]:x}"))
                self._repair.asked(command.tag, wanted)
                self._write(command.line)
            return

    def _may_be_foreign(self) -> bool:
        """Tell whether what comes next should wait: without a seal only the frame behind it can show that it is the device's."""
        if self._parser.seal or self._listening or self._hello is None:
            return False
        return all(tag == self._repair.tag for tag in self._commands.waiting)

    def _record(self, frame: Frame) -> None:
        kind = frame.kind
        if kind == "reply":
            self._answer(frame)
        elif kind == "nak":
            return
        elif kind in {"hello", "iface"}:
            self._introduce(frame)
        elif kind in DEATHS:
            self._died(frame)
        else:
            self._emit(decode(frame))

    def _emit(self, record: AnyRecord) -> None:
        if self._hello is None:
            self._prelude.append(record)
        else:
            self._sink(record)

    def _introduce(self, frame: Frame) -> None:
        hello = self._hello_frame
        assert hello is not None
        if self._hello is not None or frame.seq < hello.seq:
            return
        if frame.kind == "iface":
            self._ifaces.append(decode_iface(frame))
        facts = decode_hello(hello)
        if len(self._ifaces) == facts.ifaces:
            try:
                self._hello = HelloSeen(
                    t=hello.time, facts=facts, ifaces=tuple(self._ifaces), start=self._start
                )
            except ValueError as error:
                raise messages.misnumbered(self._transport, error) from error
            self._sink(self._hello)
            for record in self._prelude:
                self._sink(record)
            self._prelude = []

    def _answer(self, frame: Frame) -> None:
        try:
            tag = int(frame.fields["tag"])
        except (KeyError, ValueError):
            return
        command = self._commands.answered(tag)
        if tag == self._probe:
            self._probed(tag)
        if command is not None and command.identity:
            self._admit_doubt()
            self._commands.refusable = 0  # lines are taken in their order
            command.reply = decode_reply(frame, command.identity)
            self._emit(command.reply)
        elif command is None:
            self._unasked(tag, frame)

    def _unasked(self, tag: int, frame: Frame) -> None:
        """Take an answer that nobody waits for; it shows what else the device was told to do."""
        if self._commands.is_stimulus(tag):
            if frame.fields.get("err") != "ESTALE":
                self._emit(
                    Foreign(text=f"a command was carried out twice: the second answer is {frame}")
                )
        elif not self._commands.is_own(tag):
            self._strangers.add(tag)
            self._emit(Foreign(text=f"a command of somebody else was carried out: {frame}"))
            most = _STRANGERS if frame.seal else _STRANGERS_UNSEALED
            if len(self._strangers) >= most:
                raise messages.shared(self._transport, self._strangers)

    def _refused(self, frame: Frame) -> None:
        why = frame.fields.get("why", "?")
        if self._commands.refusable:
            self._commands.refusable -= 1
            return
        self.damage += 1
        self._commands.hurry()
        for command in list(self._commands.waiting.values()):
            command.refusals += 1
            if command.refusals > _REFUSALS:
                raise messages.refused(" ".join(command.words), command.refusals, why)
            if command.has_arrived:
                continue
            if command.refusals <= _REFUSALS_AT_ONCE:
                self._repeat(command)
            else:
                # On a line full of noise every attempt is refused in its turn; let it calm down.
                command.resend_at = min(command.resend_at, CALM.after())

    # --- what can go wrong ---------------------------------------------------------------------

    def _restarted(self, how: str) -> None:
        self._emit(Reset(how=how, expected=False))
        self._commands.forget()
        self._over = messages.restarted(self._transport, how)
        raise self._over

    def _died(self, frame: Frame) -> NoReturn:
        tag = frame.fields.get("tag", "")
        command = self._commands.waiting.get(int(tag)) if tag.isdecimal() else None
        record = decode_death(frame, command.identity if command else 0)
        self._sink(record)
        self._commands.forget()
        self._over = messages.died(self._transport, record)
        raise self._over

    def _reset_unnoticed(self) -> None:
        """Before calling it silence, ask whether it still is the device that we knew."""
        if self._hello is None:
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


def _asked_seconds(words: Words) -> float:
    """Return how much device time a command lets pass."""
    if "advance" not in words[:-1]:
        return 0.0
    microseconds = words[words.index("advance") + 1]
    return int(microseconds) / 1e6 if microseconds.isdigit() else 0.0
