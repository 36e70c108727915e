"""Answers to commands that this run did not give."""

from collections.abc import Callable

from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.observations import Foreign

from . import messages
from .commands import Commands
from .frames import Frame

_MOST = 2
"""This many replies to unknown commands show a second master; one may be a replay."""
_MOST_UNSEALED = 4
"""Where a second board's frames may pass for this one's."""


class Strangers:
    """Detects, from a device's answers, commands that others gave it."""

    def __init__(self, commands: Commands, emit: Callable[[Foreign], None]) -> None:
        self._commands = commands
        self._emit = emit
        self._tags: set[int] = set()
        self._suspect = ""

    def answered(self, tag: int, frame: Frame, line: Transport) -> None:
        """Take an unexpected answer. Raises `RigFault` if somebody else uses the line."""
        if self._commands.is_stimulus(tag):
            if frame.fields.get("err") != "ESTALE":
                self._emit(
                    Foreign(text=f"a command was executed twice: the second answer is {frame}")
                )
        elif self._commands.is_own(tag):
            return
        elif self._commands.was_given_before(tag):
            self._emit(Foreign(text=f"a command of an earlier session was executed: {frame}"))
        else:
            self._tags.add(tag)
            self._emit(Foreign(text=f"a command of another master was executed: {frame}"))
            if len(self._tags) >= (_MOST if frame.seal else _MOST_UNSEALED):
                raise messages.shared(line, self._tags)

    def suspect(self, text: str) -> None:
        """Note that one of two frames with one number is not the device's, unless it restarted."""
        self._suspect = self._suspect or text

    def admit(self) -> None:
        """It did not restart: then frames of others have its numbers."""
        if self._suspect:
            self._emit(Foreign(text=self._suspect))
            self._suspect = ""
