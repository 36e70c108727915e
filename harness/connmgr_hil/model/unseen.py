"""What is still unknown about a real iface: its state when the monitor started.

Each iface may have been oper-up, and have had an address of either family: eight ways (`Iface.maybe`). Ifaces know nothing of each
other, so each keeps its own ways, and all that is possible together is any of the one with any of the others. Only their totals
belong together, and of these nothing shows but whether they are 0. So of each total either somebody is known to
count, and of the others it may stay open whether they do; or nobody counts. `kernel.total` is how many are known to count.
"""

from collections.abc import Callable, Iterable
from functools import cache

from .kernel import Kernel
from .state import IGNORED, READY, READY4, READY6, SET4, SET6, UP, Address, Iface, State

SOME4, SOME6 = Address("0.0.0.0"), Address("::")  # noqa: S104 - no socket is bound to it
"""Stand for any address that counts."""

FOUND = UP | SET4 | SET6
"""The bits of the monitor's word that say as what an iface was found."""

_FIELDS: tuple[tuple[int, str, object, object], ...] = (
    (UP, "oper", True, False),
    (SET4, "a4", (SOME4,), ()),
    (SET6, "a6", (SOME6,), ()),
)

READINESS = (READY, READY4, READY6)
"""What makes an iface count for each of the monitor's totals."""

ALL = ANY = (1 << FOUND + 1) - 1
"""Every way: a bit for each value that the bits `FOUND` of a word may have."""

ANY_DOWN = sum(1 << way for way in range(FOUND + 1) if not way & UP)
"""Every possible initial state of an iface that is admin-down."""


def ways(maybe: int) -> Iterable[int]:
    """Yield the values that the bits `FOUND` of a word may have."""
    return (way for way in range(FOUND + 1) if maybe >> way & 1)


@cache
def readiness(maybe: int, ignored: bool, families: bool) -> tuple[int, int]:
    """Return the bits of readiness that an iface has for certain, and those that it may have."""
    sure, perhaps = READY | READY4 | READY6, 0
    for way in ways(maybe):
        bits = 0
        if way & UP and not ignored:
            bits |= READY if way & (SET4 | SET6) else 0
            if families:
                bits |= (READY4 if way & SET4 else 0) | (READY6 if way & SET6 else 0)
        sure &= bits
        perhaps |= bits
    return sure, perhaps


def _keep(maybe: int, fits: Callable[[int], bool]) -> int:
    return sum(1 << way for way in ways(maybe) if fits(way))


def readiness_of(kernel: Kernel, index: int) -> tuple[int, int]:
    """Return the bits of readiness that an iface certainly has now, and those that it may have."""
    iface = kernel.iface(index)
    maybe = iface.maybe or 1 << (iface.word & FOUND)
    return readiness(maybe, bool(iface.word & IGNORED), kernel.profile.families)


def _word(iface: Iface, maybe: int) -> dict[str, object]:
    """Return what the monitor's word has for certain when only these ways are left, its readiness aside."""
    left = tuple(ways(maybe))
    certain = FOUND
    for way in left:
        certain &= way
    return {"maybe": maybe if len(left) > 1 else 0, "word": iface.word & ~FOUND | certain}


def _live(iface: Iface, maybe: int) -> dict[str, object]:
    """Return what becomes known of the iface itself when only these ways are left."""
    changes: dict[str, object] = {}
    for bit, field, yes, no in _FIELDS:
        before = {way & bit for way in ways(iface.maybe)}
        now = {way & bit for way in ways(maybe)}
        if len(before) > len(now) == 1:
            changes[field] = yes if bit in now else no
    return changes


def narrow(kernel: Kernel, index: int, maybe: int) -> None:
    """Keep only these possible states of an iface; an iface that must count in all of them counts."""
    iface = kernel.iface(index)
    kernel.put(index, **_word(iface, maybe), **_live(iface, maybe))
    if index not in kernel.marked:
        sure, _ = readiness_of(kernel, index)
        word = kernel.iface(index).word
        for number, bit in enumerate(READINESS):
            if sure & bit and not word & bit:
                kernel.put_total(number, kernel.total(number) + 1)
        kernel.put(index, word=word | sure)


def narrowed(state: State, index: int, maybe: int, *, families: bool) -> State:
    """Return a state, at rest, with only these possible states of an iface left."""
    place = index - 1
    iface = state.ifaces[place]
    now = iface._replace(**_word(iface, maybe), **_live(iface, maybe))  # type: ignore[arg-type]
    sure, _ = readiness(maybe, bool(now.word & IGNORED), families)
    first, second, third = (
        total + bool(sure & bit and not now.word & bit)
        for total, bit in zip(state.counts, READINESS, strict=True)
    )
    ifaces = (*state.ifaces[:place], now._replace(word=now.word | sure), *state.ifaces[place + 1 :])
    return state._replace(ifaces=ifaces, counts=(first, second, third))


def variants(iface: Iface, *, families: bool) -> list[tuple[int, Iface]]:
    """Return each way of an iface, with the state of the iface in it."""
    known = []
    for way in ways(iface.maybe):
        sure, _ = readiness(1 << way, bool(iface.word & IGNORED), families)
        word = iface.word & ~(FOUND | READY | READY4 | READY6) | way | sure
        known.append((way, iface._replace(word=word, oper=bool(way & UP), maybe=0)))
    return known


def found(kernel: Kernel, index: int) -> None:
    """The monitor finds an iface when it starts: an auto-started one in any way, another one oper-down."""
    admin = kernel.iface(index).admin
    kernel.put(index, maybe=ALL)
    kernel.mark(index)
    narrow(kernel, index, ANY if admin else ANY_DOWN)


def has_flag(kernel: Kernel, index: int, flag: int) -> bool:
    """Tell whether a flag is set. One that was neither set nor seen may have either value, and keeps it."""
    iface = kernel.iface(index)
    if iface.unseen & flag:
        put_flag(kernel, index, flag, bool(kernel.choose(2)))
    return bool(kernel.iface(index).flags & flag)


def put_flag(kernel: Kernel, index: int, flag: int, value: bool) -> None:
    """Set a flag or clear it; from now on it is known."""
    iface = kernel.iface(index)
    flags = iface.flags | flag if value else iface.flags & ~flag
    kernel.put(index, flags=flags, unseen=iface.unseen & ~flag)


# --- looking closer ----------------------------------------------------------------------------


def know_oper(kernel: Kernel, index: int) -> None:
    """Settle whether an iface is oper-up, each way in one of the outcomes; a bound one then is connected."""
    if _settled(kernel, index, UP) and kernel.world.iface(index).bound:
        kernel.put_impl(index, phase="connected", overdue=False)


def know_address(kernel: Kernel, index: int, version: int) -> None:
    """Settle whether an iface has an address of a family that counts."""
    _settled(kernel, index, SET4 if version == 4 else SET6)


def _settled(kernel: Kernel, index: int, bit: int) -> bool:
    """Settle a bit; tell whether it was open, and is set now."""
    maybe = kernel.iface(index).maybe
    having = _keep(maybe, lambda way: bool(way & bit))
    if not maybe or having in (0, maybe):
        return False
    have = bool(kernel.choose(2))
    narrow(kernel, index, having if have else maybe & ~having)
    return have


# --- what the monitor makes of it ----------------------------------------------------------------


def told(kernel: Kernel, index: int, bit: int, value: bool) -> None:
    """An event settled a bit of an iface's word, whatever that was before."""
    iface = kernel.iface(index)
    if iface.maybe:
        after = {way | bit if value else way & ~bit for way in ways(iface.maybe)}
        kernel.put(index, **_word(iface, sum(1 << way for way in after)))


def about_to_change(kernel: Kernel, index: int) -> None:
    """Note which of an iface's readiness is open before it changes: the monitor may then find it changed, or not."""
    iface = kernel.iface(index)
    if iface.maybe and index not in kernel.marked:
        sure, perhaps = readiness_of(kernel, index)
        kernel.vague[index] = perhaps & ~sure


def somebody_counts(kernel: Kernel, number: int) -> None:
    """Before the monitor counts again: if no iface is known to count, settle whether any does, and which is the last."""
    bit = READINESS[number]
    known = kernel.total(number)
    for index in sorted(kernel.marked):
        known += bool(readiness_of(kernel, index)[0] & bit) - bool(kernel.iface(index).word & bit)
    if known > 0:
        return
    families, open_ones = kernel.profile.families, []
    for index in sorted(kernel.world.reals):
        sure, perhaps = readiness_of(kernel, index)
        if perhaps & ~sure & bit:
            open_ones.append(index)
    if not open_ones:
        return
    last = kernel.choose(len(open_ones) + 1)  # 0: none, else from the back
    for place, index in enumerate(reversed(open_ones), 1):
        iface = kernel.iface(index)
        ignored = bool(iface.word & IGNORED)
        counting = _keep(
            iface.maybe,
            lambda way, ign=ignored: bool(readiness(1 << way, ign, families)[0] & bit),  # type: ignore[misc]
        )
        if place == last:
            narrow(kernel, index, counting)
            return
        narrow(kernel, index, iface.maybe & ~counting)
