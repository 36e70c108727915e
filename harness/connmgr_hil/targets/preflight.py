"""Checks a board's line once before a run, and describes what answers instead of the probe."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from connmgr_hil.transport import Transport, escaped
from connmgr_hil.transport.deadlines import GLANCE, HEAR, Deadline
from connmgr_hil.vocabulary.errors import ConnMgrHilError, NoProbe

WORDS = b"\rhello\r"
"""What is written to a line to see what comes back; machine mode and a shell answer it with their hello."""

BAUDS = (115200, 9600, 57600, 230400, 460800, 921600, 1000000, 38400)
"""The usual ones, the most usual first."""

_SHOWN = 160

_BOOTLOADERS = re.compile(
    rb"MCUboot|U-Boot|waiting for download|rst:0x|Bootloader|BOOTLOADER|Serial recovery|\[esp-rom|SAM-BA"
)
_ZEPHYR = re.compile(rb"\*\*\* Booting Zephyr OS|uart:~\$")
_REFUSED = re.compile(rb"not found|nknown command|invalid command|not recognized", re.IGNORECASE)


@dataclass(frozen=True)
class Diagnosis:
    """What came over a line on which no probe answered: `text` is what that means, `remedy` what to do, `received` the bytes."""

    text: str
    remedy: str
    received: bytes = b""

    def fault(self, who: str) -> NoProbe:
        """Return it as the error that ends a run before it begins."""
        shown = self.received[-_SHOWN:]
        came = f"; last {len(shown)} bytes: {escaped(shown)}" if shown else ""
        return NoProbe(f"no probe answers on {who}", f"{self.text}{came}", self.remedy)


def diagnose(
    line: Transport, baud: int, reopened: Callable[[int], Transport] | None = None
) -> Diagnosis:
    """Write to a line, listen, and say what it looks like. `reopened` opens it at another baud rate, where that can be tried.

    It takes at most some four seconds.
    """
    received = _heard(line, HEAR)
    if not received:
        return Diagnosis(
            "nothing was received",
            "is the board powered, and is this its console? press its reset button; try RX and TX the other way "
            "round, or another --port",
        )
    if _is_gibberish(received):
        found = _other_baud(baud, reopened)
        told = (
            f"at {found} baud they are readable"
            if found
            else "nor are they readable at the other usual rates"
        )
        remedy = (
            f"set [console] baud = {found} in the platform file"
            if found
            else "is this the console, at the baud rate that the firmware uses?"
        )
        return Diagnosis(
            f"the received bytes are unreadable at {baud} baud; {told}", remedy, received
        )
    return _readable(received)


def _readable(received: bytes) -> Diagnosis:
    if _only_echoed(received):
        return Diagnosis(
            "only what was sent came back",
            "are RX and TX connected to each other, or does a program at the other end echo?",
            received,
        )
    if _BOOTLOADERS.search(received):
        return Diagnosis(
            "a bootloader is waiting, and starts no image",
            "flash the image (cmhil flash), signed if the bootloader asks for that, and reset the board",
            received,
        )
    if _ZEPHYR.search(received):
        return Diagnosis(
            "Zephyr runs, but without the probe",
            "build and flash the application (cmhil build, cmhil flash), or add the probe to yours; "
            "without it: --dialect stock",
            received,
        )
    what = "a shell without the probe" if _REFUSED.search(received) else "something else"
    return Diagnosis(
        f"{what} answered", "is this the board's console? try another --port", received
    )


def _heard(line: Transport, wait: Deadline) -> bytes:
    """Return what comes within that time after our words; nothing if the line ends."""
    received = b""
    try:
        line.write(WORDS)
        deadline = wait.after()
        while time.monotonic() < deadline and len(received) < 65_536:
            received += line.read(deadline)
    except ConnMgrHilError:
        pass
    return received


def _is_gibberish(received: bytes) -> bool:
    """Whether more than a fifth is neither printable nor white space nor an escape of a terminal."""
    odd = sum(
        1 for byte in received if byte >= 0x7F or (byte < 0x20 and byte not in b"\t\r\n\x1b\x08")
    )
    return odd * 5 > len(received)


def _other_baud(baud: int, reopened: Callable[[int], Transport] | None) -> int:
    """Return the baud rate that makes the output readable, 0 if none is found."""
    if reopened is None:
        return 0
    for other in BAUDS:
        if other == baud:
            continue
        try:
            line = reopened(other)
        except ConnMgrHilError:
            continue
        try:
            received = _heard(line, GLANCE)
        finally:
            line.close()
        if len(received) >= 4 and not _is_gibberish(received):
            return other
    return 0


def _only_echoed(received: bytes) -> bool:
    return not received.replace(b"\r", b"").replace(b"\n", b"").replace(b"hello", b"")
