"""Drives firmware without the probe through upstream's own shell, as a person would.

That shell shows less: no return values of the Connection Manager, no calls of the implementation, no
device time. What it does not show is left open in the records, never made up; times are those of this
host since the device was found.
"""

import secrets
import time
from collections.abc import Callable, Iterable

from connmgr_hil.device.flood import Flood
from connmgr_hil.device.introduced import BANNER, Introduced
from connmgr_hil.device.messages import babble, flood, misnumbered, no_answer, restarted
from connmgr_hil.device.pace import Pace
from connmgr_hil.transport import Transport, after, escaped
from connmgr_hil.transport.deadlines import ANSWER, ECHO, HELLO, KNOCK, LEAVE, QUIET, REST, Deadline
from connmgr_hil.vocabulary.errors import LineClosed, LineDamaged, WrongDevice
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    EventSeen,
    HelloSeen,
    Log,
    Noise,
    Reply,
    Reset,
    StatusSeen,
    Stimulus,
)
from connmgr_hil.vocabulary.status import status_text
from connmgr_hil.vocabulary.stimuli import Words

from . import output
from .facts import hello_from, ifaces_from
from .language import LONGEST, Unsupported, shell_line
from .screen import Screen

Sink = Callable[[AnyRecord], object]

LISTENER = "shell"
"""The name of the listener that `net events on` registers: late, so that it hears before others."""

_LONGEST_WAIT = 40
"""How many times `quiet_seconds` the end of an answer is awaited at most."""

UNSEEN = "?"
"""The status of a call whose return value the shell did not show."""


class StockDevice(Introduced):
    """A device that has only upstream's shell. It has the interface of `Device`.

    A reply's status is `?` where the shell does not show it, which is everywhere but for `up` and
    `down`. Its values are what the lines said: `value` for a getter, `refused` for the reason why the
    shell did not call the API, and `said`, all lines of the answer.

    `quiet_seconds`: an answer is over when nothing has come for so long in host time after it, so that
    events which a command causes are recorded before its reply; at most 40 times that.

    Errors are those of `Device`, `LineDamaged` when lines without end come that are neither event nor log, and `Unsupported` for what the shell has no command for.
    """

    def __init__(
        self,
        transport: Transport,
        sink: Sink,
        *,
        pace: Pace | None = None,
        quiet_seconds: float | None = None,
    ) -> None:
        self._transport = transport
        self._sink = sink
        self._pace = pace or Pace()
        self._quiet = QUIET.of(quiet_seconds)
        self._flood = Flood()
        self._floods = False
        """Whether the last line was surely the device's."""
        self._identity = 0
        self._began = 0.0
        self._begin()

    def _begin(self) -> None:
        self._screen = Screen()
        self._prompt = ""
        self._hello: HelloSeen | None = None
        self._answer: list[str] | None = None
        self._token = ""
        self._finished = False
        self._echoed = False
        self._has_cm = False
        self._echoes = False

    # --- beginning and ending ------------------------------------------------------------------

    def attach(self, *, start: str = "attach", host_seconds: float | None = None) -> HelloSeen:
        """Find the shell, learn what can be learned about the device, and switch its events on.

        What happened before is unknown, and so is every state, whatever `start` says. Raises
        `WrongDevice` when the shell has neither `net cm` nor `net iface`.
        """
        del start
        self._begin()
        self._began = time.monotonic()
        wait = HELLO.of(host_seconds)
        deadline = wait.after()
        self._flood.begin()
        self._write("\x03")
        while not self._prompt:
            if time.monotonic() >= deadline:
                raise no_answer(self._transport, "shell prompt", wait)
            self._token = f"z{secrets.token_hex(2)}"
            self._finished = False
            self._write(f"\r{self._token}\r")
            self._pump_until_finished(min(deadline, KNOCK.after()))
            if self._finished:
                self._until_quiet()
                self._prompt = self._screen.open_line
                self._echoes = self._echoed
        lines = [*self._ask("kernel version"), *self._ask("net iface")]
        events = any("enabled" in line for line in self._ask("net events on"))
        lines += self._ask("net cm status")
        told = [parsed for line in lines if (parsed := output.parse(line))]
        ifaces = ifaces_from(told)
        if not ifaces:
            raise WrongDevice(
                f"upstream's net shell does not answer on {self._transport.name}",
                " | ".join(lines[-3:]) or "no answer to 'net iface' and 'net cm status'",
                "build the image with CONFIG_NET_SHELL=y and CONFIG_NET_CONNECTION_MANAGER=y",
            )
        facts = hello_from(told, len(ifaces), events=events)
        try:
            self._hello = HelloSeen(t=self._now(), facts=facts, ifaces=ifaces, start="attach")
        except ValueError as error:
            raise misnumbered(self._transport, error) from error
        self._has_cm = any(isinstance(each, output.Status) for each in told)
        self._sink(self._hello)
        return self._hello

    def restart(self, transport: Transport, *, how: str = "restart") -> HelloSeen:
        """Go on with a device that was just restarted on purpose."""
        self._transport = transport
        self._sink(Reset(how=how, expected=True))
        return self.attach()

    def leave(self) -> None:
        """Switch the events off again."""
        self._ask("net events off", LEAVE)

    # --- commands ------------------------------------------------------------------------------

    def execute(self, words: Words, *, host_seconds: float | None = None) -> Reply:
        """Give a command in the probe's words and wait for the end of its answer.

        `advance` waits in host time. `shell LINE…` types a line as it is. Raises `Unsupported`
        before anything is sent or recorded.
        """
        line = "" if words[0] in ("advance", "ping") else shell_line(words)
        if line.startswith("net cm") and not self._has_cm:
            raise Unsupported(words, "it has no 'net cm', which came with Zephyr 4.0")
        if len(line) > LONGEST:
            raise Unsupported(words, f"the line '{line}' is longer than {LONGEST} characters")
        self._identity += 1
        self._sink(Stimulus(id=self._identity, words=words))
        begin = self._now()
        lines: list[str] = []
        if words[0] == "advance":
            self.listen(int(words[1]) / 1e6)
        elif line:
            lines = self._ask(line, ANSWER.of(host_seconds))
        status, values = _outcome(words, lines)
        reply = Reply(t=self._now(), id=self._identity, t0=begin, status=status, values=values)
        self._sink(reply)
        return reply

    def listen(self, host_seconds: float) -> None:
        """Take what the device shows by itself, for so long in host time."""
        self._flood.begin(host_seconds)
        deadline = after(host_seconds)
        while time.monotonic() < deadline:
            self._pump(deadline)

    def _ask(self, line: str, wait: Deadline = ANSWER) -> list[str]:
        """Type a line and return what the shell says to it.

        A word that no shell knows is typed after it: the shell's complaint about it ends the answer, whatever the prompt and colours, and whatever other threads print.
        """
        self._answer = []
        self._flood.begin()
        self._token = f"z{secrets.token_hex(2)}"
        self._finished = False
        self._write(f"{line}\r")
        # The shell's ring is short: the line should be out of it before the next one comes.
        self._pump(ECHO.after())
        self._write(f"{self._token}\r")
        self._pump_until_finished(wait.after())
        if not self._finished:
            raise no_answer(self._transport, f"answer to '{line}'", wait)
        answer, self._answer = self._answer, None
        self._until_quiet()
        if not self._echoes:
            return answer
        return self._without_echo(line, answer)

    def _without_echo(self, line: str, answer: list[str]) -> list[str]:
        """Return an answer without its echo, which a narrow terminal spreads over several lines.

        Raises `LineDamaged` when the shell echoed something else: it may have done something else.
        """
        for begin in range(len(answer)):
            for end in range(begin + 1, min(len(answer), begin + 4) + 1):
                if "".join(answer[begin:end]).strip() == line.strip():
                    return answer[:begin] + answer[end:]
        raise LineDamaged(
            f"the shell did not echo '{line}'",
            f"{' | '.join(answer[:3]) or 'nothing'}; last bytes: {escaped(self._transport.tail)}",
            "the line damages bytes to the device: check baud rate and pacing",
        )

    # --- the line ------------------------------------------------------------------------------

    def _now(self) -> int:
        return round((time.monotonic() - self._began) * 1e6)

    def _write(self, text: str) -> None:
        self._pace.write(self._transport, text.encode())

    def _until_quiet(self) -> None:
        longest = after(self._quiet.seconds * _LONGEST_WAIT)
        while time.monotonic() < longest and self._pump(min(longest, self._quiet.after())):
            pass

    def _pump_until_finished(self, deadline: float) -> None:
        while not self._finished and time.monotonic() < deadline:
            self._pump(deadline)

    def _pump(self, deadline: float) -> bool:
        """Take what comes next; tell whether anything came before the deadline."""
        came = self._read(deadline)
        if self._flood.is_endless(lambda: self._read(REST.after())):
            if self._floods:
                raise flood(self._transport, self._flood.bound, "lines")
            raise babble(self._transport, self._flood.bound)
        return came

    def _read(self, deadline: float) -> bool:
        try:
            data = self._transport.read(deadline)
        except LineClosed:
            self._take_all(self._screen.feed(b"\n"))
            raise
        self._take_all(self._screen.feed(data))
        return bool(data)

    def _take_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._take(self._without_prompt(line))

    def _without_prompt(self, line: str) -> str:
        prompt = self._prompt
        while prompt and line.startswith(prompt):
            line = line[len(prompt) :]
        return line

    def _take(self, line: str) -> None:
        if glued := output.split_glued(line):
            for part in glued:
                self._take(part)
            return
        said = output.parse(line)
        self._flood.count()
        # Without checksums only what has the form of an event or a log is surely the device's.
        self._floods = self._hello is not None and isinstance(
            said, output.EventLine | output.LogLine
        )
        if self._token and line.startswith(f"{self._token}: "):
            self._finished = True
            self._flood.answered()
        elif BANNER in line and self._hello is not None:
            self._sink(Noise(text=line))
            raise restarted(self._transport, f"it printed '{line}'")
        elif isinstance(said, output.EventLine):
            self._record(_event(said, self._now()))
        elif isinstance(said, output.LogLine):
            self._record(
                Log(t=self._now(), level=said.level, module=said.module, message=said.message)
            )
        elif line.strip().endswith(self._token) and self._token:
            self._echoed = True
            if (before := line.strip().removesuffix(self._token)) and self._answer is not None:
                self._answer.append(before)
        elif not line.strip():
            return
        elif self._answer is not None and not self._finished:
            self._answer.append(line)
            if isinstance(said, output.Status) and said.tracked:
                self._record(_status(said, self._now()))
        else:
            self._record(Noise(text=line))

    def _record(self, record: AnyRecord) -> None:
        # Before hello there is no trace of this device; its boot is not observed.
        if self._hello is not None:
            self._sink(record)


def _event(said: output.EventLine, now: int) -> EventSeen:
    return EventSeen(
        t=now,
        listener=LISTENER,
        name=said.name,
        code=said.code,
        iface=said.iface,
        info=said.text if said.name == "-" else None,
    )


def _status(said: output.Status, now: int) -> StatusSeen:
    return StatusSeen(
        t=now,
        iface=said.iface.index,
        ignored=said.ignored,
        bound=said.bound,
        admin=said.admin,
        oper=said.oper,
        ipv4=said.ipv4,
        ipv6=said.ipv6,
        connected=said.connected,
    )


def _outcome(words: Words, lines: list[str]) -> tuple[str, dict[str, str]]:
    """Return the status, if it was shown, and the values in the lines."""
    status = "0" if words[0] in ("advance", "ping") else UNSEEN
    values = {"said": "\n".join(lines)} if lines else {}
    for line in lines:
        said = output.parse(line)
        if isinstance(said, output.Refused):
            values.setdefault("refused", said.kind)
        elif isinstance(said, output.AdminResult):
            status = status_text(said.status)
        elif isinstance(said, output.FlagValue) and not said.was_set:
            values["value"] = str(int(said.value))
        elif isinstance(said, output.TimeoutValue) and not said.was_set:
            values["value"] = str(said.seconds)
        elif isinstance(said, output.Status) and words[0] in ("bound", "ignored") and said.tracked:
            values["value"] = str(int(said.bound if words[0] == "bound" else said.ignored))
    return status, values
