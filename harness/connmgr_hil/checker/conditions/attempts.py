"""Conditions about attempts and connections: the one under way, and how the last one ended."""

from connmgr_hil.checker.situations import Condition, Situation

from .ifaces import bound, no_auto_connect, persistent


def ended(how: str) -> Condition:
    """The last attempt or connection ended so."""
    return lambda s: s.impl.ended == how


def ended_before(s: Situation) -> bool:
    """There was a connection or an attempt before."""
    return bool(s.impl.ended)


def never_began(s: Situation) -> bool:
    """It is bound, and there was no connection or attempt yet."""
    return bound(s) and s.impl.phase == "idle" and not s.impl.ended


def idle_up_after(how: str) -> Condition:
    """It is admin-up without an attempt, and the last one ended so."""
    return lambda s: s.impl.phase == "idle" and s.iface.admin and s.impl.ended == how


def again(s: Situation) -> bool:
    """connect was called again since the attempt began."""
    return s.impl.again


def again_without_auto_connect(s: Situation) -> bool:
    """connect was called again, and nothing else can have called it."""
    return s.impl.again and no_auto_connect(s)


def again_connected(s: Situation) -> bool:
    """connect was called again, and it is connected."""
    return s.impl.again and connected(s)


def connected(s: Situation) -> bool:
    """It is connected."""
    return s.impl.phase == "connected"


def bound_and_connected(s: Situation) -> bool:
    """It is connected and oper-up."""
    return bound(s) and connected(s) and s.iface.oper


def connecting(s: Situation) -> bool:
    """An attempt is under way."""
    return s.impl.phase == "connecting"


def connecting_without_timeout(s: Situation) -> bool:
    """... that has no timeout."""
    return connecting(s) and not s.iface.timeout


def persistent_without_timeout(s: Situation) -> bool:
    """... of a persistent iface."""
    return connecting_without_timeout(s) and persistent(s)


def connecting_by_itself(s: Situation) -> bool:
    """The attempt that is under way began after a loss."""
    return connecting(s) and bool(s.impl.began)


def began_by_itself(s: Situation) -> bool:
    """The last attempt began after a loss."""
    return bool(s.impl.began)


def began_since_persistent(s: Situation) -> bool:
    """... on an iface that became persistent while it was connected."""
    return s.impl.began == "loss, persistent since"


def failed_attempts(s: Situation) -> bool:
    """Attempts fail by a knob."""
    return bool(s.impl.fails)


def link_outlived_admin_down(s: Situation) -> bool:
    """The link of the last connection may have outlived admin-down."""
    return bool(s.impl.lingers) or s.impl.ended == "down"


def link_outlived_disconnect(s: Situation) -> bool:
    """A link was seen long after a disconnect."""
    return s.impl.lingers in ("disconnect", "cancelled")


def taken_for_persistent(s: Situation) -> bool:
    """A real iface tried again after a loss, as only a persistent one may."""
    return s.facts is not None and s.facts.is_real and s.impl.began == "loss"
