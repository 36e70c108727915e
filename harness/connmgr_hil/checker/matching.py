"""Compares observations with what the model shows."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from connmgr_hil.model.driver import AN_ERROR, NO_MORE_THAN_0
from connmgr_hil.model.net_if import AUTOCONF
from connmgr_hil.model.observed import Owed
from connmgr_hil.model.state import IGNORED, UNKNOWN, Address, Iface, word_text
from connmgr_hil.model.world import World
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.observations import CallSeen, EventSeen, Part, Reply, StateSeen

from .outside import real_differences

Observation = CallSeen | EventSeen | Part | Reply


def matches(world: World, shown: Owed, seen: Observation) -> bool:
    """Tell whether this observation is the one that the model shows."""
    if isinstance(seen, EventSeen):
        return shown.kind == "event" and _same_event(world, shown, seen)
    if isinstance(seen, CallSeen):
        return shown.kind == "call" and shown.key == (seen.iface, seen.op)
    if isinstance(seen, Part):
        key = (seen.index, seen.hook)
        same = shown.kind == "part" and shown.key[:2] == key
        return same and _same_status(shown.key[2], seen.status) and _has(seen.values, shown.values)
    same = shown.kind == "reply" and _same_status(shown.key[0], seen.status)
    return same and _has(seen.values, shown.values) and _same_refusal(seen.values, shown.values)


def _same_status(wanted: object, seen: str) -> bool:
    if wanted == AN_ERROR:
        return seen.startswith("-")
    return seen == wanted or (wanted == NO_MORE_THAN_0 and (seen == "0" or seen.startswith("-")))


def _has(seen: dict[str, str], wanted: tuple[tuple[str, str], ...]) -> bool:
    return all(seen.get(name) == value for name, value in wanted)


def _same_refusal(seen: dict[str, str], wanted: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether the probe refused a command for the reason that the model expects, or did not refuse it."""
    return seen.get("bad") == dict(wanted).get("bad")


def _same_event(world: World, shown: Owed, seen: EventSeen) -> bool:
    listener, name, iface, admin, oper, info = shown.key
    if seen.listener != listener or seen.name != name:
        return False
    if world.codes[Event.__members__[seen.name]] != seen.code:
        return False
    if iface == UNKNOWN:
        return True
    return (
        seen.iface == iface
        and seen.admin == admin
        and oper in (seen.oper, UNKNOWN)
        and (info is None or seen.info == info)
    )


def same_name(shown: Owed, seen: Observation) -> bool:
    """Tell whether an observation is of the same kind and name, though perhaps different in detail."""
    if isinstance(seen, EventSeen):
        return shown.kind == "event" and shown.key[1] == seen.name and shown.key[0] == seen.listener
    if isinstance(seen, CallSeen):
        return shown.kind == "call" and shown.key[1] == seen.op
    if isinstance(seen, Part):
        return shown.kind == "part"
    return shown.kind == "reply"


def state_differences(world: World, iface: Iface, seen: StateSeen) -> list[tuple[str, str, str]]:
    """Return (field, wanted, seen) for each field in which a dumped iface differs from the model's."""
    if world.is_real(seen.iface):
        return real_differences(world, iface, seen)
    facts = world.iface(seen.iface)
    pairs: list[tuple[str, object, object]] = [
        ("admin", iface.admin, seen.admin),
        ("oper", iface.oper_text, _oper(seen)),
        ("carrier", iface.carrier, seen.carrier),
        ("dormant", iface.dormant, seen.dormant),
        ("bound", facts.bound, seen.bound),
        ("ignored", bool(iface.word & IGNORED), seen.ignored),
        ("flags", iface.flags & 7 if facts.bound else 0, seen.flags),
        ("timeout", iface.timeout if facts.bound else 0, seen.timeout),
        ("a4", *_both(iface.a4, seen.a4)),
        ("a6", *_both(iface.a6, seen.a6)),
    ]
    if seen.monitor != "?":
        pairs.append(("monitor", word_text(iface.word), seen.monitor))
    return [
        (name, str(wanted), str(found))
        for name, wanted, found in pairs
        if wanted != found and str(wanted) != str(found)
    ]


def _oper(seen: StateSeen) -> str:
    """An iface that was never up says so (NET_IF_OPER_UNKNOWN); to a user it is down."""
    return "down" if seen.oper == "other" and not seen.admin else seen.oper


MORE = "+"
"""Stands at the end of a dump's addresses where the frame had no room for all."""


def _both(held: Iterable[Address], listed: tuple[str, ...]) -> tuple[str, str]:
    """Write the addresses that the model has and those that were dumped; of a dump that lacks some, those that it has."""
    wanted = [f"{each.text}/{each.state}" for each in held]
    if listed[-1:] != (MORE,):
        return _addresses(wanted), _addresses(listed)
    found = set(map(_address, listed[:-1]))
    some = [each for each in wanted if _address(each) in found]
    more = "" if len(some) < len(wanted) else f",{MORE}"
    return _addresses(some), _addresses(listed[:-1]) + more


def _addresses(texts: Iterable[str]) -> str:
    """Write addresses one way; an iface's own link-local address has one name in the model."""
    return ",".join(sorted(map(_address, texts))) or "-"


@lru_cache(maxsize=1_000)
def _address(text: str) -> str:
    address, _, state = text.partition("/")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return text  # what is no address is never the model's
    own = parsed.version == 6 and parsed.is_link_local and _is_own(parsed)
    return f"{AUTOCONF if own else parsed}/{state}"


def _is_own(address: ipaddress.IPv6Address | ipaddress.IPv4Address) -> bool:
    """Tell an address made from a link address (EUI-64) from one that a user chose."""
    return address.packed[11:13] == b"\xff\xfe"
