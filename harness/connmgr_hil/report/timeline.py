"""From the records of a trace to a timeline: the order of events, and the state of each iface.

A timeline is a row of slots, one for each command, event and call, in the order in which the device
showed them; slots of one instant stand side by side. The page draws it.
"""

from collections.abc import Iterable, Sequence

import msgspec

from connmgr_hil.checker import Failure
from connmgr_hil.vocabulary.escaping import visible
from connmgr_hil.vocabulary.facts import ROLES, IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    Complaint,
    EventSeen,
    HelloSeen,
    Outside,
    Reply,
    StateSeen,
    Stimulus,
)
from connmgr_hil.vocabulary.stimuli import Words
from connmgr_hil.vocabulary.wording import say

HEAD, TAIL, AFTER = 60, 90, 8
"""Maximum number of slots at the beginning, before the end or the failure, and after a failure."""


_HEADINGS = {"note": "note", "rig": "rig fault", "test": "not shown", "breach": "broken"}
_LEFT_OUT = ("", "reply", "state", "log", "noise", "quirk")
"""PlatformEvidence only where the device failed by them."""
_READ = ("state", "stats", "ping", "hello", "again", "sim")


class Slot(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One thing that happened. `kind`: boot, do, event, call, reply, state, note, gap.

    `record` is its line in the trace, `t` device time in microseconds, `lane` an iface or 0.
    """

    kind: str
    record: int
    t: int
    lane: int
    text: str
    detail: str = ""


class Change(msgspec.Struct, frozen=True, array_like=True):
    """From this slot on, a row of a lane shows this value: `up`, `down`, or what the row is about."""

    slot: int
    lane: int
    row: int
    value: str


class Lane(msgspec.Struct, frozen=True, array_like=True):
    """One iface that takes part. `role` is the letter that scenarios use for it."""

    index: int
    name: str
    role: str
    what: str


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, ready to be drawn.

    `quantum`: slots closer than this many microseconds belong to one instant. `failing` is the slot of
    the observation that was not allowed, -1 if there is none; `commands` are those given before it.
    """

    lanes: tuple[Lane, ...]
    slots: tuple[Slot, ...]
    changes: tuple[Change, ...]
    quantum: int
    failing: int
    commands: tuple[str, ...]


def draw_up(
    records: Sequence[AnyRecord], failure: Failure | None = None, *, failed: bool = False
) -> Timeline:
    """Return the timeline of a trace. `failed` marks the driver's complaint where there is no failure."""
    blamed = failure.record if failure else 0
    if failed and not blamed:
        blamed = next((n for n, each in enumerate(records, 1) if isinstance(each, Complaint)), 0)
    drawer = _Drawer(records, blamed)
    for number, record in drawer.ordered():
        drawer.take(number, record)
    if blamed and drawer.failing < 0:
        drawer.add("note", blamed, drawer.now, 0, "silence", "nothing more came")
        drawer.failing = len(drawer.slots) - 1
    return drawer.timeline()


class _Drawer:
    def __init__(self, records: Sequence[AnyRecord], blamed: int) -> None:
        self._records = records
        self._blamed = blamed
        self._begins = {each.id: each for each in records if isinstance(each, Reply)}
        self._facts: dict[int, IfaceFacts] = {}
        self._quantum = 2_000
        self._row: dict[tuple[int, int], str] = {}
        self._touched: set[int] = set()
        self._commanded = False
        self.now = 0
        self.failing = -1
        self.slots: list[Slot] = []
        self._changes: list[Change] = []
        self._commands: list[str] = []

    def ordered(self) -> Iterable[tuple[int, AnyRecord]]:
        """Yield the records; a command sent ahead stands where the device began to execute it."""
        waiting: list[tuple[int, AnyRecord]] = []
        busy = False
        seen: set[int] = set()
        for number, record in enumerate(self._records, 1):
            if isinstance(record, Stimulus):
                if record.id in seen:
                    continue
                seen.add(record.id)
                if busy:
                    waiting.append((number, record))
                    continue
                busy = True
            yield number, record
            if isinstance(record, Reply):
                busy = bool(waiting)
                if waiting:
                    yield waiting.pop(0)
        yield from waiting

    # --- one record ----------------------------------------------------------------------

    def take(self, number: int, record: AnyRecord) -> None:
        """Add what one record shows."""
        self.now = max(self.now, getattr(record, "t", self.now))
        blamed = number == self._blamed
        before = len(self.slots)
        match record:
            case HelloSeen():
                self._hello(number, record)
            case Stimulus():
                self._stimulus(number, record)
            case EventSeen():
                self._event(number, record)
            case CallSeen():
                self._call(number, record, blamed=blamed)
            case StateSeen():
                if blamed:
                    self._touched.add(record.iface)
                    self._note(number, record)
                self._stands(record)
            case _:
                if blamed or say(record).kind not in _LEFT_OUT:
                    self._note(number, record)
        if blamed and len(self.slots) > before:
            self.failing = len(self.slots) - 1

    def add(self, kind: str, record: int, t: int, lane: int, text: str, detail: str = "") -> None:
        """Append a slot."""
        text, detail = visible(text), visible(detail)
        self.slots.append(Slot(kind=kind, record=record, t=t, lane=lane, text=text, detail=detail))

    def _note(self, number: int, record: AnyRecord) -> None:
        """Append a slot for a record that changes no row of a lane."""
        said = say(record)
        kind = said.kind if said.kind in ("state", "reply") else "note"
        kind = "stimulus" if isinstance(record, Outside) else kind
        t = getattr(record, "t", 0) or self.now
        text, detail = said.text, said.detail
        if said.kind in _HEADINGS:
            text, detail = _HEADINGS[said.kind], said.line()
        detail = "\n".join(filter(None, (detail, *said.more)))
        self.add(kind, number, t, getattr(record, "iface", 0), text, detail)

    def _hello(self, number: int, record: HelloSeen) -> None:
        self._facts = {each.index: each for each in record.ifaces}
        self._quantum = max(2_000, 1_500_000 // max(1, record.facts.ticks))
        self._row.clear()
        self._commanded = False
        self.add("boot", number, record.t, 0, record.start, f"Zephyr {record.facts.zephyr}")

    def _stimulus(self, number: int, record: Stimulus) -> None:
        reply = self._begins.get(record.id)
        self._commanded = True
        if self.failing < 0:
            self._commands.append(visible(" ".join(record.words)))
        self._touched |= _targets(record.words)
        status = reply.status if reply else "no reply"
        self.now = max(self.now, reply.t0) if reply else self.now
        self.add("do", number, self.now, 0, _spoken(record.words), "" if status == "0" else status)

    def _event(self, number: int, record: EventSeen) -> None:
        text = record.name if record.name != "-" else f"{record.code:#x}"
        more = [f"monitor {record.monitor}"] if record.admin is not None else []
        detail = ", ".join((*say(record).details, *more))
        self._touched.add(record.iface)
        self.add("event", number, record.t, record.iface, text, detail)
        if record.admin is not None and record.oper is not None:
            self._set(record.iface, 0, _up(record.admin))
            self._set(record.iface, 1, _up(record.oper))
            self._set(record.iface, 2, _addresses(record.v4, record.v6))
            self._ready(record.iface, record.monitor)

    def _call(self, number: int, record: CallSeen, *, blamed: bool) -> None:
        # What the implementation is asked while booting belongs to the boot, and is the same each time.
        if not self._commanded and not blamed and self.slots and self.slots[-1].kind == "boot":
            boot = self.slots[-1]
            detail = f"{boot.detail}; {record.op} iface {record.iface}"
            self.slots[-1] = msgspec.structs.replace(boot, detail=detail)
            return
        self._touched.add(record.iface)
        self.add("call", number, record.t, record.iface, record.op, "implementation called")

    def _stands(self, record: StateSeen) -> None:
        self._set(record.iface, 0, _up(record.admin))
        oper = record.oper if record.oper in ("up", "dormant") else "down"
        self._set(record.iface, 1, oper)
        counted = [
            sum(a.endswith("/p") and not a.startswith(("169.254.", "fe80:")) for a in addresses)
            for addresses in (record.a4, record.a6)
        ]
        self._set(record.iface, 2, _addresses(*counted))
        self._ready(record.iface, record.monitor)

    def _ready(self, lane: int, monitor: str) -> None:
        if monitor and "?" not in monitor:
            self._set(lane, 3, "ignored" if "i" in monitor else _up("r" in monitor))

    def _set(self, lane: int, row: int, value: str) -> None:
        if self.slots and self._row.get((lane, row)) != value:
            self._row[lane, row] = value
            self._changes.append(Change(len(self.slots) - 1, lane, row, visible(value)))

    # --- the whole -----------------------------------------------------------------------

    def timeline(self) -> Timeline:
        """Return what was drawn up, with the middle left out when it is very long."""
        lanes = tuple(self._lane(index) for index in sorted(self._touched))
        slots, moved = _shortened(self.slots, self.failing)
        changes = [
            Change(moved(change.slot), change.lane, change.row, change.value)
            for change in self._changes
            if change.lane in self._touched
        ]
        return Timeline(
            lanes=lanes,
            slots=tuple(slots),
            changes=tuple(change for change in changes if change.slot < len(slots)),
            quantum=self._quantum,
            failing=moved(self.failing) if self.failing >= 0 else -1,
            commands=tuple(self._commands),
        )

    def _lane(self, index: int) -> Lane:
        facts = self._facts.get(index)
        if facts is None:
            return Lane(index, "no iface" if index == 0 else "unknown", "", "")
        roles = {name: letter for letter, name in ROLES.items()}
        what = f"{facts.l2}, bound to {facts.impl}" if facts.bound else f"{facts.l2}, unbound"
        return Lane(index, visible(facts.name), roles.get(facts.name, ""), visible(what))


class _Moved:
    """Where a slot stands after the middle was left out."""

    def __init__(self, cut: int, gone: int) -> None:
        self._cut, self._gone = cut, gone

    def __call__(self, slot: int) -> int:
        if slot < self._cut:
            return slot
        return max(self._cut, slot - self._gone + 1) if self._gone else slot


def _shortened(slots: list[Slot], failing: int) -> tuple[list[Slot], _Moved]:
    kept = slots[: failing + 1 + AFTER] if failing >= 0 else slots
    gone = len(kept) - HEAD - TAIL
    if gone <= 1:
        return kept, _Moved(0, 0)
    first, last = kept[HEAD], kept[HEAD + gone - 1]
    detail = f"records {first.record} to {last.record} are only in the trace"
    text = f"{gone} more"
    gap = Slot(kind="gap", record=first.record, t=last.t, lane=0, text=text, detail=detail)
    return [*kept[:HEAD], gap, *kept[HEAD + gone :]], _Moved(HEAD, gone)


def _up(value: bool) -> str:
    return "up" if value else "down"


def _addresses(v4: int, v6: int) -> str:
    return "+".join(["IPv4"] * (v4 > 0) + ["IPv6"] * (v6 > 0)) or "down"


def _spoken(words: Words) -> str:
    if len(words) == 2 and words[0] == "advance" and words[1].isdigit():
        return f"advance {int(words[1]) / 1e6:g} s"
    return " ".join(words)


def _targets(words: Words) -> set[int]:
    """Return the ifaces that a command acts on, so that they get a lane."""
    found: set[int] = set()
    for command in " ".join(words).split(" ; "):
        parts = command.split()
        while parts and parts[0] in ("burst", "on", "shell", "wq", "cb"):
            parts = parts[1:]
        if (
            len(parts) > 1
            and parts[0] not in _READ
            and parts[0] != "advance"
            and parts[1].isdigit()
        ):
            found.add(int(parts[1]))
    return found
