"""Commands of the probe itself, and the one place where a command line is executed."""

import errno
from functools import partial
from typing import TYPE_CHECKING

from .control import NO_AUTO_CONNECT
from .kernel import Semaphore, Steps
from .life import Reboot
from .net_if import NetIf
from .probe import LATE_NAMES, ArmedHook
from .results import Arguments, Bad, CommandHandler, Origin, Result, expect, find_iface, number

if TYPE_CHECKING:
    from .board import Board

_PRIORITIES = {"high": 1, "low": 12}
_SIDES = {"shell", "wq", "cb", *_PRIORITIES}
"""Where `both` executes a command."""


class ProbeCommands:
    """Looks commands up and runs them: in the shell, in a work item, in a callback, in a burst."""

    def __init__(self, board: "Board", tables: list[dict[str, CommandHandler]]) -> None:
        self._board = board
        self.naks = 0
        self._table: dict[str, CommandHandler] = {
            "ping": self._ping,
            "hello": self._hello,
            "again": self._again,
            "advance": self._advance,
            "listen": self._listen,
            "hook": self._hook,
            "on": self._on,
            "burst": self._burst,
            "both": self._both,
            "state": self._state,
            "stats": self._stats,
            "reset": self._reset,
            "reboot": self._reboot,
        }
        for table in tables:
            self._table.update(table)

    def execute(self, words: list[str], origin: Origin) -> Steps[list[tuple[str, object]]]:
        """Run one command; returns the fields of its reply."""
        begun_us = self._board.kernel.uptime_us
        try:
            result = yield from self._call(words, origin)
        except Bad as bad:
            result = Result(-errno.EINVAL, ("bad", bad))
        return result.all_fields(begun_us)

    def _call(self, words: list[str], origin: Origin) -> Steps[Result]:
        command = self._table.get(words[0]) if words else None
        if command is None:
            raise Bad("command")
        return (yield from command(Arguments(words[1:], origin)))

    def _execute_part(self, words: list[str], origin: Origin) -> Steps[None]:
        fields = yield from self.execute(words, origin)
        self._board.ring.add("part", [origin.field, ("i", origin.parts), *fields])
        origin.parts += 1

    def _ping(self, words: Arguments) -> Steps[Result]:
        expect(words, 0, 0)
        return Result()
        yield

    def _hello(self, words: Arguments) -> Steps[Result]:
        expect(words, 0, 1)
        self._board.say_hello(words[0] if words else None)
        return Result()
        yield

    def _again(self, words: Arguments) -> Steps[Result]:
        expect(words, 2, 2)
        try:
            begin, end = (int(word, 16) for word in words)
        except ValueError:
            raise Bad("value") from None
        return Result(0, ("n", self._board.ring.send_again(begin, end)))
        yield

    def _advance(self, words: Arguments) -> Steps[Result]:
        expect(words, 1, 1)
        kernel = self._board.kernel
        yield from kernel.sleep(kernel.ticks(number(words[0], 0, (1 << 63) - 1)))
        return Result()

    def _listen(self, words: Arguments) -> Steps[Result]:
        expect(words, 2, 3)
        if self._board.kernel.current.name == "mgmt":
            raise Bad("unsupported")
        name, action = words[0], words[1]
        probe = self._board.probe
        if name not in (*LATE_NAMES, "early") or action not in ("add", "del"):
            raise Bad("value")
        if len(words) != (3 if action == "add" and name != "early" else 2):
            raise Bad("args")
        if action == "del":
            yield from probe.stop_listening(name)
        elif name == "early":
            yield from probe.listen_early()
        else:
            yield from probe.listen(name, self._mask(words[2].split(",")))
        return Result()

    def _mask(self, names: list[str]) -> int:
        codes = self._board.codes
        if len({codes.family.get(name) for name in names} - {None, "private"}) != 1 or any(
            name not in codes.code for name in names
        ):
            raise Bad("value")
        return codes.mask(*names)

    def _hook(self, words: Arguments) -> Steps[Result]:
        probe = self._board.probe
        if words == ["off"]:
            probe.hook = None
            return Result()
        if len(words) < 4:
            raise Bad("args")
        if words[0] not in self._board.codes.code:
            raise Bad("value")
        if words[3] not in self._table or words[3] == "hook":
            raise Bad("value")
        index = 0 if words[1] == "0" else find_iface(self._board.ifs, words[1]).index

        def job() -> Steps[None]:
            origin = Origin("hook", 1)
            fields = yield from self.execute(words[3:], origin)
            self._board.ring.add("part", [origin.field, ("i", 0), *fields])

        probe.hook = ArmedHook(words[0], index, number(words[2], 1), job)
        return Result()
        yield

    def _on(self, words: Arguments) -> Steps[Result]:
        if len(words) < 2 or words[1] in ("on", "mode"):
            raise Bad("args")
        where, command = words[0], words[1:]
        here = self._board.kernel.current.name
        if where not in ("shell", "wq", "cb"):
            raise Bad("value")
        if here != "shell" and (
            where == "shell" or (where, here) in (("cb", "mgmt"), ("wq", "wq"))
        ):
            raise Bad("args")
        if where == "shell":
            return (yield from self._call(command, words.origin))
        outcome: list[Result | Bad] = []

        def job() -> Steps[None]:
            try:
                outcome.append((yield from self._call(command, words.origin)))
            except Bad as bad:
                outcome.append(bad)

        if where == "wq":
            yield from self._board.probe.run_in_work_queue(job)
        elif not (yield from self._board.probe.run_in_callback(job)):
            return Result(-errno.ENOMSG)
        if isinstance(outcome[0], Bad):
            raise outcome[0]
        return outcome[0]

    def _burst(self, words: Arguments) -> Steps[Result]:
        lines = _split(words)
        if not all(lines) or any(line[0] == "burst" for line in lines):
            raise Bad("args")
        kernel = self._board.kernel
        preemptible = kernel.current.priority >= 0
        if preemptible:
            kernel.lock_scheduler()
        for line in lines:
            yield from self._execute_part(line, words.origin)
        if preemptible:
            yield from kernel.unlock_scheduler()
        return Result(0, ("n", len(lines)))

    def _both(self, words: Arguments) -> Steps[Result]:
        sides = dict(zip(words[1:3], _split(words[3:]), strict=False))
        if len(sides) != 2 or not all(sides.values()) or not sides.keys() <= _SIDES:
            raise Bad("value")
        if words[0] != "0":
            raise Bad("unsupported")
        kernel, probe = self._board.kernel, self._board.probe
        finished = Semaphore(kernel, 0, 2)

        def job(position: int, line: list[str]) -> Steps[None]:
            fields = yield from self.execute(line, words.origin)
            self._board.ring.add("part", [words.origin.field, ("i", position), *fields])
            yield from finished.give()

        here = None
        kernel.lock_scheduler()
        for position, (where, line) in enumerate(sides.items()):
            side = partial(job, position, line)
            if where == "wq":
                yield from probe.begin_in_work_queue(side)
            elif where == "cb":
                yield from probe.begin_in_callback(side)
            elif where == "shell":
                here = side
            else:
                kernel.spawn(where, _PRIORITIES[where], side())
        yield from kernel.unlock_scheduler()
        if here is not None:
            yield from here()
        for _ in sides:
            yield from finished.take()
        return Result(0, ("n", 2), ("points", 0))

    def _state(self, words: Arguments) -> Steps[Result]:
        expect(words, 0, 1)
        ifaces = [find_iface(self._board.ifs, words[0])] if words else self._board.ifs.all
        for iface in ifaces:
            fields = yield from self._describe(iface)
            self._board.ring.add("state", fields)
        return Result()

    def _describe(self, iface: NetIf) -> Steps[list[tuple[str, object]]]:
        control, monitor = self._board.control, self._board.monitor
        flags = 0
        for flag in range(3):
            flags |= (yield from control.get_flag(iface, flag)) << flag
        ignored = yield from monitor.is_ignored(iface)
        timeout = yield from control.get_timeout(iface)
        return [
            ("if", iface.index),
            ("name", iface.name),
            ("admin", int(iface.admin_up)),
            ("oper", iface.oper),
            ("carrier", int(iface.carrier)),
            ("dormant", int(iface.dormant)),
            ("bound", int(control.is_bound(iface))),
            ("ign", int(ignored)),
            ("flags", flags),
            ("tmo", timeout),
            ("m", monitor.letters(iface)),
            ("word", f"{monitor.words[iface.index - 1]:04x}"),
            ("a4", ",".join(map(str, iface.used_addresses(4))) or "-"),
            ("a6", ",".join(map(str, iface.used_addresses(6))) or "-"),
        ]

    def _stats(self, words: Arguments) -> Steps[Result]:
        expect(words, 0, 0)
        board = self._board
        queue = board.mgmt.queue
        return Result(
            0,
            ("used", len(queue.messages)),
            ("peak", board.probe.peak),
            ("size", queue.size),
            ("lost", board.ring.lost),
            ("naks", self.naks),
        )
        yield

    def _reset(self, words: Arguments) -> Steps[Result]:
        """Undo everything: first what could keep events coming, then what is set."""
        expect(words, 0, 0)
        board = self._board
        if board.kernel.current.name != "shell":
            raise Bad("unsupported")
        board.defects.clear()  # one of them could keep a loop of events going
        yield from board.probe.reset()
        for binding in board.control.bindings:
            binding.flags = 1 << NO_AUTO_CONNECT
        yield from self._drain()
        for iface in board.ifs.all:
            iface.settings.clear()
            yield from board.ifs.down(iface)
        yield from self._drain()
        for binding in board.control.bindings:
            if binding.implementation.callbacks:
                yield from binding.implementation.forget(binding)
        for iface in board.ifs.all:
            for address in iface.used_addresses(4) + iface.used_addresses(6):
                yield from board.ifs.remove_address(iface, address.packed)
            yield from board.ifs.set_carrier(iface, True)
            yield from board.ifs.set_dormant(iface, board.is_simulated(iface))
            yield from board.monitor.watch(iface)
        yield from self._drain()
        for binding in board.control.bindings:
            binding.flags = binding.timeout = binding.idle_timeout = 0
        board.defects.update(board.configured_defects)
        for iface in board.ifs.all:
            if iface.auto_start:
                yield from board.ifs.up(iface)
        yield from self._drain()
        return Result()

    def _drain(self) -> Steps[None]:
        """Wait until no event is queued or being delivered."""
        kernel = self._board.kernel
        while self._board.mgmt.is_busy:
            yield from kernel.sleep(1)

    def _reboot(self, words: Arguments) -> Steps[Result]:
        expect(words, 0, 0)
        raise Reboot
        yield


def _split(words: list[str]) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    for word in words:
        if word == ";":
            lines.append([])
        else:
            lines[-1].append(word)
    return lines
