"""Texts for a user whose device misbehaves."""

from connmgr_hil.transport import Transport, escaped
from connmgr_hil.transport.deadlines import Deadline
from connmgr_hil.vocabulary.errors import (
    DeviceDied,
    DeviceFault,
    DeviceReset,
    LineDamaged,
    NoAnswer,
    RigFault,
)
from connmgr_hil.vocabulary.observations import Crashed, Stuck

_AFTER_DEATH = "look at the last commands in the trace; restart() continues"


def _last_bytes(line: Transport) -> str:
    return f"last bytes: {escaped(line.tail)}"


def no_answer(line: Transport, wanted: str, wait: Deadline) -> NoAnswer:
    """Return the error for a device that does not answer."""
    return NoAnswer(
        f"no {wanted} within {wait} from {line.name}",
        _last_bytes(line),
        "is this the UART with the probe's shell, at the right speed, and is the device running?",
    )


def flood(line: Transport, most: int, things: str = "frames") -> DeviceFault:
    """Return the error for a device that sends endlessly."""
    return DeviceFault(
        f"too many {things} for one command",
        f"more than {most} from {line.name}, without an answer; {_last_bytes(line)}",
        "events seem to cause each other endlessly; look at the last ones in the trace",
    )


def babble(line: Transport, most: int) -> LineDamaged:
    """Return the error for a line with too much noise to recognize the device."""
    return LineDamaged(
        "too many lines for one command",
        f"more than {most} from {line.name}, and no answer among them; {_last_bytes(line)}",
        "check baud rate and cable; if another thread of the firmware prints them, silence it",
    )


def misnumbered(line: Transport, error: ValueError) -> LineDamaged:
    """Return the error for ifaces that are not numbered as Zephyr numbers them: some may be missing."""
    return LineDamaged(
        str(error),
        f"this from {line.name}; {_last_bytes(line)}",
        "try again; if it happens again, rebuild the firmware from this release",
    )


def restarted(line: Transport, how: str) -> DeviceReset:
    """Return the error for an unrequested restart; `how` is how it was noticed."""
    return DeviceReset(
        f"the device on {line.name} restarted by itself",
        f"{how}; {_last_bytes(line)}",
        "check its log before this point for a fault or a watchdog reset; restart() continues",
    )


def shared(line: Transport, tags: set[int]) -> RigFault:
    """Return the error for answers to commands that this run never gave."""
    shown = ", ".join(map(str, sorted(tags)))
    return RigFault(
        f"somebody else sends commands to the device on {line.name}",
        f"it answered commands that this run never gave (tags {shown}); {_last_bytes(line)}",
        "end the other program, or use another board",
    )


def died(line: Transport, record: Crashed | Stuck) -> DeviceDied:
    """Return the error for a device that reported its own end."""
    if isinstance(record, Crashed):
        thread = f" in thread {record.thread}" if record.thread else ""
        seen = f"{record.reason}{thread}: {record.text or 'nothing else is known'}"
        return DeviceDied(f"the device on {line.name} has crashed", seen, _AFTER_DEATH)
    waits = "; ".join(record.threads) or "it does not report which threads wait for what"
    seen = f"stuck for {record.ms} ms ({record.what}): {waits}"
    return DeviceDied(f"the device on {line.name} has stopped", seen, _AFTER_DEATH)


def refused(command: str, times: int, why: str) -> RigFault:
    """Return the error for a command that arrives damaged each time."""
    return RigFault(
        f"the device does not understand '{command}'",
        f"refused {times} times (why={why})",
        "the line damages bytes to the device: check baud rate and pacing",
    )
