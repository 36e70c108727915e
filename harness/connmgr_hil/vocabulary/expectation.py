"""What a scenario expects to see, written as the specification writes its traces.

`IF_ADMIN_UP(U) IF_UP(U) L4_CONNECTED(U)` is a sequence; `{L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}` is a group in
any order; `connect(A)` is a call of the simulated implementation; `L4_DISCONNECTED(-)` carries no iface, and
`L4_CONNECTED(*)` any.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from .arguments import Callback, did_you_mean
from .errors import BadInput
from .events import UNRELATED, Event
from .facts import REAL
from .observations import CallSeen, Complaint, EventSeen

_NAMED = (*Event.__members__, *Callback)
_GROUPS = re.compile(r"\{\{|\}\}|^\}|\{$")
_TOKEN = re.compile(r"([{}])|([A-Za-z0-9_]+)\(([^)\s]*)\)")


class Mark(NamedTuple):
    """An event or a call that was expected or seen; `where` is a role letter, `-` or `*`."""

    name: str
    where: str

    def __str__(self) -> str:
        return f"{self.name}({self.where})"

    @property
    def is_call(self) -> bool:
        """Whether this is a call of the implementation, not an event."""
        return self.name.islower()

    def fits(self, seen: "Mark") -> bool:
        """Tell whether something seen is what was expected."""
        return self.name == seen.name and self.where in ("*", seen.where)


def parse(text: str) -> list[list[Mark]]:
    """Read an expectation into groups; the marks of a group may come in any order."""
    groups: list[list[Mark]] = []
    inside = False
    if not isinstance(text, str) or re.sub(r"\s+", "", _TOKEN.sub("", text)):
        raise BadInput("this is not an expectation, such as 'IF_UP(U) {A(U) B(U)}'", str(text))
    if _GROUPS.search(re.sub(r"[^{}]", "", text)):
        raise BadInput("the braces of an expectation do not match", text)
    for brace, name, where in _TOKEN.findall(text):
        if brace == "{":
            inside = True
            groups.append([])
        elif brace == "}":
            inside = False
        elif inside:
            groups[-1].append(Mark(name, where))
        else:
            groups.append([Mark(name, where)])
    return groups


def check_names(groups: list[list[Mark]], places: Collection[str]) -> None:
    """Check that all that is expected exists: events and calls by their names, and ifaces, which are `places` on this device.

    Raises `BadInput` naming what was probably meant.
    """
    for mark in (mark for group in groups for mark in group):
        if mark.name not in _NAMED:
            raise BadInput(
                f"there is no event or call {mark.name!r}",
                str(mark),
                did_you_mean(
                    mark.name, _NAMED, "events are named as in Zephyr, without NET_EVENT_"
                ),
            )
        if mark.where not in (*places, "-", "*"):
            have = f"this device has {', '.join(places)}; - is no iface, * any"
            raise BadInput(
                f"{mark.where!r} is not an iface of this device",
                str(mark),
                did_you_mean(mark.where, places, have),
            )


def mark_of(record: EventSeen | CallSeen, letters: dict[int, str]) -> Mark:
    """Return what was seen as a mark."""
    where = "-" if record.iface == 0 else letters.get(record.iface, str(record.iface))
    return Mark(record.name if isinstance(record, EventSeen) else record.op, where)


def difference(groups: list[list[Mark]], seen: list[Mark]) -> str | None:
    """Return None when what was seen fits, else where it first does not."""
    rest = list(seen)
    for group in groups:
        waiting = list(group)
        while waiting:
            if not rest:
                return f"{' '.join(map(str, waiting))} did not come"
            fitting = next((mark for mark in waiting if mark.fits(rest[0])), None)
            if fitting is None:
                return f"{rest[0]} came instead of {' or '.join(map(str, waiting))}"
            waiting.remove(fitting)
            rest.pop(0)
    return f"{rest[0]} came although nothing more was expected" if rest else None


# --- ifaces that live their own life -----------------------------------------------------------

_BY_ITSELF = frozenset(
    {Event.IPV6_ADDR_ADD, Event.IPV6_ADDR_DEL, Event.IPV6_DAD_SUCCEED, Event.IPV6_DAD_FAILED, *UNRELATED}
)  # fmt: skip
"""Where addresses are sought for duplicates, every iface gives itself a link-local one when it comes up."""

_OF_ITS_NETWORK = _BY_ITSELF | {
    Event.IPV4_ADDR_ADD, Event.IPV4_ADDR_DEL, Event.IPV4_ACD_SUCCEED, Event.IPV4_ACD_FAILED,
}  # fmt: skip


def own_left_out(groups: list[list[Mark]], seen: list[Mark], *, dad: bool = False) -> list[Mark]:
    """Leave out address events that the expectation does not name and that an iface has by itself.

    The network of a board's own iface adds and removes addresses at any time; newer kernels delete the DHCP address with
    IF_DOWN. With duplicate address detection (`dad`) every iface gets a link-local one.
    """
    named = {(mark.name, mark.where) for group in groups for mark in group}
    others = _BY_ITSELF if dad else frozenset()
    return [
        mark
        for mark in seen
        if mark.name not in (_OF_ITS_NETWORK if mark.where == REAL else others)
        or (mark.name, mark.where) in named
    ]


_TOLD = re.compile(r"the scenario says: .* shows (?P<shows>[^\n]*)\n  seen: (?P<seen>[^:\n]*): ")


def is_met(complaint: Complaint) -> bool:
    """Tell whether what a complaint misses was there after all, by what is asked of the board's own iface today.

    Complaints of older traces say it in words only.
    """
    shows, seen = complaint.shows, complaint.seen
    if shows is None:
        told = _TOLD.match(complaint.text)
        if told is None:
            return False
        shows = "" if told["shows"] == "nothing" else told["shows"]
        seen = "" if told["seen"] == "nothing" else told["seen"]
    try:
        groups, marks = parse(shows), [mark for group in parse(seen) for mark in group]
    except BadInput:
        return False
    return difference(groups, own_left_out(groups, marks)) is None
