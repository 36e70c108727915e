"""The net_mgmt events that the Connection Manager raises or listens to."""

from enum import StrEnum
from functools import cache


class Event(StrEnum):
    """One kind of event, named as Zephyr names it without `NET_EVENT_`."""

    IF_DOWN = "IF_DOWN"
    IF_UP = "IF_UP"
    IF_ADMIN_DOWN = "IF_ADMIN_DOWN"
    IF_ADMIN_UP = "IF_ADMIN_UP"
    IPV4_ADDR_ADD = "IPV4_ADDR_ADD"
    IPV4_ADDR_DEL = "IPV4_ADDR_DEL"
    IPV4_MADDR_ADD = "IPV4_MADDR_ADD"
    IPV4_MADDR_DEL = "IPV4_MADDR_DEL"
    IPV4_MCAST_JOIN = "IPV4_MCAST_JOIN"
    IPV4_MCAST_LEAVE = "IPV4_MCAST_LEAVE"
    IPV4_ROUTER_ADD = "IPV4_ROUTER_ADD"
    IPV4_ROUTER_DEL = "IPV4_ROUTER_DEL"
    IPV4_DHCP_START = "IPV4_DHCP_START"
    IPV4_DHCP_BOUND = "IPV4_DHCP_BOUND"
    IPV4_DHCP_STOP = "IPV4_DHCP_STOP"
    IPV4_ACD_SUCCEED = "IPV4_ACD_SUCCEED"
    IPV4_ACD_FAILED = "IPV4_ACD_FAILED"
    IPV6_ADDR_ADD = "IPV6_ADDR_ADD"
    IPV6_ADDR_DEL = "IPV6_ADDR_DEL"
    IPV6_MADDR_ADD = "IPV6_MADDR_ADD"
    IPV6_MADDR_DEL = "IPV6_MADDR_DEL"
    IPV6_MCAST_JOIN = "IPV6_MCAST_JOIN"
    IPV6_MCAST_LEAVE = "IPV6_MCAST_LEAVE"
    IPV6_PREFIX_ADD = "IPV6_PREFIX_ADD"
    IPV6_PREFIX_DEL = "IPV6_PREFIX_DEL"
    IPV6_ROUTER_ADD = "IPV6_ROUTER_ADD"
    IPV6_ROUTER_DEL = "IPV6_ROUTER_DEL"
    IPV6_ROUTE_ADD = "IPV6_ROUTE_ADD"
    IPV6_ROUTE_DEL = "IPV6_ROUTE_DEL"
    IPV6_DAD_SUCCEED = "IPV6_DAD_SUCCEED"
    IPV6_DAD_FAILED = "IPV6_DAD_FAILED"
    L4_CONNECTED = "L4_CONNECTED"
    L4_DISCONNECTED = "L4_DISCONNECTED"
    L4_IPV4_CONNECTED = "L4_IPV4_CONNECTED"
    L4_IPV4_DISCONNECTED = "L4_IPV4_DISCONNECTED"
    L4_IPV6_CONNECTED = "L4_IPV6_CONNECTED"
    L4_IPV6_DISCONNECTED = "L4_IPV6_DISCONNECTED"
    DNS_SERVER_ADD = "DNS_SERVER_ADD"
    DNS_SERVER_DEL = "DNS_SERVER_DEL"
    CONN_IF_TIMEOUT = "CONN_IF_TIMEOUT"
    CONN_IF_FATAL_ERROR = "CONN_IF_FATAL_ERROR"
    CONN_IF_IDLE_TIMEOUT = "CONN_IF_IDLE_TIMEOUT"
    CONN_IF_NO_CONFIGURATION = "CONN_IF_NO_CONFIGURATION"


L4_EVENTS = frozenset(
    {
        Event.L4_CONNECTED,
        Event.L4_DISCONNECTED,
        Event.L4_IPV4_CONNECTED,
        Event.L4_IPV4_DISCONNECTED,
        Event.L4_IPV6_CONNECTED,
        Event.L4_IPV6_DISCONNECTED,
    }
)


_UNRELATED_NUMBERS = {
    Event.IPV4_MADDR_ADD: 3,
    Event.IPV4_MADDR_DEL: 4,
    Event.IPV4_MCAST_JOIN: 10,
    Event.IPV4_MCAST_LEAVE: 11,
    Event.IPV4_ROUTER_ADD: 5,
    Event.IPV4_ROUTER_DEL: 6,
    Event.IPV4_DHCP_START: 7,
    Event.IPV4_DHCP_BOUND: 8,
    Event.IPV4_DHCP_STOP: 9,
    Event.IPV6_MADDR_ADD: 3,
    Event.IPV6_MADDR_DEL: 4,
    Event.IPV6_MCAST_JOIN: 7,
    Event.IPV6_MCAST_LEAVE: 8,
    Event.IPV6_PREFIX_ADD: 5,
    Event.IPV6_PREFIX_DEL: 6,
    Event.IPV6_ROUTER_ADD: 9,
    Event.IPV6_ROUTER_DEL: 10,
    Event.IPV6_ROUTE_ADD: 11,
    Event.IPV6_ROUTE_DEL: 12,
}
UNRELATED = frozenset(_UNRELATED_NUMBERS)
"""Events of the IPv4 and IPv6 layers that are none of the Connection Manager's business (REQ-MON-030).

Those of DHCPv6 are not among them: in 3.4.99 their codes are of the IPv4 layer (`net_event.h`).
"""


class Layer(StrEnum):
    """The layer code of an event; a net_mgmt callback listens to exactly one."""

    IFACE = "iface"
    CONN = "conn"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    L4 = "l4"


_LAYER_BY_PREFIX = {"IF": Layer.IFACE, "CONN": Layer.CONN, "IPV4": Layer.IPV4, "IPV6": Layer.IPV6}


@cache
def layer_of(event: Event) -> Layer:
    """Return the layer code that carries this event."""
    return _LAYER_BY_PREFIX.get(event.partition("_")[0], Layer.L4)


# Commands are numbers up to 4.1 and bits from 4.2 (specification 6.2).
_COMMANDS_34: dict[Event, int] = {
    **_UNRELATED_NUMBERS,
    Event.IF_DOWN: 1,
    Event.IF_UP: 2,
    Event.IF_ADMIN_DOWN: 3,
    Event.IF_ADMIN_UP: 4,
    Event.IPV4_ADDR_ADD: 1,
    Event.IPV4_ADDR_DEL: 2,
    Event.IPV6_ADDR_ADD: 1,
    Event.IPV6_ADDR_DEL: 2,
    Event.IPV6_DAD_SUCCEED: 0x0D,
    Event.IPV6_DAD_FAILED: 0x0E,
    Event.L4_CONNECTED: 1,
    Event.L4_DISCONNECTED: 2,
    Event.DNS_SERVER_ADD: 3,
    Event.DNS_SERVER_DEL: 4,
    Event.CONN_IF_TIMEOUT: 1,
    Event.CONN_IF_FATAL_ERROR: 2,
}
_COMMANDS_37: dict[Event, int] = _COMMANDS_34 | {
    Event.IPV4_ACD_SUCCEED: 0x0C,
    Event.IPV4_ACD_FAILED: 0x0D,
    Event.L4_IPV4_CONNECTED: 3,
    Event.L4_IPV4_DISCONNECTED: 4,
    Event.L4_IPV6_CONNECTED: 5,
    Event.L4_IPV6_DISCONNECTED: 6,
    Event.DNS_SERVER_ADD: 7,
    Event.DNS_SERVER_DEL: 8,
}
_COMMANDS_42: dict[Event, int] = {
    **{event: 1 << number - 1 for event, number in _UNRELATED_NUMBERS.items()},
    Event.IF_DOWN: 1,
    Event.IF_UP: 2,
    Event.IF_ADMIN_DOWN: 4,
    Event.IF_ADMIN_UP: 8,
    Event.IPV4_ADDR_ADD: 1,
    Event.IPV4_ADDR_DEL: 2,
    Event.IPV4_ACD_SUCCEED: 0x800,
    Event.IPV4_ACD_FAILED: 0x1000,
    Event.IPV6_ADDR_ADD: 1,
    Event.IPV6_ADDR_DEL: 2,
    Event.IPV6_DAD_SUCCEED: 0x1000,
    Event.IPV6_DAD_FAILED: 0x2000,
    Event.L4_CONNECTED: 1,
    Event.L4_DISCONNECTED: 2,
    Event.L4_IPV4_CONNECTED: 4,
    Event.L4_IPV4_DISCONNECTED: 8,
    Event.L4_IPV6_CONNECTED: 0x10,
    Event.L4_IPV6_DISCONNECTED: 0x20,
    Event.DNS_SERVER_ADD: 0x40,
    Event.DNS_SERVER_DEL: 0x80,
    Event.CONN_IF_TIMEOUT: 1,
    Event.CONN_IF_FATAL_ERROR: 2,
    Event.CONN_IF_IDLE_TIMEOUT: 4,
    Event.CONN_IF_NO_CONFIGURATION: 8,
}
_BASES_32 = {
    Layer.IFACE: 0xD0010000,
    Layer.IPV4: 0xE0040000,
    Layer.IPV6: 0xE0600000,
    Layer.L4: 0xF1140000,
    Layer.CONN: 0xD2070000,
}
_BASES_64 = {
    Layer.IFACE: 0xD010 << 48,
    Layer.IPV4: 0xE030 << 48,
    Layer.IPV6: 0xE040 << 48,
    Layer.L4: 0xF050 << 48,
    Layer.CONN: 0xD020 << 48,
}


def command_numbers(*, families: bool, wide: bool) -> dict[Event, int]:
    """Return each event's command part: a number up to 4.1, a bit from 4.2.

    `families` is true where the IPv4 and IPv6 L4 events exist (3.7), `wide` where codes have 64
    bits (4.2). Source: specification 6.2.
    """
    if wide:
        return _COMMANDS_42
    return _COMMANDS_37 if families else _COMMANDS_34


def event_codes(*, families: bool, wide: bool) -> dict[Event, int]:
    """Return the whole code of each event, as `command_numbers` with its layer (REQ-EVT-011)."""
    bases = _BASES_64 if wide else _BASES_32
    return {
        event: bases[layer_of(event)] | command
        for event, command in command_numbers(families=families, wide=wide).items()
    }
