"""Finds a device in any mode: requests its hello, no faster than it can answer."""

import secrets
import time
from collections.abc import Callable

from connmgr_hil.transport import Patience
from connmgr_hil.transport.deadlines import time_scale

from .commands import Commands
from .frames import Frame

_PAUSES = (0.1, 0.1, 0.2, 0.4)
"""At time scale 1, as `_HURRY`."""
_HURRY = 0.02


class Attaching:
    """Asks one device for its hello, by a challenge that tells the answer from hellos of earlier times.

    `shell_first`: it is probably in the mode for people. `in_frames`: frames of any origin have come; `heard`:
    the number of bytes that have come.
    """

    def __init__(
        self, commands: Commands, write: Callable[[bytes], None], *, shell_first: bool
    ) -> None:
        self._commands = commands
        self._write = write
        self._shell_first = shell_first
        # Frames shall be sealed, where the probe knows how.
        self.challenge = f"{secrets.token_hex(4)}!"
        self.in_frames = False
        self.heard = 0
        self._knock = ""
        self._is_settled = False
        self._in_shell = False

    def find(
        self, pump: Callable[[float], None], found: Callable[[], bool], patience: Patience
    ) -> bool:
        """Knock until the device is found; tell whether it was in time.

        `pump` takes what comes until a time of `time.monotonic()`.
        """
        attempt = unheard = 0
        while not found():
            if patience.is_over():
                return False
            heard = self.heard
            self.knock(attempt)
            # Every knock calls for one more answer, in which a slow device would drown what it showed before.
            doublings = min(max(unheard, attempt // 2), 5)
            hurried = _HURRY * time_scale() * 2**doublings
            self._await_answer(pump, found, hurried, attempt, patience.until)
            attempt += 1
            unheard = unheard + 1 if heard == self.heard else 0
        return True

    def knock(self, attempt: int) -> None:
        """Ask for hello, by turns as machine mode and as the shell of a person wants it.

        ^C throws away what a person may have left half typed. Each turn does no harm in the other
        mode: a refused line there, an unknown command here.
        """
        if self._in_shell:
            in_machine_mode = self._in_shell = False
        elif self.in_frames and attempt % 8:
            in_machine_mode = True
        else:
            in_machine_mode = (attempt % 2 == 1) is self._shell_first
        self._knock, self._is_settled = "", False
        if not in_machine_mode:
            self._commands.refusable += 2
            self._write(f"\x03\rcm mode machine {self.challenge}\r".encode())
        else:
            command = self._commands.new_own(("hello", self.challenge))
            del self._commands.waiting[command.tag]
            self._knock = str(command.tag)
            self._write(b"\r" + command.line)

    def _await_answer(
        self,
        pump: Callable[[float], None],
        found: Callable[[], bool],
        hurried: float,
        attempt: int,
        deadline: float,
    ) -> None:
        """Wait for hello, until it is time to knock again.

        Frames that are no hello show a line that damages what passes, so the next knock comes soon; but not
        while the device still talks, since on a slow line each knock would call for one more answer. The device's
        last word about a knock is its reply, or that it refuses the line: then nothing more comes of it.
        """
        began = time.monotonic()
        last = min(began + _PAUSES[min(attempt, len(_PAUSES) - 1)] * time_scale(), deadline)
        heard_at = began
        while not found():
            until = min(last, heard_at + hurried) if self.in_frames else last
            if time.monotonic() >= until or self._is_settled:
                return
            heard = self.heard
            pump(until)
            if self.heard != heard:
                heard_at = time.monotonic()

    def saw(self, text: str) -> None:
        """Take the text of a frame, which may be damaged: a sealed one cannot be proven before the hello came."""
        self.in_frames = True
        answers = (" nak ", f" reply tag={self._knock} ")
        self._is_settled = self._is_settled or any(answer in text for answer in answers)

    def overheard(self, text: str) -> None:
        """Take a line that is no frame. Who echoes a knock as machine mode wants it is in the mode for people; frames were of an earlier life."""
        if self._knock and f"${self._knock} " in text:
            self.in_frames = False
            self._in_shell = self._is_settled = True

    def is_answer(self, frame: Frame) -> bool:
        """Tell whether a frame is the hello that was asked for."""
        self.saw(str(frame))
        # Frames from before our own hello may be of an earlier life: they are asked for again.
        return frame.kind == "hello" and frame.fields.get("ack") == self.challenge
