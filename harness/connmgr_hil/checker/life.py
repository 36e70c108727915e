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
