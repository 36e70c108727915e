"""The console between a person or a pipe and a device."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import click

from connmgr_hil.conformance.recording import begin_trace
from connmgr_hil.model import World, profile_named
from connmgr_hil.targets import Target, attach_to_boot
from connmgr_hil.transport import escaped
from connmgr_hil.vocabulary.arguments import did_you_mean
from connmgr_hil.vocabulary.commands import COMMANDS, Form
from connmgr_hil.vocabulary.equipment import Equipment
from connmgr_hil.vocabulary.errors import BadInput, DeviceReset, UsageError
from connmgr_hil.vocabulary.facts import ROLES
from connmgr_hil.vocabulary.observations import AnyRecord, Header, HelloSeen, Reply, StateSeen
from connmgr_hil.vocabulary.parsing import command as understood, expected
from connmgr_hil.vocabulary.stimuli import Words, advance

from .editing import PipedLines, TypedLines
from .readable import readable
from .tapped import Tapped

_HELP = """\
wait SECONDS   let device time pass
clock on|off   let granted device time pass by itself, at the pace of your clock (on at a terminal)
raw on|off     also show the frames themselves, as they pass the line
restart        start the device afresh
quit           end (also ^D)
help COMMAND   what a command takes, and does

The probe's own commands; I is an iface by number, name (bound0) or letter (A):
"""

_OWN = ("wait", "clock", "raw", "restart", "quit", "help")
_OURS = ("mode", "reboot")
_LINGER = 0.2
_TICK = 0.5
"""Seconds between two grants of a clock that goes by itself."""


class Shell:
    """Reads commands from standard input, and shows and records all that the device does.

    A command that is no good is reported and forgotten; a line that ends or a device that is silent
    ends the console with their own errors, the trace kept.
    """

    def __init__(self, target: Target, trace: Path, *, raw: bool = False) -> None:
        self._target = target
        self._path = trace
        self._raw = raw
        self._states: dict[int, StateSeen] = {}
        self.mistaken = False
        """Whether a line from a pipe was invalid: the message about it may go unread."""
        person = sys.stdin.isatty() and sys.stdout.isatty()
        self._lines: PipedLines | TypedLines = (
            TypedLines(self, self._words) if person else PipedLines(self)
        )
        self._goes = person
        """Whether granted time passes at the pace of the host's clock while nothing is asked for."""
        self._granted_at = time.monotonic()
        self._grants = False

    def __enter__(self) -> Self:
        self._trace, _ = begin_trace(self._path, self._target, Header(note="by hand"))
        try:
            self._transport = self._tapped()
            self._device = attach_to_boot(self._target, self._transport, self._take)
        except BaseException:
            self._trace.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._trace.end("driven by hand")
        self._trace.close()
        self._lines.close()
        click.echo(f"trace: {self._path}", err=True)

    def run(self) -> None:
        """Work until the input ends or says quit."""
        while (line := self._lines.next_line()) is not None:
            words = line.split("#", 1)[0].split()
            if words in (["quit"], ["exit"]):
                return
            if words:
                self._let_time_pass()
                self._obey(words)
                self._granted_at = time.monotonic()
        self._device.listen(_LINGER)

    def _obey(self, words: list[str]) -> None:
        try:
            if words[0] == "help":
                click.echo("\n".join(_help(words[1:])))
            elif words == ["restart"]:
                self._restart()
            elif words in (["raw", "on"], ["raw", "off"]):
                self._raw = self._transport.shown = words[1] == "on"
            elif words in (["clock", "on"], ["clock", "off"]):
                self._goes = words[1] == "on"
            else:
                self._device.execute(self._command(words))
        except DeviceReset as error:
            click.echo(str(error), err=True)
            self._restart()
        except UsageError as error:
            click.echo(str(error), err=True)
            self.mistaken = self.mistaken or isinstance(self._lines, PipedLines)

    def _restart(self) -> None:
        self._transport = self._tapped(afresh=True)
        self._device.restart(self._transport)

    def _tapped(self, *, afresh: bool = False) -> Tapped:
        line = self._target.restart() if afresh else self._target.start()
        tapped = Tapped(line, self._show_frame)
        tapped.shown = self._raw
        return tapped

    def _command(self, words: list[str]) -> Words:
        if words[0] == "wait":
            return advance(_seconds(words[1:]))
        if words[0] in ("raw", "clock"):
            wanted = f"'{words[0]} on' nor '{words[0]} off'"
            raise BadInput(f"this is neither {wanted}", " ".join(words))
        if words[0] in _OURS:
            raise BadInput(
                "this command would take the device away from the console",
                words[0],
                "use 'restart'",
            )
        numbers = self._iface_words()
        command = (words[0], *(numbers.get(word, word) for word in words[1:]))
        platform = self._target.platform
        platform.validate(command)
        if not platform.stimuli or command not in platform.own_commands:
            self._equipment().check(understood(command))
        return command

    def _equipment(self) -> Equipment:
        profile = profile_named(self._target.platform.profile)
        return World.of(self._device.facts, self._device.ifaces, profile).equipment

    def _take(self, record: AnyRecord) -> None:
        self._trace.write(record)
        if self._grants and isinstance(record, Reply):
            return
        before = None
        if isinstance(record, HelloSeen):
            self._states.clear()
        elif isinstance(record, StateSeen):
            before = self._states.get(record.iface)
            self._states[record.iface] = record
        for line in readable(record, before):
            self._lines.show(line)

    def _show_frame(self, direction: str, frame: bytes) -> None:
        self._lines.show(click.style(f"{'':10}{direction} {escaped(frame)[1:-1]}", dim=True))

    # --- what the source of lines asks ----------------------------------------------------

    def fileno(self) -> int:
        """Return the descriptor on which the device may show something, or -1."""
        return self._transport.fileno()

    @property
    def patience(self) -> float | None:
        """After how many seconds to listen though nothing has come: a granted clock that goes is wound up then."""
        return _TICK if self._goes and self._device.facts.granted else None

    def listen(self) -> None:
        """Take what the device shows by itself."""
        self._device.listen(0.02)
        self._let_time_pass()

    def _let_time_pass(self) -> None:
        """Grant the device as much time as has passed here since it was last granted any, if its clock goes by itself."""
        now = time.monotonic()
        if self.patience is not None and now - self._granted_at >= _TICK / 2:
            self._grants = True
            try:
                self._device.execute(advance(now - self._granted_at))
            finally:
                self._grants = False
            self._granted_at = now

    def _words(self, before: list[str]) -> Iterable[str]:
        """Return what may come next behind these words."""
        if before == ["help"]:
            return COMMANDS
        ifaces = self._iface_words()
        behind = tuple(ifaces.get(word, word) for word in before)
        words: list[str] = list(_OWN) if not before else []
        for argument in expected(behind):
            words += argument.choices
            if argument.is_iface:
                words += ifaces
            elif argument.name == "L2":
                words += {"null", *(iface.l2 for iface in self._device.ifaces)}
        return words

    def _iface_words(self) -> dict[str, str]:
        """Return the names of each iface in addition to its number."""
        numbers = {iface.name: str(iface.index) for iface in self._device.ifaces}
        return numbers | {
            letter: numbers[name] for letter, name in ROLES.items() if name in numbers
        }


def _help(names: list[str]) -> list[str]:
    """Return the help for some commands, or for all of them in a line each."""
    if not names:
        width = max(map(len, COMMANDS))
        lines = [f"  {kind.name:<{width}}  {kind.help}" for kind in COMMANDS.values()]
        return [_HELP + "\n".join(lines)]
    lines = []
    for name in names:
        if name not in COMMANDS:
            listed = "'help' lists them"
            raise BadInput(
                f"there is no command {name!r}", "", did_you_mean(name, COMMANDS, listed)
            )
        kind = COMMANDS[name]
        lines += [*map(_usage, kind.forms), f"  {kind.help}"]
    return lines


def _usage(form: Form) -> str:
    return form.usage + (f"   (since profile {form.since})" if form.since != "P34" else "")


def _seconds(words: list[str]) -> float:
    try:
        (word,) = words
        seconds = float(word.removesuffix("s"))
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 1e6:
        raise BadInput("this is not a wait of 0 to 1000000 seconds", " ".join(words) or "none")
    return seconds
