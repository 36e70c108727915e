"""Results of commands, and the parsing of their arguments."""

from collections.abc import Callable

from .kernel import Steps
from .net_if import NetIf, NetIfs

# Linux numbers, as on Zephyr's native boards. Spelled out: the host's own may differ.
ERRNO_SYMBOLS = {
    1: "EPERM", 2: "ENOENT", 5: "EIO", 6: "ENXIO", 9: "EBADF", 11: "EAGAIN", 12: "ENOMEM",
    13: "EACCES", 14: "EFAULT", 16: "EBUSY", 17: "EEXIST", 19: "ENODEV", 22: "EINVAL",
    28: "ENOSPC", 34: "ERANGE", 38: "ENOSYS", 71: "EPROTO", 90: "EMSGSIZE", 92: "ENOPROTOOPT",
    93: "EPROTONOSUPPORT", 95: "ENOTSUP", 97: "EAFNOSUPPORT", 98: "EADDRINUSE",
    99: "EADDRNOTAVAIL", 100: "ENETDOWN", 101: "ENETUNREACH", 103: "ECONNABORTED",
    104: "ECONNRESET", 105: "ENOBUFS", 106: "EISCONN", 107: "ENOTCONN", 108: "ESHUTDOWN",
    110: "ETIMEDOUT", 111: "ECONNREFUSED", 112: "EHOSTDOWN", 113: "EHOSTUNREACH", 114: "EALREADY",
    115: "EINPROGRESS", 116: "ESTALE", 125: "ECANCELED",
}  # fmt: skip


class Bad(Exception):
    """The command was not understood: `command`, `args`, `iface`, `value` or `unsupported`."""


class Origin:
    """For whom a command runs: the tag of a line, or the hook; and how many parts it had."""

    def __init__(self, key: str, value: int) -> None:
        self.field: tuple[str, object] = (key, value)
        self.parts = 0


class Result:
    """The status of a command and the fields its reply has besides."""

    def __init__(self, status: int = 0, *fields: tuple[str, object]) -> None:
        self.status = status
        self.fields: list[tuple[str, object]] = list(fields)

    def all_fields(self, begun_us: int) -> list[tuple[str, object]]:
        """The fields of a reply; `begun_us` is when execution began."""
        symbol = ERRNO_SYMBOLS.get(-self.status)
        fields: list[tuple[str, object]] = [("t0", begun_us), *self.fields, ("rc", self.status)]
        if symbol:
            fields.append(("err", symbol))
        return fields


class Arguments(list[str]):
    """The arguments of a command, and for whom it runs."""

    def __init__(self, words: list[str], origin: Origin) -> None:
        super().__init__(words)
        self.origin = origin


CommandHandler = Callable[[Arguments], Steps[Result]]


def expect(words: list[str], least: int, most: int) -> None:
    """Refuse a number of words that is out of range."""
    if not least <= len(words) <= most:
        raise Bad("args")


def number(text: str, low: int = -(1 << 31), high: int = (1 << 31) - 1) -> int:
    """A signed decimal within bounds."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or not low <= int(text) <= high:
        raise Bad("value")
    return int(text)


def switch(text: str) -> bool:
    """`on` or `off`."""
    if text not in ("on", "off"):
        raise Bad("value")
    return text == "on"


def find_iface(ifs: NetIfs, text: str) -> NetIf:
    """The iface whose index this is."""
    try:
        iface = ifs.by_index(number(text))
    except Bad:
        iface = None
    if iface is None:
        raise Bad("iface")
    return iface
