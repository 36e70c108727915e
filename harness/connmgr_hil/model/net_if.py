"""Rules of `net_if`: admin and oper state, addresses, duplicate address detection.

Source: `subsys/net/ip/net_if.c`; specification 1.1.
"""

from collections.abc import Sequence

from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.status import status_text

from .driver import AN_ERROR
from .kernel import Answer, Kernel, Routine, Switch
from .observed import Arm
from .room import has_room
from .state import Address

DAD_USEC = 100_000
"""How long duplicate address detection takes at least."""

AUTOCONF = "fe80::"
"""Stands for the link-local address that an iface makes for itself when DAD is built in."""


def net_if_up(kernel: Kernel, index: int) -> Answer:
    """`net_if_up`: ADMIN_UP, then IF_UP if that makes the iface oper-up (REQ-EVT-008)."""
    yield from kernel.lock(f"iface {index}")
    iface = kernel.iface(index)
    status = "0"
    if iface.admin:
        status = "-EALREADY"
    elif iface.l2_rc < 0:
        status = status_text(iface.l2_rc)
    elif not (yield from kernel.driver(index).starts(kernel, index)):
        status = AN_ERROR
    else:
        kernel.put(index, admin=True)
        yield from kernel.post(Event.IF_ADMIN_UP, index)
        yield from kernel.driver(index).admin_changed(kernel, index)
        status = str(iface.l2_rc)
    kernel.unlock(f"iface {index}")
    yield Switch.PREEMPT
    return status


def net_if_down(kernel: Kernel, index: int) -> Answer:
    """`net_if_down`: ADMIN_DOWN, then IF_DOWN if it was oper-up (REQ-EVT-008)."""
    yield from kernel.lock(f"iface {index}")
    answer = kernel.iface(index).l2_down_rc
    status = status_text(answer)
    if not kernel.iface(index).admin:
        status = "-EALREADY"
    elif answer >= 0:
        yield from kernel.driver(index).stops(kernel, index)
        kernel.put(index, admin=False)
        yield from kernel.post(Event.IF_ADMIN_DOWN, index)
        yield from kernel.driver(index).admin_changed(kernel, index)
    kernel.unlock(f"iface {index}")
    yield Switch.PREEMPT
    return status


def set_carrier(kernel: Kernel, index: int, on: bool) -> Routine:
    """`net_if_carrier_on` and `…_off`: IF_UP or IF_DOWN, nothing else."""
    yield from kernel.lock(f"iface {index}")
    kernel.put(index, carrier=on)
    yield from kernel.driver(index).set_by_hand(kernel, index, on)
    kernel.unlock(f"iface {index}")
    yield Switch.PREEMPT


def set_dormant(kernel: Kernel, index: int, on: bool) -> Routine:
    """`net_if_dormant_on` and `…_off`: IF_DOWN or IF_UP, nothing else."""
    yield from kernel.lock(f"iface {index}")
    kernel.put(index, dormant=on)
    yield from kernel.driver(index).set_by_hand(kernel, index, not on)
    kernel.unlock(f"iface {index}")
    yield Switch.PREEMPT


def update_oper(kernel: Kernel, index: int) -> Routine:
    """IF_UP or IF_DOWN, where admin-up, carrier and dormant now make another oper state."""
    iface = kernel.iface(index)
    oper = iface.admin and iface.carrier and not iface.dormant
    if oper == iface.oper:
        return
    kernel.put(index, oper=oper)
    yield from kernel.post(Event.IF_UP if oper else Event.IF_DOWN, index)
    if oper and kernel.world.hello.dad:
        yield from _start_dad(kernel, index)
    elif not oper and kernel.world.hello.removes_addresses:
        yield from delete_address(kernel, index, AUTOCONF, version=6)


def _start_dad(kernel: Kernel, index: int) -> Routine:
    """Restart detection for all addresses at IF_UP; no address event is raised for it (REQ-MON-036)."""
    iface = kernel.iface(index)
    known = any(address.text == AUTOCONF for address in iface.a6)
    if not known:
        yield from add_address(kernel, index, AUTOCONF, version=6)
    for address in kernel.iface(index).a6:
        if address.text != AUTOCONF:
            _detect(kernel, index, address.text)


def _detect(kernel: Kernel, index: int, text: str) -> None:
    """Begin detection, or restart it.

    Up to 3.6 the kernel then appends to its list what is in it already, and so loses all that come behind it there: their
    addresses stay tentative (`net_if_ipv6_start_dad`).
    """
    _set_address_state(kernel, index, text, "t")
    if kernel.iface(index).oper:
        forgets = not kernel.world.hello.removes_addresses
        kernel.do(Arm(f"dad:{index}:{text}", DAD_USEC, "dad", "dad", forgets))


def _set_address_state(kernel: Kernel, index: int, text: str, state: str) -> None:
    addresses = kernel.iface(index).a6
    kernel.put(
        index,
        a6=tuple(Address(text, state) if each.text == text else each for each in addresses),
    )


def add_address(kernel: Kernel, index: int, text: str, version: int, seconds: int = 0) -> Answer:
    """`net_if_ipv4_addr_add` and `net_if_ipv6_addr_add`; a known address is accepted silently.

    With `seconds` an IPv6 address is deprecated after that time.
    """
    yield from kernel.lock(f"iface {index}")
    status = yield from kernel.driver(index).add_address(kernel, index, text, version, seconds)
    kernel.unlock(f"iface {index}")
    yield Switch.PREEMPT
    return status


def keep_address(kernel: Kernel, index: int, text: str, version: int, seconds: int) -> Answer:
    """Add an address to an iface whose addresses are all known."""
    field = f"a{version}"
    addresses: tuple[Address, ...] = getattr(kernel.iface(index), field)
    status = "0"
    if all(each.text != text for each in addresses):
        if not has_room(kernel, index, version, len(addresses)):
            return "-EINVAL"
        kernel.put(index, **{field: (*addresses, Address(text))})
        if version == 6 and kernel.world.hello.dad:
            _detect(kernel, index, text)
        if seconds:
            kernel.do(Arm(f"lifetime:{index}:{text}", seconds * 1_000_000, "lifetime"))
        event = Event.IPV4_ADDR_ADD if version == 4 else Event.IPV6_ADDR_ADD
        yield from kernel.post(event, index)
    return status


def delete_address(kernel: Kernel, index: int, text: str, version: int) -> Answer:
    """`net_if_ipv4_addr_rm` and `net_if_ipv6_addr_rm`."""
    yield from kernel.lock(f"iface {index}")
    status = yield from kernel.driver(index).delete_address(kernel, index, text, version)
    kernel.unlock(f"iface {index}")
    yield Switch.PREEMPT
    return status


def drop_address(kernel: Kernel, index: int, text: str, version: int) -> Answer:
    """Remove an address from an iface whose addresses are all known."""
    field = f"a{version}"
    addresses: tuple[Address, ...] = getattr(kernel.iface(index), field)
    rest = tuple(each for each in addresses if each.text != text)
    if len(rest) == len(addresses):
        return "-EINVAL"
    kernel.put(index, **{field: rest})
    if version == 6:
        kernel.cancel(f"dad:{index}:{text}")
        kernel.cancel(f"lifetime:{index}:{text}")
    event = Event.IPV4_ADDR_DEL if version == 4 else Event.IPV6_ADDR_DEL
    yield from kernel.post(event, index)
    return "0"


def dad_succeeds(kernel: Kernel, detected: Sequence[tuple[int, str]]) -> Routine:
    """The detection time of these addresses is over: all are preferred before the first DAD_SUCCEED is heard.

    An older kernel raises none if an earlier iface has the same address: it looks up the iface by address, and finds the earlier one (`dad_timeout`).
    """
    everywhere = kernel.world.hello.detects_everywhere
    over = [
        (index, text)
        for index, text in detected
        if any(each.text == text and each.state == "t" for each in kernel.iface(index).a6)
    ]
    for index, text in over:
        _set_address_state(kernel, index, text, "p")
    for index, text in over:
        if everywhere or text == AUTOCONF or _first_holder(kernel, text) == index:
            yield from kernel.post(Event.IPV6_DAD_SUCCEED, index)


def _first_holder(kernel: Kernel, text: str) -> int:
    """Return the index of the first iface that has an IPv6 address."""
    return next(
        index
        for index in kernel.indexes
        if any(each.text == text for each in kernel.iface(index).a6)
    )


def lifetime_ends(kernel: Kernel, index: int, text: str) -> Routine:
    """The lifetime of an address is over: it is deprecated, without an event (REQ-MON-029).

    A newer kernel removes it instead.
    """
    if kernel.world.hello.removes_addresses:
        yield from delete_address(kernel, index, text, version=6)
    else:
        _set_address_state(kernel, index, text, "d")
