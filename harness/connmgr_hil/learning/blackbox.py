"""A device as a black box: reset it, give it inputs, observe the outputs. Nothing is judged here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from connmgr_hil.conformance.recording import begin_trace
from connmgr_hil.device import Device
from connmgr_hil.model import World
from connmgr_hil.targets import Target, attach_to_boot, require_order
from connmgr_hil.vocabulary.errors import DeviceReset, RigFault
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    Header,
    Reply,
    StateSeen,
    Storm,
)
from connmgr_hil.vocabulary.stimuli import Words

from . import outputs
from .inputs import find_iface
from .machine import Word

CALM_USEC = 100_000
"""A storm that was broken goes on being slowed down for a while; so long a reset waits."""

_Home = tuple[tuple[object, ...], ...]


class BlackBox:
    """A target, brought back to its boot state before each word by `reset`, or by a restart if that fails.

    All that happens is traced. Raises `RigFault` when the device does not come up or the line breaks.
    """

    def __init__(self, target: Target, trace: Path) -> None:
        self._target = target
        self._path = trace
        self._device: Device | None = None
        self._broken = False
        self._home: _Home | None = None
        self._records: list[AnyRecord] = []
        self._iface = 0
        self._commands: Mapping[str, Words] = {}
        self._preparation: tuple[Words, ...] = ()
        self.resets = 0
        self.restarts = 0
        self.steps = 0

    def __enter__(self) -> Self:
        self._trace, _ = begin_trace(self._path, self._target, Header(scenario="learn"))
        try:
            self._restart()
        except BaseException:
            self._trace.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._trace.end("driven by the learner")
        self._trace.close()

    def prepare(
        self, iface: int, commands: Mapping[str, Words], preparation: tuple[Words, ...]
    ) -> None:
        """Say which iface is learned, by which inputs, and what is done after each reset."""
        self._iface, self._commands, self._preparation = iface, commands, preparation

    def world(self) -> World:
        """Return what the device said about itself, with the profile that follows."""
        assert self._device is not None
        return World.of(self._device.facts, self._device.ifaces)

    def find(self, iface: str) -> int:
        """Return the number of an iface; see `inputs.find_iface`."""
        assert self._device is not None
        return find_iface(self._device.ifaces, iface)

    def ask(self, word: Word, *, restart: bool = False) -> tuple[str, ...]:
        """Return what the device shows for each input of a word, after a reset or a restart."""
        self._broken = self._broken or restart
        self._begin()
        answers: list[str] = []
        for name in word:
            if self._broken:
                answers.append(outputs.RESTARTED)
                continue
            self.steps += 1
            answers.append(self._give(self._commands[name]))
        return tuple(answers)

    def _begin(self) -> None:
        if self._broken or not self._rested():
            self._restart()
            if not self._rested():
                raise RigFault(
                    "the device is in a different state after each restart and reset",
                    "its state dump differs from the first one",
                    "see the last two dumps of the trace",
                    str(self._path),
                )
        for words in self._preparation:
            self._execute(words)

    def _rested(self) -> bool:
        """Reset the device, and tell whether it is where it was the first time."""
        self.resets += 1
        try:
            clean = self._execute(("reset",)).status == "0"
            self._execute(("advance", str(CALM_USEC)))
            self._execute(("state",))
        except DeviceReset:
            return False
        dump = tuple(_standing(each) for each in self._records if isinstance(each, StateSeen))
        self._home = self._home or dump
        return clean and dump == self._home

    def _restart(self) -> None:
        self.restarts += 1
        self._broken = False
        line = self._target.restart()
        if self._device is not None:
            self._device.restart(line)
            return
        self._device = attach_to_boot(self._target, line, self._sink)
        require_order(self._device.facts, self._target.name)

    def _sink(self, record: AnyRecord) -> None:
        self._trace.write(record)
        self._records.append(record)

    def _execute(self, words: Words) -> Reply:
        assert self._device is not None
        self._records.clear()
        return self._device.execute(words)

    def _give(self, words: Words) -> str:
        try:
            reply = self._execute(words)
        except DeviceReset:
            self._broken = True
            return outputs.RESTARTED
        seen = outputs.status(reply.status)
        # With granted time it is known exactly when something was shown.
        timed = words[0] == "advance" and self._device is not None and self._device.facts.granted
        for record in self._records:
            if isinstance(record, Storm):
                return outputs.STORM
            if isinstance(record, EventSeen | CallSeen):
                at = outputs.tenths(record.t - reply.t0) if timed else 0
                seen.append(self._told(record, at))
        return outputs.line(seen)

    def _told(self, record: EventSeen | CallSeen, at: int) -> outputs.Seen:
        if isinstance(record, CallSeen):
            return outputs.call(at, record.op, record.iface, self._iface)
        return outputs.event(at, record.name, record.iface, self._iface, record.info)


def _standing(state: StateSeen) -> tuple[object, ...]:
    return (
        *(state.iface, state.admin, state.oper, state.carrier, state.dormant, state.ignored),
        *(state.flags, state.timeout, state.monitor, state.a4, state.a6),
    )
