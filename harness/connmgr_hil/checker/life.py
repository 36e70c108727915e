"""What the death of a device breaks: crash, hang, restart (REQ-LIFE, addendum of November 2026, section 3)."""

from connmgr_hil.vocabulary.observations import Crashed, Reset, Stuck

Broken = tuple[str, str]
"""A requirement's id, and what it says."""

_ENDS = ("REQ-LIFE-001", "No stimulus makes the device end")
_RETURNS = ("REQ-LIFE-002", "Every API call returns")
_RESTARTS = ("REQ-LIFE-003", "The device does not restart unless it was told to")
_DELIVERS = ("REQ-LIFE-004", "Events that are queued are delivered")
_MEMORY = ("REQ-LIFE-005", "No memory is corrupted")

_MEMORY_REASONS = frozenset({"stack-overflow", "sanitizer"})


def broken_by(record: Crashed | Stuck | Reset) -> Broken:
    """Return the requirement that the end, halt or restart of a device breaks."""
    if isinstance(record, Reset):
        return _RESTARTS
    if isinstance(record, Crashed):
        return _MEMORY if record.reason in _MEMORY_REASONS else _ENDS
    return _DELIVERS if record.what in ("dispatcher", "monitor") else _RETURNS


def kind_of(record: Crashed | Stuck | Reset) -> str:
    """Return what makes two deaths the same kind, for those who compare failures."""
    if isinstance(record, Reset):
        return "reset"
    return f"crash {record.reason}" if isinstance(record, Crashed) else f"stuck {record.what}"


MISSING = frozenset({"reply", "state", "silence"})
"""The kinds of failures in which something that was owed did not come."""


def explains(record: Crashed | Stuck, kind: str) -> bool:
    """Tell whether what stopped in a device is why something was missing: a failure of that kind."""
    stopped = isinstance(record, Crashed) or record.what in ("dispatcher", "monitor")
    return stopped and kind in MISSING


def in_words(record: Crashed | Stuck | Reset) -> str:
    """Describe the death of a device in one line."""
    if isinstance(record, Reset):
        return f"restart ({record.how})"
    if isinstance(record, Crashed):
        parts = [f"the device ended: {record.reason}"]
        if record.thread:
            parts.append(f"in thread {record.thread}")
        if record.pc.strip("0x"):
            parts.append(f"at {record.pc}")
        return " ".join(parts)
    what = {"command": "the command has not returned", "device": "the device has not answered"}
    text = what.get(record.what, f"the {record.what} has stopped")
    if record.ms:
        text += f" for {record.ms} ms"
    if record.source == "host":
        text += ", though its machine runs"
    return text


def details(record: Crashed | Stuck | Reset) -> tuple[str, ...]:
    """Return what more is known of a death, a line each: its last output, or what its threads wait for."""
    if isinstance(record, Crashed):
        return tuple(line for line in record.text.splitlines() if line.strip())
    return record.threads if isinstance(record, Stuck) else ()
