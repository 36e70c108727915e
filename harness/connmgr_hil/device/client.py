"""The client for a device in machine mode: returns its records, complete and in order."""

import time
from collections.abc import Callable

from connmgr_hil.transport import Patience, Transport, after
from connmgr_hil.transport.deadlines import ANSWER, HELLO, LEAVE, RECALL, REST, Deadline
from connmgr_hil.vocabulary.errors import ConnMgrHilError, LineClosed
from connmgr_hil.vocabulary.observations import AnyRecord, HelloSeen, Reply, Reset, Stimulus
from connmgr_hil.vocabulary.parsing import normal
from connmgr_hil.vocabulary.stimuli import Words

from . import messages
from .commands import Commands, Sent, asked_seconds
from .flood import MOST, Flood
from .identity import Expected
from .introduced import Introduced
from .introduction import Sink
from .pace import Pace
from .receiver import Receiver

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
        self._receiver = self._new_receiver()

    def _new_receiver(self, start: str = "attach", seal: int = 0) -> Receiver:
        return Receiver(
            self._transport,
            self._hand_on,
            self._commands,
            self._write,
            self._flood,
            self._expected,
            start=start,
            seal=seal,
            shell_first=self._shell_first,
        )

    def _hand_on(self, record: AnyRecord) -> None:
        self._sink(record)

    def turn_to(self, sink: Sink) -> None:
        """Hand all that comes from now on to another sink."""
        self._sink = sink

    @property
    def damage(self) -> int:
        """How often the line damaged what passed it, as far as that was noticed, since the last attach."""
        return self._receiver.damage

    # --- beginning and ending ------------------------------------------------------------------

    def attach(self, *, start: str = "attach", host_seconds: float | None = None) -> HelloSeen:
        """Find the device, in whatever mode it is, and learn who it is.

        With `start="boot"` the device was just started, and what happened while it booted is
        fetched. Raises `WrongDevice` for another protocol, board or build.
        """
        self._receiver = self._new_receiver(start, self._receiver.seal)
        self._commands.forget()
        try:
            return self._find(start, HELLO.of(host_seconds))
        except ConnMgrHilError:
            self._receiver.introduction.abandon()
            raise

    def _find(self, start: str, wait: Deadline) -> HelloSeen:
        self._flood.begin()
        deadline = wait.after()
        if start == "boot" and self._pace.quiet_boot:
            self._await_banner(after(wait.seconds / 2))
        patience = Patience(self._transport, deadline)
        if not self._receiver.attaching.find(
            self._pump, lambda: self._receiver.is_attached, patience
        ):
            if start == "boot" and self._receiver.ends.last_words is not None:
                self._receiver.ends.died(self._transport, self._receiver.ends.last_words)
            raise messages.no_answer(self._transport, "hello", wait)
        self._work_until(
            lambda: self._receiver.introduction.hello is not None,
            patience,
            "ifaces after hello",
            wait,
        )
        return self._known()

    def _known(self) -> HelloSeen:
        assert self._receiver.introduction.hello is not None, "attach() comes first"
        return self._receiver.introduction.hello

    def _await_banner(self, deadline: float) -> None:
        """Keep silent until the device has booted, or until the deadline: not every build prints the banner."""
        while not self.booted and time.monotonic() < deadline:
            self._pump(deadline)

    def restart(self, transport: Transport, *, how: str = "restart") -> HelloSeen:
        """Go on with a device that was just restarted on purpose, over the same line or a new one."""
        self._transport = transport
        self._sink(Reset(how=how, expected=True))
        return self.attach(start="boot")

    def reboot(self) -> HelloSeen:
        """Let the device restart itself, and find it again."""
        command = self._commands.new(("reboot",))
        self._sink(Stimulus(id=command.identity, words=command.words))
        self._write(command.line)
        return self.restart(self._transport, how="reboot")

    def leave(self) -> None:
        """Give the shell back to people."""
        command = self._commands.new_own(("mode", "human"))
        self._write(command.line)
        self._work_until(
            lambda: command.tag not in self._commands.waiting,
            self._patient(LEAVE),
            "answer to 'mode human'",
            LEAVE,
        )

    @property
    def booted(self) -> bool:
        """Whether Zephyr's boot banner came since it was attached to."""
        return self._receiver.introduction.booted

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
        self._receiver.ends.insist_alive()
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
        self._receiver.is_listening = True
        while time.monotonic() < deadline:
            self._pump(min(deadline, self._commands.next_resend(), self._receiver.suspicion.due))
            self._send_again()
        self._receiver.is_listening = False

    def _takes_time(self) -> bool:
        """Tell whether device time is this host's."""
        hello = self._receiver.introduction.hello
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
            self._pump(
                min(patience.until, self._commands.next_resend(), self._receiver.suspicion.due)
            )
            self._send_again()

    def _send_again(self) -> None:
        if self._receiver.suspicion.is_due():
            self._receiver.question()
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
        self._receiver.ends.insist_alive()
        try:
            data = self._transport.read(deadline)
        except LineClosed:
            self._receiver.close()
            raise
        if not data:
            return False
        self.wire_bytes += len(data)
        self.is_mute = False
        self._receiver.feed(data)
        return True

    # --- what can go wrong ---------------------------------------------------------------------

    def _reset_unnoticed(self) -> None:
        """Before calling it silence, ask whether it still is the device that we knew."""
        if self._receiver.introduction.frame is None:
            return
        self._receiver.suspicion.rouse("it was silent")
        for _ in (0, 1):
            self._receiver.question()
            pause = RECALL.after()
            while time.monotonic() < pause:
                self._pump(pause)
