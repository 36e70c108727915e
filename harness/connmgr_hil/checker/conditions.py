"""The conditions that rows of the table in `blame` can ask about a situation."""

from collections.abc import Callable
from itertools import pairwise

from connmgr_hil.model.state import (
    IGNORED,
    NO_AUTO_CONNECT,
    NO_AUTO_DOWN,
    PERSISTENT,
    READY,
    is_link_local,
)
from connmgr_hil.vocabulary.observations import EventSeen
from connmgr_hil.vocabulary.stimuli import FLAGS

from .situations import Situation

Condition = Callable[[Situation], bool]


def always(_s: Situation) -> bool:
    """In every situation."""
    return True


# --- the iface and its binding -------------------------------------------------------------------


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


def taken_up_and_auto_connects(s: Situation) -> bool:
    """It was taken admin-up, for which it is to be connected automatically."""
    return s.name == "IF_ADMIN_UP" and not no_auto_connect(s)


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


def of_no_iface(s: Situation) -> bool:
    """What was seen names no iface."""
    return not s.came


# --- attempts and connections --------------------------------------------------------------------


def ended(how: str) -> Condition:
    """The last attempt or connection ended so."""
    return lambda s: s.impl.ended == how


def ended_before(s: Situation) -> bool:
    """There was a connection or an attempt before."""
    return bool(s.impl.ended)


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
    return s.impl.lingers or s.impl.ended == "down"


# --- answers -------------------------------------------------------------------------------------


def refuses_up(s: Situation) -> bool:
    """The L2 refuses to be enabled."""
    return bool(s.iface.l2_rc)


def connect_positive(s: Situation) -> bool:
    """The implementation answers connect with a positive status."""
    return s.impl.connect_rc > 0


def connect_refused(s: Situation) -> bool:
    """The implementation refuses to connect."""
    return s.impl.connect_rc < 0


def connect_refused_up(s: Situation) -> bool:
    """... when it was taken up."""
    return s.cause == "up" and bool(s.impl.connect_rc)


def up_and_connect_refused(s: Situation) -> bool:
    """... and its admin-up was seen."""
    return s.name == "IF_ADMIN_UP" and connect_refused(s)


def disconnect_refused(s: Situation) -> bool:
    """The implementation refuses to disconnect."""
    return bool(s.impl.disconnect_rc)


def refused_idle_disconnect(s: Situation) -> bool:
    """disconnect was answered with an error, though nothing was to be disconnected."""
    return s.status != "0" and s.impl.ended != "disconnect"


def answered_positive(s: Situation) -> bool:
    """The answer was a positive status."""
    return s.status.isdigit() and s.status != "0"


def timeout_negative(s: Situation) -> bool:
    """Its timeout is negative."""
    return s.iface.timeout < 0


def flag_unknown(s: Situation) -> bool:
    """The flag does not exist in this release."""
    name = s.word(2)
    flag = FLAGS.index(name) if name in FLAGS else int(name or 0)
    return not 0 <= flag < s.world.profile.flags


def null_pointer(s: Situation) -> bool:
    """The value or the length of an option is a NULL pointer."""
    return s.word(3).startswith("null")


def other_than_the_value(s: Situation) -> bool:
    """Status, name or length of an option are others than those of a value that can be read."""
    return s.status != "0" or s.word(2) != "1" or s.value.get("len") != "4"


def value_of_another(s: Situation) -> bool:
    """The value is that of another binding."""
    data = s.value.get("data", "")
    return data != s.impl.option and any(each.impl.option == data for each in s.others)


def stopped_by_an_error(s: Situation) -> bool:
    """A negative status came instead, and some iface does answer with one."""
    refuses = any(
        each.l2_rc or each.impl.connect_rc or each.impl.disconnect_rc for each in s.state.ifaces
    )
    return bool(s.about) and refuses and s.status.startswith("-")


def answered_not_bound(s: Situation) -> bool:
    """-ENOTSUP came instead."""
    return s.status == "-ENOTSUP"


def came_shutdown(s: Situation) -> bool:
    """-ESHUTDOWN came instead."""
    return s.status == "-ESHUTDOWN"


# --- bulk calls ----------------------------------------------------------------------------------


def ignored_and_not_skipped(s: Situation) -> bool:
    """It is ignored, and the bulk call shall act on ignored ifaces too."""
    return ignored(s) and s.inner[2:3] == ("0",)


def acts_on_ignored(what: str) -> Condition:
    """A bulk call of this kind acted on an ignored iface, which it should skip."""

    def condition(s: Situation) -> bool:
        there = s.inner[1:] == (what, "1") and 0 < s.came <= len(s.state.ifaces)
        return there and bool(s.state.ifaces[s.came - 1].word & IGNORED)

    return condition


def bulk(what: str) -> Condition:
    """The bulk call is of this kind."""
    return lambda s: s.word(1) == what


def leaves_out_an_earlier(what: str) -> Condition:
    """A bulk call of this kind acted on an iface behind the one whose turn it was."""
    return lambda s: s.word(1) == what and s.came > s.about


def answered_zero(s: Situation) -> bool:
    """A bulk call was answered with 0, and should not have been."""
    return s.status == "0"


def disconnects_unbound(s: Situation) -> bool:
    """Bulk disconnect acted on an iface to which nothing is bound."""
    return s.inner[1:2] == ("disconnect",) and s.came > 0 and not s.world.iface(s.came).bound


def leaves_out_unbound(s: Situation) -> bool:
    """Bulk connect left out an iface to which nothing is bound."""
    return s.inner[1:2] == ("connect",) and unbound(s)


def bulk_answered_error(what: str) -> Condition:
    """A bulk call of this kind was answered with an error."""
    return lambda s: s.inner[1:2] == (what,) and s.status != "0"


def bulk_answered_no_error(what: str) -> Condition:
    """A bulk call of this kind was answered with 0 or a positive status, and should not have been."""
    return lambda s: s.inner[1:2] == (what,) and (answered_zero(s) or answered_positive(s))


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


# --- readiness -----------------------------------------------------------------------------------


def ready(s: Situation) -> bool:
    """It is ready."""
    return bool(s.iface.word & READY)


def unready(s: Situation) -> bool:
    """It is not ready."""
    return not ready(s)


def some_ready(s: Situation) -> bool:
    """Some iface is ready."""
    return any(each.word & READY for each in s.state.ifaces)


def others_ready(s: Situation) -> bool:
    """Another iface is ready."""
    return any(each.word & READY for each in s.others)


def none_other_ready(s: Situation) -> bool:
    """No other iface is ready."""
    return not others_ready(s)


def nothing_was_ready(s: Situation) -> bool:
    """No iface is named, and nobody asked for the status."""
    return not s.came and s.cause != "resend"


def never_ready(s: Situation) -> bool:
    """No iface was ready so far."""
    return not some_ready(s) and not any(s.state.blames)


def never_ready_and_of_no_iface(s: Situation) -> bool:
    """... and what was seen names none."""
    return of_no_iface(s) and never_ready(s)


def all_ready_ignored(s: Situation) -> bool:
    """Nothing is ready, and an iface is ignored that would be."""
    return not some_ready(s) and any(each.word & IGNORED and each.oper for each in s.state.ifaces)


def no_address_alone(s: Situation) -> bool:
    """It has no address, is watched, and no other is ready."""
    return bool(s.about) and no_address(s) and not ignored(s) and not others_ready(s)


def adds_an_address(s: Situation) -> bool:
    """An address is added."""
    return s.word(2) == "add"


def ignored_and_watched(s: Situation) -> bool:
    """It was ignored and watched again in one burst."""
    pairs = {*pairwise(s.words)}
    return {(verb, str(s.came)) for verb in ("ignore", "watch")} <= pairs


def of_offloaded(s: Situation) -> bool:
    """Only offloaded ifaces were meant."""
    return s.word(1) == "null"


def no_address(s: Situation) -> bool:
    """It has no address."""
    return not (s.iface.a4 or s.iface.a6)


def tentative(s: Situation) -> bool:
    """It is oper-up and unready, and an address of it is tentative."""
    addresses = s.iface.a4 + s.iface.a6
    waits = any(each.state == "t" for each in addresses)
    return s.iface.oper and waits and unready(s) and not ignored(s)


def only_link_local4(s: Situation) -> bool:
    """Its only addresses are IPv4 ones that are link-local."""
    texts = [each.text for each in s.iface.a4]
    return bool(texts) and not s.iface.a6 and all(map(is_link_local, texts)) and not ignored(s)


def left_with_link_local(s: Situation) -> bool:
    """It has IPv4 addresses left, and none of them counts."""
    return bool(s.iface.a4) and not any(each.counts for each in s.iface.a4)


def keeps_ipv6(s: Situation) -> bool:
    """It has an IPv6 address that counts, and no IPv4 one."""
    return any(each.counts for each in s.iface.a6) and not s.iface.a4


def address_on_last_iface(s: Situation) -> bool:
    """An address was added to the iface with the highest index."""
    return s.cause in ("addr4", "addr6") and s.about == len(s.state.ifaces)


def only_unique_local(s: Situation) -> bool:
    """An address was added, and all that count are unique local ones."""
    counting = [each.text.lower() for each in s.iface.a4 + s.iface.a6 if each.counts]
    local = bool(counting) and all(text[:2] in ("fc", "fd") for text in counting)
    return s.cause in ("addr4", "addr6") and local


def ignored_not_connect(s: Situation) -> bool:
    """It is ignored, and the application did not ask to connect."""
    return s.cause != "connect" and ignored(s)


def ignored_and_of_l4(s: Situation) -> bool:
    """It is ignored; events of the families have rules of their own."""
    return ignored(s) and s.name in ("L4_CONNECTED", "L4_DISCONNECTED")


# --- what was seen -------------------------------------------------------------------------------


def listener_gone(s: Situation) -> bool:
    """The listener is not registered."""
    return isinstance(s.seen, EventSeen) and all(
        each.name != s.seen.listener for each in s.state.listeners
    )


def not_raised_and_owed(s: Situation) -> bool:
    """Nobody raised it, and something else is owed."""
    return s.cause != "raise" and s.owed is not None


def raised(name: str) -> Condition:
    """An event of this name was raised by command."""
    return lambda s: s.inner[1:2] == (name,)


def seen_is(name: str) -> Condition:
    """An event of this name was seen."""
    return lambda s: s.name == name


def of_control(s: Situation) -> bool:
    """It is an event of connectivity control."""
    return s.name.startswith("CONN_")


def of_l4(s: Situation) -> bool:
    """It is an event of the monitor."""
    return s.name.startswith("L4_")


def of_a_family(s: Situation) -> bool:
    """The event that is owed is of one family."""
    return s.owed is not None and str(s.owed.key[1]).startswith("L4_IP")
