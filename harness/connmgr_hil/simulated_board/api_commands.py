"""Commands that call the public API: ifaces, addresses, control, monitor and bulk functions."""

import errno
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from .bulk import Bulk
from .kernel import Steps
from .net_if import NetIf
from .results import Arguments, Bad, CommandHandler, Result, expect, find_iface, number, switch

if TYPE_CHECKING:
    from .board import Board

_FLAGS = {"PERSISTENT": 0, "NO_AUTO_CONNECT": 1, "NO_AUTO_DOWN": 2, "DISCONNECTING": 3}
_VALUE_BYTES, _BUFFER_BYTES = 64, 32
_INFO_BYTES = 256


def event_info(text: str) -> bytes:
    """The info of `raise` and `fatal`: an int, or `len=N` for N zero bytes."""
    if text.startswith("len="):
        return bytes(number(text[4:], 0, _INFO_BYTES))
    return number(text).to_bytes(4, "little", signed=True)


class ApiCommands:
    """The table of the commands that are one API call each."""

    def __init__(self, board: "Board") -> None:
        self._ifs = ifs = board.ifs
        self._mgmt = board.mgmt
        self._monitor = monitor = board.monitor
        self._control = control = board.control
        self._bulk = Bulk(board)
        self.table: dict[str, CommandHandler] = {
            "up": self._of_iface(ifs.up),
            "down": self._of_iface(ifs.down),
            "carrier": self._switched(ifs.set_carrier),
            "dormant": self._switched(ifs.set_dormant),
            "addr4": lambda words: self._address(words, socket.AF_INET),
            "addr6": lambda words: self._address(words, socket.AF_INET6),
            "connect": self._of_iface(control.connect),
            "disconnect": self._of_iface(control.disconnect),
            "timeout": self._timeout,
            "idle": self._idle,
            "used": self._used,
            "flag": self._flag,
            "opt-set": self._set_option,
            "opt-get": self._get_option,
            "bound": self._bound,
            "ignore": self._of_iface(monitor.ignore),
            "watch": self._of_iface(monitor.watch),
            "ignored": self._ignored,
            "ignore-l2": self._of_l2(monitor.ignore_l2),
            "watch-l2": self._of_l2(monitor.watch_l2),
            "resend": self._resend,
            "all": self._all,
            "raise": self._raise_event,
        }

    def _iface(self, words: list[str], least: int, most: int) -> NetIf:
        expect(words, least, most)
        return find_iface(self._ifs, words[0])

    def _of_iface(self, call: Callable[[NetIf], Steps[int] | Steps[None]]) -> CommandHandler:
        """A command that names an iface and nothing else; a call without a status returns 0."""

        def command(words: Arguments) -> Steps[Result]:
            return Result((yield from call(self._iface(words, 1, 1))) or 0)

        return command

    def _switched(self, call: Callable[[NetIf, bool], Steps[None]]) -> CommandHandler:
        """A command that switches something of an iface on or off."""

        def command(words: Arguments) -> Steps[Result]:
            yield from call(self._iface(words, 2, 2), switch(words[1]))
            return Result()

        return command

    def _of_l2(self, call: Callable[[str | None], Steps[None]]) -> CommandHandler:
        """A command that names an L2 and nothing else."""

        def command(words: Arguments) -> Steps[Result]:
            yield from call(self._l2(words))
            return Result()

        return command

    # The world

    def _address(self, words: list[str], family: socket.AddressFamily) -> Steps[Result]:
        iface = self._iface(words, 3, 4 if family is socket.AF_INET6 else 3)
        lifetime = number(words[3], 1, 0xFFFF) if len(words) == 4 else 0
        try:
            packed = socket.inet_pton(family, words[2])
        except OSError:
            raise Bad("value") from None
        if words[1] == "add":
            done = yield from self._ifs.add_address(iface, packed, lifetime)
        elif words[1] == "del":
            done = yield from self._ifs.remove_address(iface, packed)
        else:
            raise Bad("value")
        return Result(0 if done else -errno.EINVAL)

    def _raise_event(self, words: Arguments) -> Steps[Result]:
        expect(words, 2, 3)
        name = words[0]
        if name not in self._mgmt.codes.code or name == "PRIVATE":
            raise Bad("value")
        iface = None if words[1] == "0" else find_iface(self._ifs, words[1])
        info = event_info(words[2]) if len(words) == 3 else b""
        yield from self._mgmt.notify(name, iface, info)
        return Result()

    # Control

    def _timeout(self, words: Arguments) -> Steps[Result]:
        iface = self._iface(words, 1, 2)
        if len(words) == 2:
            return Result((yield from self._control.set_timeout(iface, number(words[1]))))
        return Result(0, ("value", (yield from self._control.get_timeout(iface))))

    def _idle(self, words: Arguments) -> Steps[Result]:
        self._need_idle_timeout()
        iface = self._iface(words, 1, 2)
        if len(words) == 2:
            return Result(self._control.set_idle_timeout(iface, number(words[1])))
        return Result(0, ("value", self._control.get_idle_timeout(iface)))
        yield

    def _used(self, words: Arguments) -> Steps[Result]:
        self._need_idle_timeout()
        self._control.used(self._iface(words, 1, 1))
        return Result()
        yield

    def _need_idle_timeout(self) -> None:
        if not self._control.profile.idle_timeout:
            raise Bad("unsupported")

    def _flag(self, words: Arguments) -> Steps[Result]:
        iface = self._iface(words, 2, 3)
        flag = _FLAGS[words[1]] if words[1] in _FLAGS else number(words[1])
        if len(words) == 3:
            return Result((yield from self._control.set_flag(iface, flag, switch(words[2]))))
        return Result(0, ("value", int((yield from self._control.get_flag(iface, flag)))))

    def _set_option(self, words: Arguments) -> Steps[Result]:
        iface = self._iface(words, 3, 4)
        name = number(words[1])
        value: bytes | None = None
        if words[2] != "null":
            try:
                value = bytes.fromhex(words[2])
            except ValueError:
                raise Bad("value") from None
            if len(value) > _VALUE_BYTES:
                raise Bad("value")
        if len(words) == 4:
            length = number(words[3], 0, _VALUE_BYTES)
            value = None if value is None else value[:length].ljust(length, b"\0")
        return Result((yield from self._control.set_opt(iface, name, value)))

    def _get_option(self, words: Arguments) -> Steps[Result]:
        iface = self._iface(words, 3, 3)
        name = number(words[1])
        if words[2] == "null-length":
            return Result(-errno.EINVAL)
        if words[2] == "null-value":
            return Result(-errno.EINVAL, ("len", 0))
        room = number(words[2], 0, _BUFFER_BYTES)
        status, length, value = yield from self._control.get_opt(iface, name, room)
        result = Result(status, ("len", length))
        if status == 0:
            result.fields.append(("data", value.hex()))
        return result

    def _bound(self, words: Arguments) -> Steps[Result]:
        return Result(0, ("value", int(self._control.is_bound(self._iface(words, 1, 1)))))
        yield

    # Monitor

    def _ignored(self, words: Arguments) -> Steps[Result]:
        ignored = yield from self._monitor.is_ignored(self._iface(words, 1, 1))
        return Result(0, ("value", int(ignored)))

    def _l2(self, words: list[str]) -> str | None:
        expect(words, 1, 1)
        if words[0] == "null":
            return None
        if all(iface.l2 != words[0] for iface in self._ifs.all):
            raise Bad("value")
        return words[0]

    def _resend(self, words: Arguments) -> Steps[Result]:
        expect(words, 0, 0)
        yield from self._monitor.resend()
        return Result()

    def _all(self, words: Arguments) -> Steps[Result]:
        expect(words, 2, 2)
        if words[0] not in ("up", "down", "connect", "disconnect") or words[1] not in ("0", "1"):
            raise Bad("value")
        return Result((yield from self._bulk.run(words[0], words[1] == "1")))
