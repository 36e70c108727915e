"""Conditions about readiness and addresses, of the iface and of the others, and about the commands that change them."""

from itertools import pairwise

from connmgr_hil.checker.situations import Condition, Situation
from connmgr_hil.model.state import IGNORED, READY, is_link_local

from .events import of_no_iface
from .ifaces import ignored


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
    """No iface is named, and the status was not requested."""
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


def beside(verb: str) -> Condition:
    """It was ignored or watched, as the verb says, in a burst or at the same time as another command."""
    return lambda s: (verb, str(s.about)) in {*pairwise(s.words)} and s.cause in ("burst", "both")


def ignored_beside_another(s: Situation) -> bool:
    """Another than it was ignored in the burst, and some iface is ready."""
    return "ignore" in s.words and some_ready(s)


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
