"""Commands for the knobs of the simulated connectivity implementation, and for seeded defects."""

from typing import TYPE_CHECKING

from .api_commands import event_info
from .control import Binding
from .defects import KNOWN
from .kernel import Steps
from .results import Arguments, Bad, CommandHandler, Result, expect, find_iface, number
from .simconn import COUNTERS, SimConn

if TYPE_CHECKING:
    from .board import Board


class SimCommands:
    """The table of the commands that play the world around the board."""

    def __init__(self, board: "Board") -> None:
        self._board = board
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
        binding = self._board.control.binding(find_iface(self._board.ifs, text))
        if binding is None or not binding.implementation.callbacks:
            raise Bad("iface")
        return binding, binding.implementation

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
            self._board.defects.clear()
            return Result()
        expect(words, 2, 2)
        name, value = words
        if name not in KNOWN or value not in ("on", "off"):
            raise Bad("value")
        if value == "on":
            self._board.defects.add(name)
        else:
            self._board.defects.discard(name)
        return Result()
        yield

    def _list_defects(self, words: Arguments) -> Steps[Result]:
        expect(words, 0, 0)
        for name in KNOWN:
            begun = ("t0", self._board.kernel.uptime_us)
            part = ("i", words.origin.parts)
            fields = [words.origin.field, part, begun, ("rc", 0), ("name", name)]
            self._board.ring.add("part", fields)
            words.origin.parts += 1
        return Result(0, ("n", len(KNOWN)))
        yield

    def _set_l2(self, setting: str) -> CommandHandler:
        """A command that sets what the stubborn L2 answers."""

        def command(words: Arguments) -> Steps[Result]:
            expect(words, 2, 2)
            iface = find_iface(self._board.ifs, words[0])
            if iface.l2 != "CM_STUBBORN":
                raise Bad("iface")
            iface.settings[setting] = number(words[1])
            return Result()
            yield

        return command
