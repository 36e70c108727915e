"""Conditions about the calls for all ifaces: which one it is, and on which ifaces it acted."""

from connmgr_hil.checker.situations import Condition, Situation
from connmgr_hil.model.state import IGNORED

from .answers import owed_zero, positive, zero
from .ifaces import ignored, unbound


def stopped_by_an_error(s: Situation) -> bool:
    """A negative status came instead, and some iface does answer with one."""
    refuses = any(
        each.l2_rc or each.l2_down_rc or each.impl.connect_rc or each.impl.disconnect_rc
        for each in s.state.ifaces
    )
    return bool(s.about) and refuses and s.status.startswith("-")


def ignored_and_not_skipped(s: Situation) -> bool:
    """It is ignored, and the bulk call shall act on ignored ifaces too."""
    return ignored(s) and s.inner[2:3] == ("0",)


def acts_on_ignored(what: str) -> Condition:
    """A bulk call of this kind acted on an ignored iface, which it should skip."""

    def condition(s: Situation) -> bool:
        there = s.inner[1:] == (what, "1") and 0 < s.came <= len(s.state.ifaces)
        return there and bool(s.state.ifaces[s.came - 1].word & IGNORED)

    return condition


def of(what: str) -> Condition:
    """The bulk call is of this kind."""
    return lambda s: s.word(1) == what


def leaves_out_an_earlier(what: str) -> Condition:
    """A bulk call of this kind acted on an iface behind the one whose turn it was."""
    return lambda s: s.word(1) == what and s.came > s.about


def begins_again_too_early(s: Situation) -> bool:
    """Bulk connect calls an implementation again before everything was seen that taking all ifaces up must show."""
    waits = any(each.kind == "event" and each.key[1] == "IF_ADMIN_UP" for each in s.rest)
    return s.word(1) == "connect" and s.came < s.about and not s.name and waits


def disconnects_unbound(s: Situation) -> bool:
    """Bulk disconnect acted on an iface to which nothing is bound."""
    return s.inner[1:2] == ("disconnect",) and s.came > 0 and not s.world.iface(s.came).bound


def leaves_out_unbound(s: Situation) -> bool:
    """Bulk connect left out an iface to which nothing is bound."""
    return s.inner[1:2] == ("connect",) and unbound(s)


def answered_error(what: str) -> Condition:
    """A bulk call of this kind was answered with an error."""
    return lambda s: s.inner[1:2] == (what,) and s.status != "0"


def answered_another_error(what: str) -> Condition:
    """A bulk call of this kind, or any if empty, was answered with another status than that of an iface."""
    return lambda s: what in ("", s.word(1)) and not owed_zero(s) and not zero(s)


def acted_and_failed(what: str) -> Condition:
    """A bulk call of this kind was answered with an error, though it acted on an iface and none was as wanted already."""
    return lambda s: s.word(1) == what and bool(s.shown) and s.status not in ("0", "-EALREADY")


def answered_no_error(what: str) -> Condition:
    """A bulk call of this kind was answered with 0 or a positive status, and should not have been."""
    return lambda s: s.inner[1:2] == (what,) and (zero(s) or positive(s))


def several_refuse(s: Situation) -> bool:
    """More than one iface answers a bulk call with a status."""
    statuses = [
        status
        for facts, iface in zip(s.world.ifaces, s.state.ifaces, strict=True)
        for status in (iface.l2_rc, iface.impl.connect_rc, iface.impl.disconnect_rc)
        if facts.bound and status
    ]
    return len(statuses) > 1


def connects_all_and_up_is_refused(s: Situation) -> bool:
    """Bulk connect, and an iface cannot be taken up."""
    return s.inner[1:2] == ("connect",) and any(each.l2_rc for each in s.state.ifaces)
