"""From a command of the probe to a line for upstream's own shell, if there is one."""

from collections.abc import Callable

from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.stimuli import Words

FLAGS = ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN")
"""The flags that `net cm flag` knows."""

LONGEST = 60
"""The shell's receive ring is 64 bytes by default: a longer line may lose some of them."""


class Unsupported(UsageError):
    """Stock firmware cannot do this: its shell has no command for it."""

    def __init__(self, words: Words, why: str) -> None:
        super().__init__(
            f"the stock shell cannot do '{' '.join(words)}'",
            why,
            "build the firmware with the probe, and leave out --dialect stock",
        )


def shell_line(words: Words) -> str:
    """Return the line that does what these words of the probe's language do.

    Addresses get the netmask 255.255.255.0, which `net ipv4 add` demands. Raises `Unsupported`
    where there is no such line.
    """
    translate = _LINES.get(words[0])
    if translate is None:
        raise Unsupported(words, "it has no command for that")
    return translate(words)


def _cm(words: Words) -> str:
    return f"net cm {words[0]} {words[1]}"


def _iface(words: Words) -> str:
    return f"net iface {words[0]} {words[1]}"


def _all(words: Words) -> str:
    if words[2] != "1":
        raise Unsupported(words, "its bulk commands always leave ignored ifaces out")
    return f"net cm {words[1]} all"


def _flag(words: Words) -> str:
    if words[2] not in FLAGS:
        raise Unsupported(words, "it knows the flags " + ", ".join(FLAGS))
    line = f"net cm flag {words[1]}"
    if len(words) == 3:
        return f"{line} get {words[2]}"
    return f"{line} set {words[2]} {'yes' if words[3] == 'on' else 'no'}"


def _timeout(words: Words) -> str:
    if len(words) == 2:
        return f"net cm timeout {words[1]} get"
    if not words[2].isdigit():
        raise Unsupported(words, "its timeouts are 0 or greater")
    return f"net cm timeout {words[1]} set {words[2]}"


def _status(words: Words) -> str:
    return " ".join(("net cm status", *words[1:2]))


def _address4(words: Words) -> str:
    line = f"net ipv4 {words[2]} {words[1]} {words[3]}"
    return f"{line} 255.255.255.0" if words[2] == "add" else line


def _address6(words: Words) -> str:
    if len(words) > 4:
        raise Unsupported(words, "its addresses have no lifetime")
    return f"net ipv6 {words[2]} {words[1]} {words[3]}"


def _verbatim(words: Words) -> str:
    return " ".join(words[1:])


_LINES: dict[str, Callable[[Words], str]] = {
    "up": _iface,
    "down": _iface,
    "connect": _cm,
    "disconnect": _cm,
    "ignore": _cm,
    "watch": _cm,
    "all": _all,
    "flag": _flag,
    "timeout": _timeout,
    "state": _status,
    "bound": _status,
    "ignored": _status,
    "addr4": _address4,
    "addr6": _address6,
    "shell": _verbatim,
}
