"""Command lines of machine mode, and which of them wait for an answer."""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from zlib import crc32

from connmgr_hil.transport.deadlines import REST
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.observations import Reply
from connmgr_hil.vocabulary.stimuli import Words

from . import messages
from .resending import Resending

MAX_LINE = 500
IN_FLIGHT_CHARACTERS = 200
"""Boards receive into a ring of 256; what is left is for repairing gaps and sending again."""
IN_FLIGHT_COMMANDS = 8
_TAGS = 100_000
_OWN = 1_000_000_000
_REFUSALS = 20
_REFUSALS_AT_ONCE = 3
_REMEMBERED = 12
"""A device remembers the last 16 tags; a line still on its way may be one of them."""


_bases: set[int] = set()
"""From where this process has counted its tags."""


def command_line(tag: int, words: Words) -> bytes:
    """Return the line that carries a command. Raises `UsageError` for words that cannot travel."""
    text = f"{tag} {' '.join(words)}"
    line = f"${tag} {crc32(text.encode('utf-8', 'replace')):08x} {text[len(str(tag)) + 1 :]}\r"
    travels = all(word and word.isascii() and word.isprintable() for word in words)
    if not words or not travels or " " in "".join(words) or "$" in text:
        raise UsageError(
            "a word of this command has a space, '$' or a control character",
            repr(words),
            "no spaces, '$' or control characters",
        )
    if len(line) - 1 > MAX_LINE:
        raise UsageError(
            f"this command line has more than {MAX_LINE} characters",
            f"{len(line) - 1}: {text[:60]}…",
            "split the burst into several",
        )
    return line.encode("ascii")


def asked_seconds(words: Words) -> float:
    """Return how much device time a command lets pass."""
    if "advance" not in words[:-1]:
        return 0.0
    microseconds = words[words.index("advance") + 1]
    return int(microseconds) / 1e6 if microseconds.isdigit() else 0.0


@dataclass(slots=True)
class Sent:
    """A command that was sent. `identity` is 0 for the harness's own commands, which are not recorded."""

    tag: int
    identity: int
    words: Words
    line: bytes
    resend_at: float
    pause: float
    sent_at: float
    timed: bool
    copied: bool = False
    turn: int = 0
    checked_by: int = 0
    reply: Reply | None = None
    refusals: int = 0

    @property
    def has_arrived(self) -> bool:
        """Whether its reply came, so that it need not be sent again."""
        return self.resend_at == float("inf")


@dataclass
class Commands:
    """Gives out tags and keeps the commands that wait for an answer, in the order they were sent.

    Tags begin at a random number, since a device may still remember those of a harness that crashed.
    """

    _base: int = field(default_factory=lambda: random.SystemRandom().randrange(1, 20_000) * _TAGS)
    _identities: int = 0
    _own: int = 0
    _turn: int = 0
    _probe: int = 0
    _unproven: dict[int, float] = field(default_factory=dict)
    refusable: int = 0
    """Maximum number of sent lines that machine mode refuses because they are for human mode."""
    resending: Resending = field(default_factory=Resending)
    waiting: dict[int, Sent] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _bases.add(self._base)

    def new(self, words: Words, patience: float = 0.0) -> Sent:
        """Make a command for a stimulus that is expected to take `patience` host seconds."""
        self._identities += 1
        return self._add(self._base + self._identities, self._identities, words, patience)

    def new_own(self, words: Words) -> Sent:
        """Make a command of the harness's own, such as asking for frames again."""
        self._own += 1
        # Half the numbers away from the others', which count up from the base.
        return self._add(self._base + _OWN + self._own, 0, words, 0.0)

    def is_stimulus(self, tag: int) -> bool:
        """Tell whether a tag was given to a stimulus."""
        return 0 < tag - self._base <= self._identities

    def is_own(self, tag: int) -> bool:
        """Tell whether a tag belongs to a command of the harness itself, from any `Commands` of this process.

        The search for a board asks for its hello, too, before the run does.
        """
        return any(0 < tag - base - _OWN < _TAGS for base in _bases)

    def was_given_before(self, tag: int) -> bool:
        """Tell whether a tag was given to a stimulus by another `Commands` of this process: the board executed it late."""
        return any(0 < tag - base < _TAGS for base in _bases)

    def _add(self, tag: int, identity: int, words: Words, patience: float) -> Sent:
        line = command_line(tag, words)
        now = time.monotonic()
        pause = self.resending.pause
        command = self.waiting[tag] = Sent(
            tag,
            identity,
            words,
            line,
            resend_at=now + patience + pause,
            pause=pause,
            sent_at=now,
            timed=not patience,
        )
        self._turn += 1
        command.turn = self._turn
        return command

    def answered(self, tag: int) -> Sent | None:
        """Return the command with this tag, which waits no more; lines do get through."""
        command = self.waiting.pop(tag, None)
        for other in self.waiting.values():
            other.refusals = 0
        return command

    def came(self, tag: int, *, first: bool, at_once: bool) -> None:
        """A reply with this tag came; its turn may be later, but it need not be asked for again.

        Where it is not the `first`, that one was not an answer to a copy. With `at_once` it had not been lost on its way before.
        """
        if not first:
            if tag in self._unproven:
                self.resending.answered(self._unproven.pop(tag))
            return
        command = self.waiting.get(tag)
        if command is None or command.has_arrived:
            return
        command.resend_at = float("inf")
        if command.timed and at_once:
            took = time.monotonic() - command.sent_at
            if command.copied:
                self._unproven[tag] = took
                if len(self._unproven) > _REMEMBERED:
                    del self._unproven[next(iter(self._unproven))]
            else:
                self.resending.answered(took)

    def room_for(self, words: Words) -> bool:
        """Tell whether another command may be sent before the ones before it are answered."""
        if not self.waiting:
            return True
        size = sum(len(command.line) for command in self.waiting.values())
        size += sum(len(word) + 1 for word in words) + 21
        return size <= IN_FLIGHT_CHARACTERS and len(self.waiting) < IN_FLIGHT_COMMANDS

    def next_resend(self) -> float:
        """Return when the first of them should be sent again."""
        return min((c.resend_at for c in self.waiting.values()), default=float("inf"))

    def due(self, now: float) -> Iterable[Sent]:
        """Yield those that should be sent again now, each time with more patience."""
        for command in list(self.waiting.values()):
            if command.resend_at <= now:
                command.pause = self.resending.longer(command.pause)
                command.resend_at = now + command.pause
                yield command

    @property
    def asked_seconds(self) -> float:
        """How much device time those that wait for an answer let pass."""
        return sum(asked_seconds(each.words) for each in self.waiting.values())

    def again(self, command: Sent) -> bytes:
        """Return what to send, now that a command must be sent again: it is executed once whatever arrives.

        Where the device may have executed it and not know its tag any more, that is a question first. Commands are executed in
        their order: when this one's reply has come in its turn, and that of the other has not, the other one never arrived.
        """
        if not self._is_forgotten(command):
            return self._copy(command)
        if self._probe in self.waiting:
            return b""
        probe = self.new_own(("ping",))
        self._probe = probe.tag
        for each in self.waiting.values():
            if self._is_forgotten(each):
                each.checked_by = probe.tag
        return probe.line

    def proven(self, tag: int) -> Iterable[bytes]:
        """Yield the commands that, as this answer shows, were not executed; they are sent as if for the first time."""
        if not tag or tag != self._probe:
            return
        for command in self.waiting.values():
            if command.checked_by == tag:
                self._turn += 1
                command.turn, command.checked_by = self._turn, 0
                yield self._copy(command)

    def refused(self, why: str) -> Iterable[Sent]:
        """The device refused a line, whichever it was: yield those to send again at once.

        Raises `RigFault` for one that does not get through. On a line full of noise every attempt is refused in its turn; then a
        pause lets it come to rest.
        """
        self.hurry()
        for command in list(self.waiting.values()):
            command.refusals += 1
            if command.refusals > _REFUSALS:
                raise messages.refused(" ".join(command.words), command.refusals, why)
            if command.has_arrived:
                continue
            if command.refusals <= _REFUSALS_AT_ONCE:
                yield command
            else:
                command.resend_at = min(command.resend_at, REST.after())

    def _copy(self, command: Sent) -> bytes:
        command.copied = True
        return command.line

    def _is_forgotten(self, command: Sent) -> bool:
        return bool(command.identity) and self._turn - command.turn > _REMEMBERED

    def hurry(self) -> None:
        """A line was damaged, so the device is not silent: do not wait the whole pause, now and from now on."""
        self.resending.damaged()
        pause = self.resending.pause
        when = time.monotonic() + pause
        for command in self.waiting.values():
            if not command.has_arrived:
                command.pause = pause
                command.resend_at = min(command.resend_at, when)

    def forget(self) -> None:
        """No answer will come any more."""
        self.waiting.clear()
        self.refusable = self._probe = 0
