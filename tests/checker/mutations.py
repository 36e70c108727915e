"""Ways to damage a trace: what a device might have shown that no conforming one shows."""

from collections.abc import Callable, Sequence

from msgspec import structs

from connmgr_hil.model.world import World
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    HelloSeen,
    Part,
    Reply,
    StateSeen,
    Stimulus,
    Storm,
)

Records = list[AnyRecord]
Mutation = Callable[[Records], Records]
Timed = CallSeen | EventSeen | Part | Reply | StateSeen | Storm


def labels(records: Sequence[AnyRecord]) -> list[str]:
    """Name each record: `IF_UP 4`, `connect() 1`, `> up 4`, `reply up 4`, `part 0`, `state 4`."""
    words = {each.id: " ".join(each.words) for each in records if isinstance(each, Stimulus)}
    return [_label(record, words) for record in records]


def _label(record: AnyRecord, words: dict[int, str]) -> str:
    if isinstance(record, EventSeen):
        return f"{record.name} {record.iface}"
    if isinstance(record, CallSeen):
        return f"{record.op}() {record.iface}"
    if isinstance(record, Stimulus):
        return f"> {' '.join(record.words)}"
    if isinstance(record, Reply):
        return f"reply {words.get(record.id, '?')}"
    if isinstance(record, Part):
        return f"part {record.index}"
    if isinstance(record, StateSeen):
        return f"state {record.iface}"
    return type(record).__name__


def find(records: Sequence[AnyRecord], what: str) -> int:
    """Return where the record with this label is; `IF_UP 4 #2` means the second of them."""
    label, _, number = what.partition(" #")
    places = [place for place, each in enumerate(labels(records)) if each == label]
    assert places, f"no {label!r} in {labels(records)}"
    return places[int(number or 1) - 1]


def drop(*whats: str) -> Mutation:
    """The device did not show these."""

    def mutate(records: Records) -> Records:
        gone = {find(records, what) for what in whats}
        return [record for place, record in enumerate(records) if place not in gone]

    return mutate


def double(what: str) -> Mutation:
    """The device showed this twice."""

    def mutate(records: Records) -> Records:
        place = find(records, what)
        return [*records[: place + 1], *records[place:]]

    return mutate


def alter(what: str, **fields: object) -> Mutation:
    """One record says something else."""

    def mutate(records: Records) -> Records:
        place = find(records, what)
        changed = structs.replace(records[place], **fields)
        return [*records[:place], changed, *records[place + 1 :]]

    return mutate


def revalue(what: str, **values: str) -> Mutation:
    """A reply or part answers other values."""

    def mutate(records: Records) -> Records:
        record = records[find(records, what)]
        assert isinstance(record, Reply | Part)
        return alter(what, values=record.values | values)(records)

    return mutate


def swap(what: str) -> Mutation:
    """A record and the next one come in the other order."""

    def mutate(records: Records) -> Records:
        place = find(records, what)
        return [
            *records[:place], records[place + 1], records[place], *records[place + 2 :],
        ]  # fmt: skip

    return mutate


def after(what: str, *insertions: Callable[[World, int], AnyRecord]) -> Mutation:
    """The device shows something more, directly after a record."""

    def mutate(records: Records) -> Records:
        place = find(records, what)
        record = records[place]
        assert isinstance(record, Timed)
        hello = next(each for each in records if isinstance(each, HelloSeen))
        world = World.of(hello.facts, hello.ifaces)
        more = [insert(world, record.t) for insert in insertions]
        return [*records[: place + 1], *more, *records[place + 1 :]]

    return mutate


def event(
    name: str, iface: int, *, admin: bool = True, oper: bool = True, code: int | None = None
) -> Callable[[World, int], AnyRecord]:
    """An event at the early listener, with the code that the profile has for it."""
    return lambda world, t: EventSeen(
        t=t,
        listener="early",
        name=name,
        code=world.codes[Event(name)] if code is None else code,
        iface=iface,
        admin=admin if iface else None,
        oper=oper if iface else None,
        info="-" if name == "CONN_IF_FATAL_ERROR" else None,
    )


def call(op: str, iface: int) -> Callable[[World, int], AnyRecord]:
    """A call of the simulated implementation."""
    return lambda _world, t: CallSeen(t=t, iface=iface, op=op)


def part(index: int, status: str = "0") -> Callable[[World, int], AnyRecord]:
    """The answer to a command inside a burst."""
    return lambda _world, t: Part(t=t, index=index, status=status)


def storm(count: int) -> Callable[[World, int], AnyRecord]:
    """The device says that it is flooded with events."""
    return lambda _world, t: Storm(t=t, count=count)


def delay(what: str, usec: int) -> Mutation:
    """From this record on everything comes later in device time."""

    def mutate(records: Records) -> Records:
        place = find(records, what)
        given = {
            record.id for record in records[:place] if isinstance(record, Stimulus)
        }  # fmt: skip
        return [*records[:place], *(later(each, usec, given) for each in records[place:])]

    return mutate


def later(record: AnyRecord, usec: int, begun: set[int]) -> AnyRecord:
    """Return the record as it would be so much later; commands that were begun before keep their beginning."""
    if isinstance(record, Reply):
        t0 = record.t0 if record.id in begun else record.t0 + usec
        return structs.replace(record, t=record.t + usec, t0=t0)
    return structs.replace(record, t=record.t + usec) if isinstance(record, Timed) else record


def cut(what: str) -> Mutation:
    """The run ends with this record."""
    return lambda records: records[: find(records, what) + 1]


def then(*mutations: Mutation) -> Mutation:
    """Several changes, one after the other."""

    def mutate(records: Records) -> Records:
        for each in mutations:
            records = each(records)
        return records

    return mutate
