"""Changes from outside: real ifaces that change without a command and without warning.

The checker accepts a real iface's own events as they come, each as a move that began shortly before it was seen, and judges what
follows like everything else. The events of a window are known before it is judged, so a move may
begin before its event: for commands in between, both orders are allowed.
"""

import ipaddress
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from connmgr_hil.model import World
from connmgr_hil.model.heard import Called, DriverChange, Heard
from connmgr_hil.model.real import Together, Unprompted, may_change_unprompted
from connmgr_hil.model.state import (
    IDLE_TIMEOUT,
    IGNORED,
    SET4,
    SET6,
    TIMEOUT,
    Iface,
    is_link_local,
    word_text,
)
from connmgr_hil.model.unseen import variants
from connmgr_hil.vocabulary.events import UNRELATED, Event, Layer, layer_of
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import EventSeen, Part, Reply, StateSeen, Stimulus
from connmgr_hil.vocabulary.stimuli import Words

EVERY = "all"
"""The first word of the bulk commands."""

SAFE_QUEUE = 64
"""In an event queue of this length no event gets lost, but in storms, which are not followed."""

AHEAD_USEC = 30_000
"""How long before its event a change may have begun: three ticks of a slow clock."""


TEARDOWN_USEC = 3_000_000
"""A link that is there so long after a disconnect was not left."""

MOST_TOGETHER = 8
"""Maximum number of simultaneous changes that are followed: both families, some addresses each, and the link."""


class Foreseen(NamedTuple):
    """A change that a record of this window shows."""

    record: int
    t: int
    move: Unprompted | Called


def foreseen(
    world: World, window: Sequence[tuple[int, object]], acts: Mapping[int, Called]
) -> list[Foreseen]:
    """Return the changes that the records of a window show, in order; `acts` are calls of the application by the numbers of their parts."""
    made = [
        Foreseen(number, record.t, acts[record.index])
        for number, record in window
        if isinstance(record, Part) and record.index in acts
    ]
    if not world.reals:
        return made
    turns = [
        (record.t, record.iface)
        for _, record in window
        if isinstance(record, EventSeen) and record.name in (Event.IF_UP, Event.IF_DOWN)
    ]
    changes = [
        Foreseen(number, record.t, _move(record, turns))
        for number, record in window
        if isinstance(record, EventSeen)
        and record.name in world.codes
        and may_change_unprompted(world, Event(record.name), record.iface)
    ]
    return sorted((*changes, *made), key=lambda each: each.record) if made else changes


def heard(world: World, window: Sequence[tuple[int, object]]) -> Heard | None:
    """Return what a window has of what may go in many ways: of ifaces that are unknown, and of two commands at once.

    None if events may be lost, or come after the window.
    """
    many = world.reals or any(
        isinstance(record, Stimulus) and record.words[0] == "both" for _, record in window
    )
    if not many or not world.hello.coop or world.hello.queue < SAFE_QUEUE:
        return None
    replies = {record.id for _, record in window if isinstance(record, Reply)}
    if any(isinstance(record, Stimulus) and record.id not in replies for _, record in window):
        return None
    events = [
        (Event(record.name), record.iface)
        for _, record in window
        if isinstance(record, EventSeen)
        and record.listener == "early"
        and record.iface in world.reals
        and record.name in (Event.IF_ADMIN_UP, Event.IF_UP)
    ]
    told = [
        word
        for _, record in window
        if isinstance(record, Stimulus)
        for word in _taking_up(record.words)
    ]
    once = (
        index
        for index in world.reals
        if events.count((Event.IF_ADMIN_UP, index)) == 1
        and sum(each in (EVERY, str(index)) for each in told) == 1
    )
    order = tuple(each for _, record in window for each in _heard_of(record))
    changes = tuple(each for _, record in window for each in _changed(world, record))
    return Heard(frozenset(Counter(events).items()), frozenset(once), order, changes)


def _changed(world: World, record: object) -> Iterator[DriverChange]:
    """Yield what a record shows of an unknown iface that may have been done in the midst of a command."""
    if (
        not isinstance(record, EventSeen)
        or record.listener != "early"
        or record.iface not in world.reals
    ):
        return
    if record.name == Event.IF_DOWN:
        yield DriverChange(record.iface, Event.IF_DOWN, has=False)
    elif record.name in _ADDRESS_EVENTS:
        event = Event(record.name)
        has = record.v4 if layer_of(event) is Layer.IPV4 else record.v6
        yield DriverChange(record.iface, event, bool(has))


_ADDRESS_EVENTS = (
    Event.IPV4_ADDR_ADD,
    Event.IPV4_ADDR_DEL,
    Event.IPV6_ADDR_ADD,
    Event.IPV6_ADDR_DEL,
)


def _heard_of(record: object) -> Iterator[tuple[str, int]]:
    if isinstance(record, EventSeen) and record.listener == "early":
        yield record.name, record.iface
    elif isinstance(record, Part):
        yield f"part {record.index}", int(record.status == "0")


def _taking_up(words: Words) -> Iterator[str]:
    """Yield which ifaces a command may take admin-up: by number, or all of them."""
    for before, word, following in zip(("", *words), words, (*words[1:], ""), strict=False):
        if word in ("up", "connect"):
            yield EVERY if before == EVERY else following


def together(
    changes: Sequence[Foreseen], first: int
) -> Iterator[tuple[Unprompted | Together | Called, int]]:
    """Yield what may begin with a change: it alone, or it and those just behind it in one go; and how many will have begun then.

    A driver that drops its address and becomes dormant in one work item does so before the monitor hears of either.
    """
    begun = changes[first].move
    yield begun, first + 1
    if isinstance(begun, Called):
        return
    moves = [begun]
    for number in range(first + 1, min(first + MOST_TOGETHER, len(changes))):
        move = changes[number].move
        if isinstance(move, Called) or changes[number].t - changes[first].t > AHEAD_USEC:
            return
        moves.append(move)
        yield Together(tuple(moves)), number + 1


def _move(seen: EventSeen, turns: Sequence[tuple[int, int]]) -> Unprompted:
    turning = any(index == seen.iface and abs(t - seen.t) <= AHEAD_USEC for t, index in turns)
    oper = None if turning or not seen.admin else seen.oper
    return Unprompted(Event(seen.name), seen.iface, bool(seen.v4), bool(seen.v6), oper, seen.info)


def is_of_driver(world: World, event: object, iface: object) -> bool:
    """Tell whether an event of an iface comes just after a real iface's driver was started or stopped."""
    return iface in world.reals and event in (Event.IF_ADMIN_UP, Event.IF_ADMIN_DOWN)


def is_none_of_ours(world: World, seen: object) -> bool:
    """Tell whether an event is about nothing that the Connection Manager knows.

    A real iface has others, of DHCP for one; with it come DNS servers, which belong to no iface. With duplicate address detection
    every iface joins groups.
    """
    if not isinstance(seen, EventSeen) or not (world.reals or world.hello.dad):
        return False
    if seen.iface and world.raises_others(seen.iface):
        return seen.name == "-" or seen.name in UNRELATED
    return (
        bool(world.reals)
        and not seen.iface
        and (seen.name == "-" or seen.name in UNRELATED or seen.name.startswith("DNS_"))
    )


def real_differences(world: World, iface: Iface, seen: StateSeen) -> list[tuple[str, str, str]]:
    """Return (field, wanted, seen) for each field in which a dumped real iface breaks its guarantees."""
    if iface.maybe:
        each_way = variants(iface, families=world.profile.families)
        return min((real_differences(world, each, seen) for _, each in each_way), key=len)
    facts = world.iface(seen.iface)
    up = seen.admin and seen.carrier and not seen.dormant
    known = 7 & ~iface.unseen
    pairs: list[tuple[str, object, object]] = [
        ("admin", iface.admin, seen.admin),
        ("oper", "up" if iface.oper else "not up", "up" if seen.oper == "up" else "not up"),
        ("oper", "up" if up else "not up", "up" if seen.oper == "up" else "not up"),
        ("bound", facts.bound, seen.bound),
        ("ignored", bool(iface.word & IGNORED), seen.ignored),
        ("flags", iface.flags & known if facts.bound else 0, seen.flags & (known | ~7)),
    ]
    if not iface.unseen & TIMEOUT:
        pairs.append(("timeout", iface.timeout if facts.bound else 0, seen.timeout))
    if seen.monitor != "?":
        pairs.append(("monitor", word_text(iface.word), seen.monitor))
    pairs += [
        pair
        for bit, name, addresses in ((SET4, "a4", seen.a4), (SET6, "a6", seen.a6))
        for pair in [_addresses_agree(bool(iface.word & bit), name, addresses)]
        if pair
    ]
    return [
        (name, str(wanted), str(found))
        for name, wanted, found in pairs
        if str(wanted) != str(found)
    ]


def ways_seen(world: World, iface: Iface, seen: StateSeen) -> int:
    """Return the possible initial states of a real iface that this dump allows; 0 if that is already settled."""
    each_way = variants(iface, families=world.profile.families)
    return sum(1 << way for way, each in each_way if not real_differences(world, each, seen))


def link_seen(facts: IfaceFacts, iface: Iface, seen: StateSeen, left: int) -> Iface:
    """Return a real iface with whether this dump shows a link that should have ended with its last connection (REQ-IMP-016, REQ-CTL-018).

    `left` is when a disconnect was last asked for, which an implementation may take its time for.
    """
    linked = facts.bound and seen.carrier and not seen.dormant and not seen.admin
    ended = iface.impl.ended
    stays = ended == "down" or (
        ended in ("disconnect", "cancelled") and seen.t - left >= TEARDOWN_USEC
    )
    lingers = ended if linked and stays else ""
    if lingers == iface.impl.lingers:
        return iface
    return iface._replace(impl=iface.impl._replace(lingers=lingers))


def settings_seen(iface: Iface, seen: StateSeen) -> Iface:
    """Return a real iface with those settings that this dump shows for the first time."""
    if not iface.unseen & ~IDLE_TIMEOUT:
        return iface
    flags = iface.flags | seen.flags & iface.unseen
    timeout = seen.timeout if iface.unseen & TIMEOUT else iface.timeout
    return iface._replace(flags=flags, timeout=timeout, unseen=iface.unseen & IDLE_TIMEOUT)


def _addresses_agree(
    counted: bool, name: str, addresses: Sequence[str]
) -> tuple[str, object, object] | None:
    """The monitor counts an iface if and only if it has an address that counts."""
    listed = ",".join(addresses) or "-"
    if not counted and any(_counts(each) for each in addresses):
        return name, "no address that counts", listed
    if counted and not addresses:
        return name, "an address", listed
    return None


def _counts(listed: str) -> bool:
    text, _, state = listed.partition("/")
    return state == "p" and not is_link_local(str(ipaddress.ip_address(text)))
