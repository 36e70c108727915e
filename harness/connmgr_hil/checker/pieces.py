"""Recognizes the remains of a line of `net events on` that was damaged, joined to another, or mixed with one.

The stock shell has no checksums: a byte may be lost, or two threads may write at once. The remains of an event then look like noise,
or like another event.
"""

import re
from difflib import SequenceMatcher

_HEAD = "EVENT: L4 ["
_ENOUGH = len(_HEAD) - 2
"""The number of leading characters that must be an event's, in order: one may be lost, and one may be wrong."""

_INSIDE = re.compile(
    r"EVENT|L[234] ?\[-?\d|\] ?(?:dis)?conn|\] ?IPv[46] c|connectivity (?:avail|lost)"
)

_L4_TEXTS = (
    "connected",
    "disconnected",
    "IPv4 connectivity available",
    "IPv4 connectivity lost",
    "IPv6 connectivity available",
    "IPv6 connectivity lost",
)
_ALIKE = 0.6


def is_event_in_pieces(line: str) -> bool:
    """Tell whether a line that is no event has pieces of one."""
    return bool(_INSIDE.search(line)) or _in_order(_HEAD, line) >= _ENOUGH


def _in_order(wanted: str, text: str) -> int:
    """Return how many characters of a text are found in another, in their order but with anything between them."""
    row = [0] * (len(wanted) + 1)
    for character in text:
        before = row[0]
        for place, other in enumerate(wanted, 1):
            above = row[place]
            row[place] = before + 1 if character == other else max(above, row[place - 1])
            before = above
    return row[-1]


def may_be_l4(told: str | None) -> bool:
    """Tell whether an event with an unknown name may be a damaged L4 event; `told` is its text, None if that was not recorded."""
    if told is None:
        return True
    return any(
        SequenceMatcher(None, told, text, autojunk=False).ratio() >= _ALIKE for text in _L4_TEXTS
    )
