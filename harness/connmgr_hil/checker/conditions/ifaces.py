"""Conditions about an iface: how it is bound, what is set for it, and how it stands."""

from connmgr_hil.checker.situations import Situation
from connmgr_hil.model.state import IGNORED, NO_AUTO_CONNECT, NO_AUTO_DOWN, PERSISTENT


def bound(s: Situation) -> bool:
    """An implementation is bound to it."""
    return s.facts is not None and s.facts.bound


def unbound(s: Situation) -> bool:
    """No implementation is bound to it."""
    return s.facts is not None and not s.facts.bound


def bound_to_nothing(s: Situation) -> bool:
    """The device says that it is bound, and there is no implementation."""
    return s.facts is not None and s.facts.bound and s.facts.impl == "-"


def of_null_api(s: Situation) -> bool:
    """Its binding has no API table, and the command asks for it."""
    return (
        s.facts is not None
        and s.facts.impl == "NULLAPI"
        and s.inner[:1] not in (("up",), ("down",), ("state",))
    )


def without_connect(s: Situation) -> bool:
    """Its implementation has no callbacks to connect."""
    return bool(s.about) and not s.world.callbacks(s.about).connects


def without_options(s: Situation) -> bool:
    """It has no callbacks for options."""
    return bool(s.about) and not (bound(s) and s.world.callbacks(s.about).options)


def ignored(s: Situation) -> bool:
    """The monitor ignores it."""
    return bool(s.iface.word & IGNORED)


def persistent(s: Situation) -> bool:
    """It is persistent."""
    return bool(s.iface.flags & PERSISTENT)


def keeps_up(s: Situation) -> bool:
    """Automatic admin-down is switched off for it."""
    return bool(s.iface.flags & NO_AUTO_DOWN)


def no_auto_connect(s: Situation) -> bool:
    """Automatic connect is switched off for it."""
    return bool(s.iface.flags & NO_AUTO_CONNECT)


def no_auto_connect_up(s: Situation) -> bool:
    """... and it is admin-up."""
    return no_auto_connect(s) and s.iface.admin


def another_keeps_up(s: Situation) -> bool:
    """Automatic admin-down is switched off for another."""
    return any(each.flags & NO_AUTO_DOWN for each in s.others)


def switched_off(s: Situation) -> bool:
    """The build has no automatic admin-down."""
    return not s.world.hello.autodown


def switched_off_and_bound(s: Situation) -> bool:
    """... and it is bound."""
    return switched_off(s) and bound(s)


def admin_down(s: Situation) -> bool:
    """It is admin-down."""
    return not s.iface.admin


def oper_down(s: Situation) -> bool:
    """It is not oper-up."""
    return not s.iface.oper


def up_without_carrier(s: Situation) -> bool:
    """It is admin-up without carrier, and watched."""
    return s.iface.admin and not s.iface.carrier and not ignored(s)


def up_and_dormant(s: Situation) -> bool:
    """It is admin-up and dormant, and watched."""
    return s.iface.admin and s.iface.dormant and not ignored(s)
