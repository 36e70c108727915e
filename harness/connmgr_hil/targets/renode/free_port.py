"""Free ports of this host."""

import socket
from collections.abc import Callable
from typing import TypeVar

from connmgr_hil.vocabulary.errors import RigFault

_ATTEMPTS = 5
_Made = TypeVar("_Made")


class PortTaken(RigFault):
    """Somebody else took the port between our choosing it and Renode's using it."""


def free_port() -> int:
    """Return a TCP port on loopback that is free now; another program may take it any time."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def with_free_port(use: Callable[[int], _Made]) -> _Made:
    """Call `use` with a free port, and with another one for as long as it raises `PortTaken`."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return use(free_port())
        except PortTaken:
            continue
    return use(free_port())


def says_taken(text: str) -> bool:
    """Tell whether these words of Renode mean that a port is in use."""
    return any(word in text.lower() for word in ("already in use", "addressalreadyinuse"))


def reason_of_end(text: str) -> str:
    """Return the line of what Renode printed that says why it ended, which stands before the stack trace; empty for none."""
    lines = [line.strip() for line in text.splitlines()]
    taken = [line for line in lines if says_taken(line)]
    thrown = [line for line in lines if "exception" in line.lower() and not line.startswith("at ")]
    return next(iter(taken or thrown), "")[:400]
