"""How a device ends a run by itself: what is recorded during the run, and what becomes of an error."""

import contextlib
import time
from collections import deque
from collections.abc import Callable

from msgspec import structs

from connmgr_hil.device import Device
from connmgr_hil.device.stock import StockDevice
from connmgr_hil.targets import End, Target, crash_told
from connmgr_hil.transport.deadlines import LATE
from connmgr_hil.vocabulary.errors import (
    DeviceFault,
    DeviceReset,
    LineDamaged,
    NoAnswer,
    RigFault,
    WrongDevice,
)
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    Crashed,
    HelloSeen,
    Log,
    Noise,
    Outside,
    Reply,
    Reset,
    Stimulus,
    Stuck,
)
from connmgr_hil.vocabulary.stimuli import Words

_SAID = 60
"""Number of the last lines without a frame that are searched for a crash."""


class Ending:
    """Follows a run on a target, and finds out how the device ended it, if it did.

    `given` are the commands so far, and `time` is the device time of the last record in microseconds. `disturbed` is whether there was an action
    from outside, too. `ended` is the record of the end.
    `late_reply` is the answer to the last command, and `said_hello` tells of a hello, when they came while a silence was looked into.
    """

    def __init__(self, target: Target) -> None:
        self.given: list[Words] = []
        self.disturbed = False
        self.ended: End | None = None
        self.late_reply: Reply | None = None
        self.said_hello = False
        self._is_looking = False
        self._target = target
        self._waiting = 0
        self._since = time.monotonic()
        self.time = 0
        self._hellos = 0
        self._said: deque[str] = deque(maxlen=_SAID)

    def follow(self, record: AnyRecord) -> None:
        """Take what happened next."""
        if isinstance(record, Stimulus):
            self.given.append(record.words)
            self._waiting, self._since = record.id, time.monotonic()
            self.late_reply = None
            self._said.clear()
        elif isinstance(record, Noise):
            self._said.append(record.text)
        elif isinstance(record, Log):
            self._said.append(record.message)
        elif isinstance(record, Crashed | Stuck) or (
            isinstance(record, Reset) and not record.expected
        ):
            self.ended = self.ended or record
        elif isinstance(record, Reply) and record.id == self._waiting:
            self._waiting = 0
            self.late_reply = record if self._is_looking else None
        elif isinstance(record, HelloSeen):
            self._hellos += 1
            self.said_hello = self._is_looking
        elif isinstance(record, Outside):
            self.disturbed = True
        self.time = getattr(record, "t", self.time)

    def told_by(
        self, error: DeviceFault | RigFault, device: Device | StockDevice | None
    ) -> End | None:
        """Return how the device ended; None when the rig broke, or the line may have kept an answer back."""
        if isinstance(error, DeviceReset):
            # It was noticed when the target was restarted.
            return Reset(how=error.seen, expected=False)
        if isinstance(error, DeviceFault):
            # It sends without end, so that the command is never answered.
            return Stuck(what="command", threads=(error.wanted, error.seen), source="host")
        if isinstance(error, LineDamaged | WrongDevice):
            return None
        silent = isinstance(error, NoAnswer)
        if silent and device is not None and device.damage and not device.is_mute:
            self._listening_to(device)(LATE.seconds)
            return None
        if silent and (told := crash_told("\n".join(self._said))) is not None:
            return self._completed(structs.replace(told, source="frame"))
        end = self._target.diagnose(error, self._listening_to(device), known=self._hellos > 0)
        return self._completed(end) if end is not None else None

    def reported(self) -> End | None:
        """Return what the device's program reported of itself though it runs on."""
        report = self._target.symptom()
        return self._completed(report) if report is not None else None

    def leave(self) -> None:
        """Let the next start be a fresh one. A board stays ours; it has no program that could be restarted."""
        if self._target.platform.kind != "board":
            with contextlib.suppress(RigFault):
                self._target.stop()

    def _completed(self, end: End) -> End:
        """Return an end with what only the run knows."""
        if isinstance(end, Stuck):
            waited = round((time.monotonic() - self._since) * 1000)
            what = "command" if self._waiting else "device"
            return structs.replace(end, t=self.time, ms=waited, what=what, id=self._waiting)
        return structs.replace(end, t=self.time) if isinstance(end, Crashed) else end

    def _listening_to(self, device: Device | StockDevice | None) -> Callable[[float], bool]:
        """Return what takes what a device still shows, and tells whether it answered after all."""

        def listen(seconds: float) -> bool:
            waiting, hellos = self._waiting, self._hellos
            if device is not None:
                self._is_looking = True
                with contextlib.suppress(RigFault):
                    device.listen(seconds)
                self._is_looking = False
            return bool(waiting and not self._waiting) or self._hellos != hellos

        return listen
