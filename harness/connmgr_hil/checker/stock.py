"""Judges firmware without the probe by guarantees alone.

Its implementations are unknown, its return values unseen, its events heard by one late listener: the
model cannot follow it. What must hold whatever the application does is that the monitor's words, the
live state and the events agree once the device has come to rest (REQ-MON-034). For a moment they may
not; two sights of the same disagreement, with time between, are a failure.
"""

from dataclasses import dataclass, field

from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    EventSeen,
    Noise,
    Reply,
    StatusSeen,
    Stimulus,
)
from connmgr_hil.vocabulary.stimuli import Words

from .pieces import is_event_in_pieces, may_be_l4
from .verdict import Failure

REST_USEC = 100_000
"""A disagreement that is still there after so long, in microseconds, is no passing one."""

_LOOKING = frozenset({"state", "advance", "ping", "bound", "ignored"})
"""Commands that change nothing: a disagreement before and after them is the same one."""

_STATUS = ("shell", "net", "cm", "status")

EVENTS = " events"

_CAUSES = frozenset(
    (
        Event.IF_UP, Event.IF_DOWN, Event.IPV4_ADDR_ADD, Event.IPV4_ADDR_DEL, Event.IPV6_ADDR_ADD,
        Event.IPV6_ADDR_DEL, Event.IPV6_DAD_SUCCEED, Event.IPV6_DAD_FAILED,
    )
)  # fmt: skip

_CLASSES = {
    "any": (Event.L4_CONNECTED, Event.L4_DISCONNECTED),
    "IPv4": (Event.L4_IPV4_CONNECTED, Event.L4_IPV4_DISCONNECTED),
    "IPv6": (Event.L4_IPV6_CONNECTED, Event.L4_IPV6_DISCONNECTED),
}


@dataclass
class StockJudge:
    """Compares the status lines of a device with each other and with its L4 events.

    `ifaces` is how many ifaces the monitor tracks: what is said of all is judged when all were seen.
    """

    ifaces: int
    _status: dict[int, StatusSeen] = field(default_factory=dict)
    _up: dict[str, bool] = field(default_factory=dict)
    _since: dict[str, int] = field(default_factory=dict)
    _last_words: str = "hello"
    _spoilt: dict[str, str] = field(default_factory=dict)
    _unnamed: str = ""
    damage: str = ""
    """A disagreement that a damaged line may account for, and that line."""

    def judge(self, number: int, record: AnyRecord) -> Failure | None:
        """Take one more record; return the failure that it proves, if any."""
        if isinstance(record, Stimulus):
            self._last_words = " ".join(record.words)
            self._status.clear()
            if not _looks(record.words):
                self._since.clear()
        elif isinstance(record, EventSeen):
            for kind, (connected, disconnected) in _CLASSES.items():
                if record.name in (connected, disconnected):
                    self._up[kind] = record.name == connected
                    self._spoilt.pop(kind, None)
            if record.name == "-" and may_be_l4(record.info):
                line = f"event of iface {record.iface} {record.info or ''}".rstrip()
                self._spoil(line)
                self._unnamed = line if record.info is None else ""
            elif self._unnamed and record.name in _CAUSES:
                # An L4 event follows what it comes of: that without a name was none of this change.
                self._spoilt = {k: v for k, v in self._spoilt.items() if v != self._unnamed}
            # What was seen before an event and after it need not agree.
            self._since.clear()
            self._status.clear()
        elif isinstance(record, Reply):
            for line in record.values.get("said", "").splitlines():
                self._spoil_by(line)
        elif isinstance(record, Noise):
            self._spoil_by(record.text)
        elif isinstance(record, StatusSeen):
            self._status[record.iface] = record
            for key, seen, wanted in self._disagreements(record):
                began = self._since.setdefault(key, record.t)
                if record.t - began < REST_USEC:
                    continue
                if spoilt := self._spoilt.get(key.removesuffix(EVENTS)):
                    self.damage = (
                        f"{seen}, which the damaged line '{spoilt}' may account for\n"
                        "  next: run it again, and without the log on the same line"
                    )
                else:
                    return self._failure(number, record, seen, wanted)
        return None

    def _spoil_by(self, line: str) -> None:
        if is_event_in_pieces(line):
            self._spoil(line.strip())

    def _spoil(self, line: str) -> None:
        """An L4 event of any kind may be hidden in this line."""
        self._unnamed = ""
        for kind in _CLASSES:
            self._spoilt.setdefault(kind, line)

    def _disagreements(self, status: StatusSeen) -> list[tuple[str, str, str]]:
        """Return (key, seen, wanted) for what does not agree, and forget what agrees again."""
        found: list[tuple[str, str, str]] = []
        iface = status.iface
        ready = status.oper and (status.ipv4 or status.ipv6) and not status.ignored
        checks = [
            (
                f"ready {iface}",
                status.connected == ready,
                f"iface {iface} is {_not(status.connected)}connected, {_describe(status)}",
                f"{_not(ready)}connected, as follows from the other columns",
            ),
            (
                f"oper {iface}",
                status.admin or not status.oper,
                f"iface {iface} is oper-up and admin-down",
                "oper-down, since it is admin-down",
            ),
        ]
        if len(self._status) == self.ifaces:
            checks += self._events_agree(status)
        for key, holds, seen, wanted in checks:
            if holds:
                self._since.pop(key, None)
            else:
                found.append((key, seen, wanted))
        return found

    def _events_agree(self, status: StatusSeen) -> list[tuple[str, bool, str, str]]:
        checks = []
        for kind, up in self._up.items():
            ready = any(_ready(each, kind) for each in self._status.values())
            name = _CLASSES[kind][0 if up else 1]
            checks.append(
                (
                    f"{kind}{EVENTS}",
                    ready == up,
                    (
                        f"the last event of its kind was {name}; status: "
                        f"{'an' if ready else 'no'} iface is connected (seen with iface {status.iface})"
                    ),
                    f"{_CLASSES[kind][0 if ready else 1]} as the last event",
                )
            )
        return checks

    def _failure(self, number: int, status: StatusSeen, seen: str, wanted: str) -> Failure:
        table = "\n".join(
            f"iface {each.iface}:  {'admin-up' if each.admin else 'admin-down'}, {_describe(each)}, "
            f"{_not(each.connected)}connected"
            for _, each in sorted(self._status.items())
        )
        return Failure(
            ("REQ-MON-034",),
            "After quiet, the monitor's state is what follows from the ifaces",
            number, status.t, seen, (wanted,), (), self._last_words, table,
        )  # fmt: skip


def _looks(words: Words) -> bool:
    return words[0] in _LOOKING or words[: len(_STATUS)] == _STATUS


def _ready(status: StatusSeen, kind: str) -> bool:
    return status.connected and {"IPv4": status.ipv4, "IPv6": status.ipv6}.get(kind, True)


def _not(holds: bool) -> str:
    return "" if holds else "not "


def _describe(status: StatusSeen) -> str:
    addresses = " + ".join(
        text for text, there in (("IPv4", status.ipv4), ("IPv6", status.ipv6)) if there
    )
    watched = "ignored" if status.ignored else "watched"
    oper = "oper-up" if status.oper else "oper-down"
    return f"{oper}, {watched}, {addresses or 'no IP'}"
