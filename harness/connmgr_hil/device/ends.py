"""How a device ended a run by itself: by a crash, a hang or a restart."""

from typing import NoReturn

from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.errors import DeviceFault
from connmgr_hil.vocabulary.observations import Reset

from . import messages
from .commands import Commands
from .decode import decode_death
from .frames import Frame
from .introduction import Introduction, Sink

DEATHS = frozenset({"fault", "stuck"})
"""The frames with which a device says that it crashed, or that something in it does not go on."""


class Ends:
    """Follows what a device reports about its own end; after that no more commands are sent.

    `last_words` is the frame that said so; its turn may still come.
    """

    def __init__(self, sink: Sink, commands: Commands, introduction: Introduction) -> None:
        self._sink = sink
        self._commands = commands
        self._introduction = introduction
        self._over: DeviceFault | None = None
        self.last_words: Frame | None = None

    def hear(self, frame: Frame) -> None:
        """Note a frame that reports the end."""
        if frame.kind in DEATHS:
            self.last_words = frame

    def insist_alive(self) -> None:
        """Raise again what was raised when the device ended."""
        if self._over is not None:
            raise self._over

    def restarted(self, line: Transport, how: str) -> NoReturn:
        """Record an unrequested restart, and raise `DeviceReset`."""
        self._introduction.emit(Reset(how=how, expected=False))
        self._end(messages.restarted(line, how))

    def died(self, line: Transport, frame: Frame) -> NoReturn:
        """Record a crash or a hang, and raise `DeviceDied`."""
        command = self._commands.waiting.get(frame.tag)
        record = decode_death(frame, command.identity if command else 0)
        self._sink(record)
        self._end(messages.died(line, record))

    def _end(self, error: DeviceFault) -> NoReturn:
        self._commands.forget()
        self._over = error
        raise error
