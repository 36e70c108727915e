"""Network interfaces: admin, carrier, dormant, the oper state that follows, and addresses.

As in Zephyr, the iface's lock is held while an event is posted (subsys/net/ip/net_if.c), so a preempted caller blocks everybody else who changes that iface.
"""

import errno
import socket

from .defects import Defects
from .kernel import Kernel, Mutex, Steps
from .net_mgmt import NetMgmt
from .work import Work, WorkQueue

ADDRESSES_PER_FAMILY = 4
_DAD_MS = 100


class UnicastAddress:
    """A unicast address with its state: `p` preferred, `t` tentative, `d` deprecated."""

    __slots__ = ("dad_start_ms", "lifetime", "packed", "state")

    def __init__(self, packed: bytes, state: str) -> None:
        self.packed = packed
        self.state = state
        self.dad_start_ms = 0
        self.lifetime: Work | None = None

    @property
    def is_link_local(self) -> bool:
        """169.254.0.0/16 or fe80::/10."""
        if len(self.packed) == 4:
            return self.packed[:2] == b"\xa9\xfe"
        return self.packed[0] == 0xFE and self.packed[1] & 0xC0 == 0x80

    def __str__(self) -> str:
        family = socket.AF_INET if len(self.packed) == 4 else socket.AF_INET6
        return f"{socket.inet_ntop(family, self.packed)}/{self.state}"


class NetIf:
    """One iface. Indexes begin at 1."""

    def __init__(self, kernel: Kernel, index: int, name: str, l2: str, *, auto: bool) -> None:
        self.index = index
        self.name = name
        self.l2 = l2
        self.auto_start = auto
        self.lock = Mutex(kernel)
        self.admin_up = False
        self.carrier = True
        self.dormant = False
        self.running = False
        self.oper = "other"  # unknown until it is worked out for the first time
        self.settings: dict[str, int] = {}  # by the command that set it; a reset forgets all
        self.addresses: dict[int, list[UnicastAddress | None]] = {
            4: [None] * ADDRESSES_PER_FAMILY,
            6: [None] * ADDRESSES_PER_FAMILY,
        }

    @property
    def is_up(self) -> bool:
        """Admin-up and oper-up."""
        return self.admin_up and self.running

    def used_addresses(self, family: int) -> list[UnicastAddress]:
        """The addresses of a family (4 or 6) in any state."""
        return [address for address in self.addresses[family] if address is not None]

    def qualifying(self, family: int) -> list[UnicastAddress]:
        """The preferred addresses of a family that are not link-local."""
        return [
            address
            for address in self.addresses[family]
            if address is not None and address.state == "p" and not address.is_link_local
        ]


class NetIfs:
    """All ifaces and the functions that change them."""

    def __init__(
        self,
        kernel: Kernel,
        net_mgmt: NetMgmt,
        system_queue: WorkQueue,
        defects: Defects,
        *,
        dad: bool,
    ) -> None:
        self.kernel = kernel
        self.all: list[NetIf] = []
        self._mgmt = net_mgmt
        self._defects = defects
        self._dad = dad
        self._dad_lock = Mutex(kernel)
        self._dad_running: list[UnicastAddress] = []
        self._system_queue = system_queue
        self._dad_work = Work(system_queue, self._dad_expired)

    def by_index(self, index: int) -> NetIf | None:
        """The iface with this index, if there is one."""
        return self.all[index - 1] if 0 < index <= len(self.all) else None

    # Admin, carrier, dormant

    def up(self, iface: NetIf) -> Steps[int]:
        """Take the iface admin-up; -EALREADY, or the L2's error."""
        yield from iface.lock.lock()
        status = -errno.EALREADY
        if not iface.admin_up:
            status = iface.settings.get("l2-enable", 0)
            if status >= 0:
                iface.admin_up = True
                if "evt-if-before-admin" in self._defects:
                    yield from self._update(iface)
                    yield from self._mgmt.notify("IF_ADMIN_UP", iface)
                else:
                    yield from self._mgmt.notify("IF_ADMIN_UP", iface)
                    yield from self._update(iface)
        yield from iface.lock.unlock()
        return status

    def down(self, iface: NetIf) -> Steps[int]:
        """Take the iface admin-down; -EALREADY when it is, or the L2's error."""
        yield from iface.lock.lock()
        status = -errno.EALREADY
        if iface.admin_up:
            status = iface.settings.get("l2-disable", 0)
            if status >= 0:
                iface.admin_up = False
                yield from self._mgmt.notify("IF_ADMIN_DOWN", iface)
                yield from self._update(iface)
        yield from iface.lock.unlock()
        return status

    def set_carrier(self, iface: NetIf, on: bool) -> Steps[None]:
        """Turn the carrier flag on or off."""
        yield from iface.lock.lock()
        if iface.carrier != on:
            iface.carrier = on
            yield from self._update(iface)
        yield from iface.lock.unlock()

    def set_dormant(self, iface: NetIf, on: bool) -> Steps[None]:
        """Turn the dormant flag on or off."""
        yield from iface.lock.lock()
        if iface.dormant != on:
            iface.dormant = on
            yield from self._update(iface)
        yield from iface.lock.unlock()

    def _update(self, iface: NetIf) -> Steps[None]:
        was_up = iface.oper == "up"
        if not iface.admin_up or not iface.carrier:
            iface.oper = "down"
        else:
            iface.oper = "dormant" if iface.dormant else "up"
        if iface.oper == "up":
            if not was_up:
                iface.running = True
                yield from self._mgmt.notify("IF_UP", iface)
                if "evt-duplicate-if-up" in self._defects:
                    yield from self._mgmt.notify("IF_UP", iface)
                if self._dad:
                    yield from self._start_dad(iface)
        elif was_up:
            iface.running = False
            yield from self._mgmt.notify("IF_DOWN", iface)

    # Addresses

    def add_address(self, iface: NetIf, packed: bytes, lifetime: int = 0) -> Steps[bool]:
        """Add a manual address; False if there is no room. An existing one is unchanged.

        After `lifetime` seconds, if not 0, it is deprecated, without an event.
        """
        address = yield from self._add(iface, packed, lifetime)
        return address is not None

    def _add(self, iface: NetIf, packed: bytes, lifetime: int = 0) -> Steps[UnicastAddress | None]:
        family = 4 if len(packed) == 4 else 6
        table = iface.addresses[family]
        yield from iface.lock.lock()
        found = next((one for one in table if one and one.packed == packed), None)
        if found is None and None in table:
            found = UnicastAddress(packed, "p")
            table[table.index(None)] = found
            if lifetime:
                self._limit(found, lifetime)
            if family == 6 and self._dad and packed != b"\0" * 15 + b"\1":
                yield from self._examine(iface, found)
            yield from self._mgmt.notify(f"IPV{family}_ADDR_ADD", iface, packed)
        yield from iface.lock.unlock()
        return found

    def remove_address(self, iface: NetIf, packed: bytes) -> Steps[bool]:
        """Remove an address; False if the iface has it not."""
        family = 4 if len(packed) == 4 else 6
        table = iface.addresses[family]
        yield from iface.lock.lock()
        found = next((one for one in table if one and one.packed == packed), None)
        if found is not None:
            if found in self._dad_running:
                self._dad_running.remove(found)
            if found.lifetime is not None:
                found.lifetime.cancel()
            table[table.index(found)] = None
            yield from self._mgmt.notify(f"IPV{family}_ADDR_DEL", iface, packed)
        yield from iface.lock.unlock()
        return found is not None

    def _limit(self, address: UnicastAddress, seconds: int) -> None:
        def over() -> Steps[None]:
            yield from ()
            address.state = "d"

        address.lifetime = Work(self._system_queue, over)
        address.lifetime.reschedule(self.kernel.ticks(seconds * 1_000_000))

    # Duplicate address detection

    def _start_dad(self, iface: NetIf) -> Steps[None]:
        """Give the iface its link-local address and examine those it had before, once more."""
        own = yield from self._add(iface, _link_local(iface))
        for address in iface.used_addresses(6):
            if address is not own and address.packed != b"\0" * 15 + b"\1":
                yield from self._examine(iface, address)

    def _examine(self, iface: NetIf, address: UnicastAddress) -> Steps[None]:
        address.state = "t"
        if not iface.is_up:
            return
        address.dad_start_ms = self.kernel.uptime_ms
        yield from self._dad_lock.lock()
        if address in self._dad_running:
            self._dad_running.remove(address)
        self._dad_running.append(address)
        yield from self._dad_lock.unlock()
        if not self._dad_work.is_delayed:
            self._dad_work.reschedule(self.kernel.ticks(_DAD_MS * 1000))

    def _dad_expired(self) -> Steps[None]:
        yield from self._dad_lock.lock()
        now = self.kernel.uptime_ms
        expired = []
        while self._dad_running:
            left = self._dad_running[0].dad_start_ms + _DAD_MS - now
            if left > 0:
                self._dad_work.reschedule(self.kernel.ticks(left * 1000))
                break
            expired.append(self._dad_running.pop(0))
        yield from self._dad_lock.unlock()
        for address in expired:
            address.state = "p"
            for iface in self.all:
                if any(one.packed == address.packed for one in iface.used_addresses(6)):
                    if address in iface.addresses[6]:
                        yield from self._mgmt.notify("IPV6_DAD_SUCCEED", iface, address.packed)
                    break


def _link_local(iface: NetIf) -> bytes:
    """fe80::/64 and the EUI-64 of the link address 02-00-5E-00-53-xx (documentation range)."""
    return b"\xfe\x80" + b"\0" * 6 + bytes((0x02, 0, 0x5E, 0xFF, 0xFE, 0, 0x53, iface.index))
