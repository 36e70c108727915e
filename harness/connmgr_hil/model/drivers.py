"""The three kinds of driver behind an iface: none, the simulated implementation, or an unknown one."""

from collections.abc import Generator
from dataclasses import replace

from connmgr_hil.vocabulary.facts import IfaceFacts

from . import implementation, monitor, net_if, real, unseen
from .driver import Driver
from .kernel import Kernel, Routine, Switch
from .state import UNKNOWN


def _starts(*_: object) -> Generator[Switch, None, bool]:
    yield from ()
    return True


def _nothing(*_: object) -> Routine:
    yield from ()


def _ignore(*_: object) -> None:
    """Do nothing: all is known, and nothing changes by itself."""


def _is_up(kernel: Kernel, index: int) -> int:
    """As `net_if_is_up` tells."""
    iface = kernel.iface(index)
    return iface.admin and iface.oper


SIMULATED = Driver(
    starts=_starts,
    stops=_nothing,
    admin_changed=net_if.update_oper,
    set_by_hand=lambda kernel, index, _: net_if.update_oper(kernel, index),
    add_address=net_if.keep_address,
    delete_address=net_if.drop_address,
    may_lack_connect=lambda *_: False,
    is_configured=lambda kernel, index: kernel.impl(index).configured,
    reacts=_nothing,
    init=implementation.init,
    connect=implementation.connect,
    disconnect=implementation.disconnect,
    set_opt=implementation.set_opt,
    get_opt=implementation.get_opt,
    start_idle=implementation.start_idle,
    oper_seen=_is_up,
    about_to_change=_ignore,
    word_told=lambda _kernel, _index, _bit, word: word,
    readiness=monitor.readiness,
    announced=_ignore,
)
"""The simulated implementation of the sample application (`zephyr_app/PROTOCOL.md`, section 4)."""

NONE = replace(SIMULATED, init=_nothing, start_idle=_ignore)
"""No implementation; the Connection Manager calls none of an iface that is not bound."""

UNKNOWN_ONE = Driver(
    starts=real.driver_starts,
    stops=real.driver_stops,
    admin_changed=real.admin_changed,
    set_by_hand=real.switched,
    add_address=real.add_address,
    delete_address=real.delete_address,
    may_lack_connect=real.lacks_connect,
    is_configured=lambda kernel, _: not kernel.choose(2),
    reacts=real.changes_itself,
    init=_nothing,
    connect=real.connect,
    disconnect=real.disconnect,
    set_opt=real.set_opt,
    get_opt=real.get_opt,
    start_idle=_ignore,  # its traffic, unseen, restarts the timer
    oper_seen=lambda *_: UNKNOWN,  # its link may have gone meanwhile
    about_to_change=unseen.about_to_change,
    word_told=real.word_told,
    readiness=real.readiness,
    announced=real.announced,
)
"""A board's own iface, or a user's: nothing but its guarantees is known."""


def driver_of(facts: IfaceFacts) -> Driver:
    """Return what is behind an iface."""
    if facts.is_real:
        return UNKNOWN_ONE
    return SIMULATED if facts.bound else NONE
