"""Rules of ifaces with an unknown driver and implementation: a board's own, or a user's.

Their cable, network, driver and implementation may change them at any time, so nothing but their guarantees
holds (REQ-IMP, REQ-MON): oper-up only while admin-up; bound ones oper-up only while an attempt is on its way; at most
one TIMEOUT for each attempt, and not before its time. What follows from a change is Zephyr's, and exact.
Which addresses there are is not known, only whether one counts; `SOME4` and `SOME6` stand for any that does.
"""

from collections.abc import Generator
from typing import NamedTuple

from connmgr_hil.vocabulary.events import L4_EVENTS, Event, Layer, layer_of

from . import unseen
from .driver import AN_ERROR, NO_MORE_THAN_0, Options
from .heard import Impossible
from .kernel import Answer, Kernel, Routine, Switch
from .observed import Arm
from .state import IDLE_TIMEOUT, PERSISTENT, SETTINGS, TIMEOUT, Address, EndedBy
from .unseen import SOME4, SOME6
from .world import World

AT_ONCE_USEC = 12_000
"""An iface that is oper-up so soon after admin-up had its link before: `net_if_up` itself makes it so."""


class Unprompted(NamedTuple):
    """The move of a real iface that changed unprompted: the event it raised, and what it saw of the addresses."""

    event: Event
    iface: int
    v4: bool
    v6: bool
    oper: bool | None = None
    """Whether it was oper-up then; None if that changed just about then."""
    info: str | None = None


class Together(NamedTuple):
    """The move of real ifaces that changed more than once before anybody heard of it, for example in one work item."""

    changes: tuple[Unprompted, ...]


def may_change_unprompted(world: World, event: Event, index: int) -> bool:
    """Tell whether this event of an iface can come unprompted."""
    if not world.is_real(index) or event in L4_EVENTS:
        return False
    if layer_of(event) is Layer.CONN:
        return world.iface(index).bound and event is not Event.CONN_IF_NO_CONFIGURATION
    return event not in (Event.IF_ADMIN_UP, Event.IF_ADMIN_DOWN)


def is_legal(kernel: Kernel, move: Unprompted) -> bool:
    """Tell whether an iface that keeps its guarantees may do this now."""
    unseen.know_oper(kernel, move.iface)
    iface = kernel.iface(move.iface)
    bound = kernel.world.iface(move.iface).bound
    if move.event is Event.IF_UP:
        if iface.impl.lingers:
            return False
        return iface.admin and not iface.oper and (not bound or iface.impl.phase != "idle")
    if move.event is Event.IF_DOWN:
        return iface.oper
    if move.oper not in (None, iface.oper):
        return False
    if move.event is Event.CONN_IF_TIMEOUT:
        return iface.impl.phase == "connecting" and iface.impl.overdue
    if move.event is Event.CONN_IF_IDLE_TIMEOUT:
        return iface.idle_timeout > 0 or bool(iface.unseen & IDLE_TIMEOUT)
    return True


def change_together(kernel: Kernel, move: Together) -> Routine:
    """Several things happen, and all their events are queued before the first is delivered."""
    for change in move.changes:
        yield from change_unprompted(kernel, change)


def change_unprompted(kernel: Kernel, move: Unprompted) -> Routine:
    """Something happens to an iface from outside: by its network, its driver, its implementation.

    Raises `Impossible` if that breaks a guarantee of the iface.
    """
    if not is_legal(kernel, move):
        raise Impossible
    index = move.iface
    if layer_of(move.event) in (Layer.IPV4, Layer.IPV6):
        kernel.put(index, a4=(SOME4,) if move.v4 else (), a6=(SOME6,) if move.v6 else ())
    elif move.event in (Event.IF_UP, Event.IF_DOWN):
        kernel.put(index, oper=move.event is Event.IF_UP)
        _turn(kernel, index)
    elif move.event in (Event.CONN_IF_TIMEOUT, Event.CONN_IF_FATAL_ERROR):
        _give_up(kernel, index, "timeout" if move.event is Event.CONN_IF_TIMEOUT else "fatal")
    yield from kernel.post(move.event, index, move.info)
    if layer_of(move.event) is Layer.CONN and kernel.iface(index).oper and kernel.choose(2):
        # In the same breath, before anybody hears of it
        kernel.put(index, oper=False)
        yield from kernel.post(Event.IF_DOWN, index)


def changes_itself(kernel: Kernel, index: int) -> Routine:
    """A callback of its driver or implementation, or the kernel, adds or removes addresses or leaves the link before anybody hears of it.

    Only what was heard is followed; what came to rest before is a separate move.
    """
    while change := kernel.next_change(index):
        if change.event is Event.IF_DOWN:
            unseen.know_oper(kernel, index)
            if not kernel.iface(index).oper:
                raise Impossible
            kernel.put(index, oper=False)
            _turn(kernel, index)
        else:
            version = 4 if layer_of(change.event) is Layer.IPV4 else 6
            unseen.know_address(kernel, index, version)
            _have(kernel, index, version, change.has)
        yield from kernel.post(change.event, index)


def _turn(kernel: Kernel, index: int) -> None:
    """An attempt succeeded, or a connection was lost: a persistent iface then tries again (REQ-IMP-003)."""
    iface = kernel.iface(index)
    if not kernel.world.iface(index).bound:
        return
    if iface.oper:
        kernel.cancel(f"patience:{index}")
        kernel.put_impl(index, phase="connected", overdue=False)
    elif iface.impl.phase == "connected":
        kernel.put_impl(index, phase="idle", ended="loss")
        if unseen.has_flag(kernel, index, PERSISTENT):
            _attempt(kernel, index)
            kernel.put_impl(index, began="loss")


def _give_up(kernel: Kernel, index: int, ended: EndedBy) -> None:
    kernel.cancel(f"patience:{index}")
    kernel.put_impl(index, phase="idle", ended=ended, overdue=False)


def _attempt(kernel: Kernel, index: int) -> None:
    iface = kernel.iface(index)
    unknown = bool(iface.unseen & TIMEOUT)
    kernel.put_impl(index, phase="connecting", ended="", began="", again=False, overdue=unknown)
    if iface.timeout > 0:
        kernel.do(Arm(f"patience:{index}", iface.timeout * 1_000_000, "patience"))


def patience_ends(kernel: Kernel, index: int) -> Routine:
    """The timeout's seconds have passed: from now on TIMEOUT may come."""
    yield from ()
    kernel.put_impl(index, overdue=True)


def boot(kernel: Kernel, index: int) -> Routine:
    """Driver, implementation and network may have done anything before the monitor looked at the iface."""
    iface = kernel.iface(index)
    facts = kernel.world.iface(index)
    unseen.found(kernel, index)
    if facts.bound:
        kernel.put(index, unseen=SETTINGS)
    if facts.bound and iface.admin:
        _attempt(kernel, index)
    yield from ()


def admin_changed(kernel: Kernel, index: int) -> Routine:
    """The iface was taken admin-up: if it has its link it is oper-up at once. Or it was taken admin-down, and is oper-down."""
    if kernel.iface(index).admin:
        yield from taken_up(kernel, index)
        return
    unseen.know_oper(kernel, index)
    taken_down(kernel, index)
    if kernel.iface(index).oper:
        kernel.put(index, oper=False)
        yield from kernel.post(Event.IF_DOWN, index)
        yield from changes_itself(kernel, index)


def taken_down(kernel: Kernel, index: int) -> None:
    """The iface was taken admin-down: an iface that is up again must have associated again (REQ-IMP-016).

    An attempt that was under way may go on, and succeed unseen (REQ-CTL-044), or end.
    """
    if not kernel.world.iface(index).bound:
        return
    phase = kernel.iface(index).impl.phase
    if phase == "connected":
        kernel.put_impl(index, phase="idle", ended="down")
    elif phase == "connecting":
        kernel.put_impl(index, ended="perhaps, by down")


def lingers_no_more(kernel: Kernel, index: int) -> Routine:
    """A link that was left would have shown by this time, so this one is new."""
    yield from ()
    kernel.put_impl(index, lingers="")


def driver_starts(kernel: Kernel, index: int) -> Generator[Switch, None, bool]:
    """The unseen driver starts or refuses to, and may wait for its device; that matters if other threads run while it waits."""
    if not kernel.may_be_heard(Event.IF_ADMIN_UP, index):
        return False
    if (
        not kernel.guide.is_next(Event.IF_ADMIN_UP, index)
        and kernel.others_are_ready
        and kernel.choose(2)
    ):
        yield Switch.SLEEP
    if kernel.guide.is_close:
        return kernel.guide.is_next(Event.IF_ADMIN_UP, index)
    return kernel.was_taken_up(index) or not kernel.choose(2)


def driver_stops(kernel: Kernel, index: int) -> Routine:
    """The unseen driver stops, and may wait for its device; that matters if other threads run while it waits."""
    yield from changes_itself(kernel, index)
    if kernel.guide.is_next(Event.IF_ADMIN_DOWN, index) or kernel.current is kernel.dispatcher:
        return
    if kernel.others_are_ready and kernel.choose(2):
        yield Switch.SLEEP


def switched(kernel: Kernel, index: int, on: bool) -> Routine:
    """Carrier or dormant was set by hand; what else keeps the iface down is not known."""
    unseen.know_oper(kernel, index)
    if kernel.iface(index).impl.lingers:
        kernel.put_impl(index, lingers="")
    if on:
        yield from _perhaps_up(kernel, index)
    elif kernel.iface(index).oper:
        kernel.put(index, oper=False)
        _turn(kernel, index)
        yield from kernel.post(Event.IF_DOWN, index)
        yield from changes_itself(kernel, index)


def taken_up(kernel: Kernel, index: int) -> Routine:
    """The iface was taken admin-up: if it has its link it is oper-up at once."""
    if kernel.iface(index).impl.lingers:
        kernel.do(Arm(f"lingering:{index}", AT_ONCE_USEC, "lingering"))
    bound = kernel.world.iface(index).bound
    if kernel.iface(index).impl.phase != "idle" or not bound or _left_unheard(kernel, index):
        yield from _perhaps_up(kernel, index)


def _left_unheard(kernel: Kernel, index: int) -> bool:
    """Tell whether the link may still exist, since the implementation has not yet heard that the iface went admin-down."""
    left = kernel.iface(index).impl.ended == "down"
    return left and any(
        (each.event, each.iface) == (Event.IF_ADMIN_DOWN, index) for each in kernel.queue
    )


def _perhaps_up(kernel: Kernel, index: int) -> Routine:
    unseen.know_oper(kernel, index)
    iface = kernel.iface(index)
    if not kernel.may_be_heard(Event.IF_UP, index):
        return
    if iface.admin and not iface.oper and not iface.impl.lingers and kernel.choose(2):
        kernel.put(index, oper=True)
        _turn(kernel, index)
        yield from kernel.post(Event.IF_UP, index)


def lacks_connect(kernel: Kernel, index: int) -> bool:
    """Tell whether the unseen implementation has no connect callback, which does not change."""
    return bool(kernel.settle(f"{index} lacks connect"))


def connect(kernel: Kernel, index: int) -> Answer:
    """The unseen connect callback: it accepts, connects at once, or refuses."""
    unseen.know_oper(kernel, index)
    iface = kernel.iface(index)
    if kernel.guide.is_close:
        how = kernel.settle(f"{index} refuses when {iface.impl.phase}")
    else:
        how = kernel.choose(2 if iface.oper or iface.impl.lingers else 3)
    if how == 1:
        return AN_ERROR
    if iface.oper:
        kernel.put_impl(index, phase="connected", again=True)
        return "0"
    if _goes_on(kernel, index):
        kernel.put_impl(index, ended="", again=True)
    else:
        _attempt(kernel, index)
    yield from changes_itself(kernel, index)
    if how == 2 or (kernel.guide.is_close and _comes_up(kernel, index)):
        kernel.put(index, oper=True)
        _turn(kernel, index)
        yield from kernel.post(Event.IF_UP, index)
        yield from changes_itself(kernel, index)
    return "0"


def _comes_up(kernel: Kernel, index: int) -> bool:
    iface = kernel.iface(index)
    if iface.oper or iface.impl.lingers or not kernel.guide.is_next(Event.IF_UP, index):
        return False
    return bool(kernel.choose(2))


def _goes_on(kernel: Kernel, index: int) -> bool:
    """Tell whether an attempt is under way when another is asked for; admin-down may have ended it."""
    impl = kernel.iface(index).impl
    if impl.phase != "connecting":
        return False
    if impl.ended != "perhaps, by down":
        return True
    if kernel.guide.is_close:
        return bool(kernel.settle(f"{index} goes on"))
    return not kernel.choose(2)


def disconnect(kernel: Kernel, index: int) -> Answer:
    """The unseen disconnect callback: it ends all there is, now or a little later, or refuses."""
    unseen.know_oper(kernel, index)
    oper = kernel.iface(index).oper
    how = kernel.choose(3 if oper else 2)
    if how == 1:
        return AN_ERROR
    _give_up(kernel, index, "disconnect" if oper else "cancelled")
    yield from changes_itself(kernel, index)
    if how == 2 and kernel.iface(index).oper:
        kernel.put(index, oper=False)
        yield from kernel.post(Event.IF_DOWN, index)
        yield from changes_itself(kernel, index)
    return "0"


def add_address(kernel: Kernel, index: int, text: str, version: int, _: int) -> Answer:
    """An address is added to an iface with unknown addresses; it may be there already, or find no room."""
    unseen.know_address(kernel, index, version)
    event = Event.IPV4_ADDR_ADD if version == 4 else Event.IPV6_ADDR_ADD
    tentative = version == 6 and kernel.world.hello.dad
    how = kernel.choose(3)
    if how == 1:
        return "0"
    if how == 2:
        return AN_ERROR
    if Address(text).counts and not tentative:
        _have(kernel, index, version, True)
    yield from kernel.post(event, index)
    return "0"


def delete_address(kernel: Kernel, index: int, _: str, version: int) -> Answer:
    """An address is removed, if it was there; another may be left that counts."""
    unseen.know_address(kernel, index, version)
    how = kernel.choose(3)
    if how == 1:
        return AN_ERROR
    if how == 2:
        _have(kernel, index, version, False)
    yield from kernel.post(Event.IPV4_ADDR_DEL if version == 4 else Event.IPV6_ADDR_DEL, index)
    return "0"


def _have(kernel: Kernel, index: int, version: int, counts: bool) -> None:
    some = SOME4 if version == 4 else SOME6
    kernel.put(index, **{f"a{version}": (some,) if counts else ()})


def announced(kernel: Kernel, event: Event, index: int) -> None:
    """An address event lets the monitor look at addresses, which may have changed since without one."""
    layer = layer_of(event)
    if layer in (Layer.IPV4, Layer.IPV6):
        _have(kernel, index, 4 if layer is Layer.IPV4 else 6, bool(kernel.choose(2)))


def set_opt(*_: object) -> str:
    """The unseen set_opt callback: it accepts or refuses."""
    return NO_MORE_THAN_0


def get_opt(*_: object) -> Options:
    """The unseen get_opt callback: it answers or refuses."""
    return NO_MORE_THAN_0, ()


def word_told(kernel: Kernel, index: int, bit: int, word: int) -> int:
    """An event settles a bit of the monitor's word, and what else was open stays so."""
    unseen.about_to_change(kernel, index)
    unseen.told(kernel, index, bit, bool(word & bit))
    return kernel.iface(index).word & ~bit | word & bit


def readiness(kernel: Kernel, index: int) -> tuple[int, int]:
    """Return for what an iface counts for certain, and for what that is open."""
    sure, perhaps = unseen.readiness_of(kernel, index)
    return sure, perhaps & ~sure
