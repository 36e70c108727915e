"""How a device ended: crash, hang, restart (REQ-LIFE, addendum of November 2026, section 3)."""

from connmgr_hil.vocabulary.observations import Crashed, Reset, Stuck


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
