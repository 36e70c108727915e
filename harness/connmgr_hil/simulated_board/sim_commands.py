# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 The connmgr-hil authors
"""Commands for the knobs of the simulated connectivity implementation, and for seeded defects."""

from .api_commands import event_info
from .control import Binding, Control
from .defects import KNOWN, Defects
from .frames import Ring
from .kernel import Kernel, Steps
from .net_if import NetIfs
from .results import Arguments, Bad, CommandHandler, Result, expect, find_iface, number
from .simconn import COUNTERS, SimConn


class SimCommands:
    """The table of the commands that play the world around the board."""

    def __init__(
        self, kernel: Kernel, ifs: NetIfs, control: Control, defects: Defects, ring: Ring
    ) -> None:
        self._kernel = kernel
        self._ifs = ifs
        self._control = control
        self._defects = defects
        self._ring = ring
        self.table: dict[str, CommandHandler] = {
            "sim": self._sim,
            "lose": self._lose,
            "fatal": self._fatal,
            "defect": self._defect,
            "defects": self._list_defects,
            "l2-enable": self._set_l2("l2-enable"),
            "l2-disable": self._set_l2("l2-disable"),
        }

    def _simulated(self, text: str) -> tuple[Binding, SimConn]:
        binding = self._control.binding(find_iface(self._ifs, text))
        implementation = binding.implementation if binding else None
        if binding is None or not isinstance(implementation, SimConn):
            raise Bad("iface")
        if not implementation.callbacks:
            raise Bad("iface")
        return binding, implementation

    def _sim(self, words: Arguments) -> Steps[Result]:
        if len(words) not in (1, 3):
            raise Bad("args")
        binding, implementation = self._simulated(words[0])
        if len(words) == 3:
            if not (yield from implementation.set_knob(binding.iface, words[1], words[2])):
                raise Bad("value")
            return Result()
        context = implementation.contexts[binding.iface.index]
        result = Result(0, ("state", context.state))
        result.fields += [(name, context.counts[name]) for name in COUNTERS]
        result.fields.append(("last", context.last_thread))
        return result

    def _lose(self, words: Arguments) -> Steps[Result]:
        expect(words, 1, 1)
        binding, implementation = self._simulated(words[0])
        return Result((yield from implementation.lose(binding)))

    def _fatal(self, words: Arguments) -> Steps[Result]:
        expect(words, 1, 2)
        binding, implementation = self._simulated(words[0])
        info = event_info(words[1]) if len(words) == 2 else b""
        yield from implementation.fatal(binding, info)
        return Result()

    def _defect(self, words: Arguments) -> Steps[Result]:
        if words == ["off"]:
            self._defects.clear()
            return Result()
        expect(words, 2, 2)
        name, value = words
        if name not in KNOWN or value not in ("on", "off"):
            raise Bad("value")
        if value == "on":
            self._defects.add(name)
        else:
            self._defects.discard(name)
        return Result()
        yield

    def _list_defects(self, words: Arguments) -> Steps[Result]:
        expect(words, 0, 0)
        for name in KNOWN:
            begun = ("t0", self._kernel.uptime_us)
            fields = [
                words.origin.field,
                ("i", words.origin.parts),
                begun,
                ("rc", 0),
                ("name", name),
            ]
            self._ring.add("part", fields)
            words.origin.parts += 1
        return Result(0, ("n", len(KNOWN)))
        yield

    def _set_l2(self, setting: str) -> CommandHandler:
        """A command that sets what the stubborn L2 answers."""

        def command(words: Arguments) -> Steps[Result]:
            expect(words, 2, 2)
            iface = find_iface(self._ifs, words[0])
            if iface.l2 != "CM_STUBBORN":
                raise Bad("iface")
            iface.settings[setting] = number(words[1])
            return Result()
            yield

        return command
