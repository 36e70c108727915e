"""What a device says about itself before it is judged."""

import re
from functools import lru_cache

import msgspec


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a device's hello frame (`zephyr_app/PROTOCOL.md`, section 2).

    `dialect` is `stock` for firmware without the probe. Its facts are deduced and incomplete,
    and it is judged by guarantees alone. `events`: whether it shows events at all.
    """

    proto: int
    app: str
    zephyr: str
    connmgr: str
    board: str
    build: str
    nonce: str
    ipv4: bool = True
    ipv6: bool = True
    dad: bool = False
    autodown: bool = True
    reboot: bool = False
    granted: bool = False
    coop: bool = True
    both: bool = False
    """Whether it executes two commands at once."""
    calls: bool = False
    """Whether it tells what the application itself calls."""
    delivery: str = "thread"
    """Which thread delivers events: net_mgmt's own `thread`, that of the system work `queue`, or the one that raises them (`direct`)."""
    queue: int = 64
    ticks: int = 1000
    ifaces: int = 0
    track: int = 0
    room4: int = 0
    """Unicast IPv4 addresses that an iface has room for, 0 if the device does not say."""
    room6: int = 0
    cfg4: int = 0
    """Ifaces that there are IPv4 configurations for: no other can have an address; 0 if the device does not say."""
    cfg6: int = 0
    first: str = "0"
    dialect: str = "probe"
    events: bool = True

    def has_probe(self, *version: int) -> bool:
        """Tell whether the probe is of this version or newer."""
        numbers = [int(part) for part in self.app.split(".") if part.isdecimal()]
        return numbers >= list(version)

    def has_family(self, version: int) -> bool:
        """Tell whether IPv4 or IPv6 is built in."""
        return self.ipv4 if version == 4 else self.ipv6

    def room(self, version: int) -> int:
        """Return how many addresses of a family an iface has room for, 0 if the device does not say."""
        return self.room4 if version == 4 else self.room6

    def configurations(self, version: int) -> int:
        """Return how many ifaces may have addresses of a family, 0 if the device does not say."""
        return self.cfg4 if version == 4 else self.cfg6

    @property
    def unforeseen(self) -> str:
        """Why the order of events in this build is unpredictable, or an empty string."""
        if self.delivery == "thread" and self.coop:
            return ""
        return {
            "queue": "the system work queue delivers events (CONFIG_NET_MGMT_EVENT_SYSTEM_WORKQUEUE)",
            "direct": "events are delivered in the thread that raises them (CONFIG_NET_MGMT_EVENT_DIRECT)",
        }.get(
            self.delivery,
            "a preemptible thread delivers events (CONFIG_NET_TC_THREAD_PREEMPTIVE)",
        )

    @property
    def removes_addresses(self) -> bool:
        """Whether the kernel removes IPv6 addresses that older ones keep or only deprecate.

        Its own link-local address when an iface ceases to be oper-up, and one whose lifetime is over.
        Seen in Zephyr 4.1.99 and not in 3.4.99 (`subsys/net/ip/net_if.c`); taken to have come with 3.7.
        """
        return _release(self.zephyr) >= (3, 7)

    @property
    def hands_over(self) -> bool:
        """Whether an event bypasses the queue when the dispatcher waits for one, so that there is room for one more.

        A message queue does this for a waiting thread. Seen in Zephyr 3.4.99; in 4.1.99 the dispatcher is a work queue,
        which looks when it is told to (`subsys/net/ip/net_mgmt.c`). Taken to have come with 3.7.
        """
        return _release(self.zephyr) < (3, 7)

    @property
    def detects_everywhere(self) -> bool:
        """Whether the end of duplicate address detection raises an event for each iface with the address.

        An older kernel looks up the iface by address, and raises the event only for the first. Seen in Zephyr 4.1.99 and not
        in 3.4.99 (`dad_timeout` in `subsys/net/ip/net_if.c`); taken to have come with 3.7.
        """
        return _release(self.zephyr) >= (3, 7)

    @property
    def takes_configuration_when_up(self) -> bool:
        """Whether an iface that becomes oper-up allocates its IPv4 configuration, though it has no address yet.

        It does so when it joins its multicast groups again (`rejoin_ipv4_mcast_groups` in `subsys/net/ip/net_if.c`). Seen in
        Zephyr 4.1.99 and not in 3.4.99; taken to have come with 4.1.
        """
        return _release(self.zephyr) >= (4, 1)


@lru_cache(maxsize=64)
def _release(zephyr: str) -> tuple[int, ...]:
    """Return the first two numbers of a Zephyr version."""
    return tuple(int(part) for part in re.findall(r"\d+", zephyr)[:2])


class IfaceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One iface as the device lists it: what is fixed at build time."""

    index: int
    name: str
    l2: str
    bound: bool
    impl: str = "-"
    auto: bool = False
    sim: bool = False
    dormant_in_init: bool = False

    @property
    def is_real(self) -> bool:
        """Whether its behaviour is unknown: a board's own iface, or a user's.

        This depends on the driver, not on the name. An unbound iface of the dummy L2 only does what it is told, whoever
        defined it. The loopback iface has that L2 too, but its own address.
        """
        plain = self.l2 == "DUMMY" and not self.bound and self.name != "lo"
        return not (self.sim or plain or self.impl in _IDLE)


_IDLE = ("NULLAPI", "BAREAPI")
"""The sample application's other implementations, without callbacks or with empty ones."""


ROLES: dict[str, str] = {
    "A": "bound0",
    "B": "bound1",
    "C": "plain0",
    "U": "free0",
    "V": "free1",
    "D": "auto0",
    "N": "null0",
    "E": "bare0",
    "S": "stubborn0",
}
"""The letters that scenarios use, and the iface names they stand for (PROTOCOL.md, section 5)."""


REAL = "R"
"""The role of the first iface that is none of the sample application's."""


def role_indexes(hello: Hello, ifaces: tuple[IfaceFacts, ...]) -> dict[str, int]:
    """Return the iface index of each letter that this device has an iface for.

    Firmware without the probe may name its ifaces freely: its bound ones are A and B, its unbound ones
    U and V, in index order; the loopback is none of them. With the probe, and none of the sample application's names, its
    unbound ones of the dummy L2 are U and V: nothing but commands moves those.
    """
    if hello.dialect == "stock":
        bound = [facts.index for facts in ifaces if facts.bound]
        free = [facts.index for facts in ifaces if not facts.bound and facts.name != "lo"]
        return dict(zip("AB", bound, strict=False)) | dict(zip("UV", free, strict=False))
    by_name = {facts.name: facts.index for facts in ifaces}
    reals = [each.index for each in ifaces if each.is_real]
    roles = {letter: by_name[name] for letter, name in ROLES.items() if name in by_name}
    if not roles:
        plain = [each.index for each in ifaces if not each.is_real and not each.bound]
        roles = dict(zip("UV", plain, strict=False))
    return dict(zip(REAL, reals, strict=False)) | roles
