"""Why a board with the probe does not enter machine mode: asks it in human mode, where it still answers."""

import re
import time

from connmgr_hil.transport import Transport
from connmgr_hil.transport.deadlines import HEAR, Deadline

_HELLO = re.compile(rb"\bhello proto=\d+ [^\r\n]*\bboard=(\S+) build=(\S+) nonce=([0-9a-f]+)")
_BY_THE_COMMAND = 2
"""One restart may have another cause; this many, one for each command, are caused by the command."""


def restarts_at_machine_mode(
    line: Transport, boards: tuple[str, ...], build: str, boot: Deadline
) -> str:
    """Return the evidence that `cm mode machine` restarts a board; empty if it does not, or another board answers.

    Each boot has its own nonce, which `cm hello` shows.
    """
    nonces = [_nonce(line, boards, build, HEAR)]
    while nonces[-1] and len(nonces) <= _BY_THE_COMMAND:
        line.write(b"\x03\rcm mode machine\r")
        nonces.append(_nonce(line, boards, build, boot))
    if not nonces[-1] or len(set(nonces)) < len(nonces):
        return ""
    return f"'cm mode machine' restarts it: its nonce was {', then '.join(nonces)}"


def _nonce(line: Transport, boards: tuple[str, ...], build: str, wait: Deadline) -> str:
    """Return the nonce that a board tells in human mode, empty if it tells none in time."""
    deadline = wait.after()
    while time.monotonic() < deadline:
        line.write(b"\x03\rcm hello\r")
        heard = b""
        until = min(HEAR.after(), deadline)
        while time.monotonic() < until:
            heard += line.read(until)
            if (found := _HELLO.search(heard)) is None:
                continue
            board, of, nonce = (each.decode() for each in found.groups())
            meant = (not boards or board in boards) and (not build or of == build)
            return nonce if meant else ""
    return ""
