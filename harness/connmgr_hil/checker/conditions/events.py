"""Conditions about events and calls that were seen, raised or are still owed."""

from connmgr_hil.checker.situations import Condition, Situation
from connmgr_hil.vocabulary.observations import CallSeen, EventSeen

from .ifaces import bound, ignored, no_auto_connect, persistent


def taken_up_and_auto_connects(s: Situation) -> bool:
    """It was taken admin-up, so it must be connected automatically."""
    return s.name == "IF_ADMIN_UP" and not no_auto_connect(s)


def of_no_iface(s: Situation) -> bool:
    """What was seen names no iface."""
    return not s.came


def ignored_and_of_l4(s: Situation) -> bool:
    """It is ignored; events of the families have rules of their own."""
    return ignored(s) and s.name in ("L4_CONNECTED", "L4_DISCONNECTED")


def of_call_while_down(s: Situation) -> bool:
    """An implementation was called whose iface is admin-down."""
    return isinstance(s.seen, CallSeen) and not s.state.ifaces[s.seen.iface - 1].admin


def listener_gone(s: Situation) -> bool:
    """The listener is not registered."""
    return isinstance(s.seen, EventSeen) and all(
        each.name != s.seen.listener for each in s.state.listeners
    )


def not_raised_and_owed(s: Situation) -> bool:
    """It was not raised, and something else is expected."""
    return s.cause != "raise" and s.owed is not None


def raised(name: str) -> Condition:
    """An event of this name was raised by command."""
    return lambda s: s.inner[1:2] == (name,)


def named(name: str) -> Condition:
    """An event of this name was seen."""
    return lambda s: s.name == name


def owes(name: str) -> Condition:
    """An event of this name is expected."""
    return lambda s: s.owed is not None and s.owed.kind == "event" and s.owed.key[1] == name


def down_of_one_not_persistent(s: Situation) -> bool:
    """IF_DOWN of an iface that is not persistent was seen."""
    return s.name == "IF_DOWN" and not persistent(s)


def of_another_bound_iface(s: Situation) -> bool:
    """It is of another iface than the command is for, and that one is bound."""
    return bound(s) and s.word(1) not in ("", str(s.came)) and s.word(1).isdigit()


def of_control(s: Situation) -> bool:
    """It is an event of connectivity control."""
    return s.name.startswith("CONN_")


def of_l4(s: Situation) -> bool:
    """It is an event of the monitor."""
    return s.name.startswith("L4_")


def of_a_family(s: Situation) -> bool:
    """The expected event is of one family."""
    return s.owed is not None and str(s.owed.key[1]).startswith("L4_IP")
