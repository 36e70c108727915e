"""The Connection Manager's monitor: which ifaces are ready, and the L4 events about it."""

from collections.abc import Callable

from .defects import Defects
from .kernel import COOPERATIVE_LOWEST, Kernel, Mutex, Semaphore, Steps
from .net_if import NetIf, NetIfs
from .net_mgmt import EventCallback, NetMgmt, Notification
from .profile import Profile

UP, IPV6_SET, IPV4_SET, IGNORED, CHANGED = 0x0001, 0x0002, 0x0004, 0x0080, 0x8000
_ON = ("IF_UP", "IPV6_ADDR_ADD", "IPV6_DAD_SUCCEED", "IPV4_ADDR_ADD", "IPV4_ACD_SUCCEED")
_OFF = ("IF_DOWN", "IPV6_ADDR_DEL", "IPV6_DAD_FAILED", "IPV4_ADDR_DEL", "IPV4_ACD_FAILED")


class Monitor:
    """One word for each iface, and how many of them are ready."""

    def __init__(
        self, kernel: Kernel, profile: Profile, net_ifs: NetIfs, mgmt: NetMgmt, defects: Defects
    ) -> None:
        self.kernel = kernel
        self.words = [0] * len(net_ifs.all)
        self.on_ignore: Callable[[NetIf], None] = lambda _: None
        self._profile = profile
        self._ifs = net_ifs
        self._mgmt = mgmt
        self._defects = defects
        self._lock = Mutex(kernel)
        self._updated = Semaphore(kernel, 1, 1)
        self._count = [0, 0, 0]  # ready; with IPv4; with IPv6
        self._blame: list[NetIf | None] = [None, None, None]
        self._last_up: NetIf | None = None
        self._last_down: NetIf | None = None
        self.ready_bits = (0x2000, 0x4000, 0x8000) if profile.counts_families else (0x4000, 0, 0)

    def start(self, init_control: Callable[[], Steps[None]]) -> None:
        """Create the thread; it runs `init_control` first, with the monitor locked."""
        self.kernel.spawn("mon", COOPERATIVE_LOWEST, self._main(init_control))

    def letters(self, iface: NetIf) -> str:
        """The set bits of an iface's word as letters; `-` for none."""
        word = self.words[iface.index - 1]
        ready, ready4, ready6 = self.ready_bits
        bits = [(UP, "u"), (IPV4_SET, "4"), (IPV6_SET, "6"), (IGNORED, "i")]
        bits += [(ready, "r"), (ready4, "x"), (ready6, "y"), (self._changed, "c")]
        return "".join(letter for bit, letter in bits if word & bit) or "-"

    # The thread

    def _main(self, init_control: Callable[[], Steps[None]]) -> Steps[None]:
        yield from self._lock.lock()
        yield from init_control()
        if not self._profile.static_handlers:
            for listener in self.listeners():
                yield from self._mgmt.add(listener)
        if "mon-dns-disconnects" in self._defects:
            mask = self._mgmt.codes.mask("DNS_SERVER_ADD", "DNS_SERVER_DEL")
            yield from self._mgmt.add(EventCallback(mask, self._mistake_dns))
        if not self._profile.static_handlers:
            self._scan()
        if "mon-says-disconnected-first" in self._defects:
            yield from self._mgmt.notify("L4_DISCONNECTED", None)
        yield from self._lock.unlock()
        while True:
            yield from self._updated.take()
            yield from self._lock.lock()
            if self._profile.counts_families:
                yield from self._recount()
            else:
                yield from self._count_changes()
            yield from self._lock.unlock()

    def listeners(self) -> list[EventCallback]:
        """The callbacks for ifaces and for the addresses of each family."""
        return [
            EventCallback(self._mgmt.codes.mask(*names), self._handle)
            for names in (
                ("IF_DOWN", "IF_UP"),
                ("IPV6_ADDR_ADD", "IPV6_ADDR_DEL", "IPV6_DAD_SUCCEED", "IPV6_DAD_FAILED"),
                ("IPV4_ADDR_ADD", "IPV4_ADDR_DEL", "IPV4_ACD_SUCCEED", "IPV4_ACD_FAILED"),
            )
        ]

    def _scan(self) -> None:
        for iface in self._ifs.all:
            word = UP if iface.is_up else 0
            word |= IPV6_SET if iface.qualifying(6) else 0
            word |= IPV4_SET if iface.qualifying(4) else 0
            self.words[iface.index - 1] |= word | self._changed

    @property
    def _changed(self) -> int:
        return 0 if self._profile.counts_families else CHANGED

    # Events

    def _handle(self, event: Notification) -> Steps[None]:
        name = self._mgmt.codes.name.get(event.code, "")
        if event.iface is None or name not in _ON + _OFF:
            return
        if self._is_untracked(event.iface):
            return
        yield from self._lock.lock()
        self._apply(name, event.iface)
        self.words[event.iface.index - 1] |= self._changed
        yield from self._updated.give()
        yield from self._lock.unlock()

    def _apply(self, name: str, iface: NetIf) -> None:
        place = iface.index - 1
        if name.startswith("IF_"):
            bit, present = UP, name == "IF_UP"
            if not present and "mon-if-down-missed" in self._defects:
                return
        elif name.startswith("IPV6"):
            bit, present = IPV6_SET, self._has_ipv6(iface)
            if name in _OFF and "mon-v6-del-missed" in self._defects:
                return
        else:
            bit, present = IPV4_SET, bool(iface.qualifying(4))
            if name == "IPV4_ADDR_ADD" and not self._profile.counts_families:
                present = True
            if name in _OFF and "mon-del-clears" in self._defects:
                present = False
        if name in _ON and present:
            self.words[place] |= bit
        elif name in _OFF and not present:
            self.words[place] &= ~bit

    def _has_ipv6(self, iface: NetIf) -> bool:
        for address in iface.used_addresses(6):
            if address.is_link_local and "mon-link-local-counts" not in self._defects:
                continue
            if address.packed[0] & 0xFE == 0xFC and "mon-ula-refused" in self._defects:
                continue
            if address.state == "p" or "mon-tentative-counts" in self._defects:
                return True
        return False

    def _is_untracked(self, iface: NetIf) -> bool:
        return iface.index == len(self.words) and "mon-last-untracked" in self._defects

    def _mistake_dns(self, event: Notification) -> Steps[None]:
        if self._mgmt.codes.name.get(event.code, "").startswith("DNS") and event.iface is not None:
            self.words[event.iface.index - 1] &= ~IPV4_SET
            self.words[event.iface.index - 1] |= self._changed
            yield from self._updated.give()

    # Passes

    def _is_ready(self, word: int, iface: NetIf, families: int) -> bool:
        up = word & UP
        if "mon-admin-is-enough" in self._defects:
            up = iface.admin_up
        ignored = word & IGNORED and "mon-ignored-counts" not in self._defects
        return bool(up and word & families and not ignored)

    def _count_changes(self) -> Steps[None]:
        """Up to 3.6: a running count over the ifaces that were marked as changed."""
        ready_bit = self.ready_bits[0]
        before = self._count[0]
        gained = lost = False
        for place, iface in enumerate(self._ifs.all):
            word = self.words[place]
            if not word & CHANGED:
                continue
            word &= ~CHANGED
            ready = self._is_ready(word, iface, IPV4_SET | IPV6_SET)
            if ready and not word & ready_bit:
                word |= ready_bit
                self._count[0] += 1
                self._last_up = iface
                gained = True
            elif word & ready_bit and not ready:
                word &= ~ready_bit
                if word & UP and not word & IGNORED and "mon-count-drifts" in self._defects:
                    self._count[0] += 1
                self._count[0] -= 1
                self._last_down = iface
                lost = True
            self.words[place] = word
        count = self._count[0]
        each = "mon-event-per-iface" in self._defects and gained
        any_loss = "mon-lost-on-any" in self._defects and lost
        if (count != before and count == 0) or (any_loss and not gained):
            yield from self._say("L4_DISCONNECTED", self._last_down)
        elif (count != before and before == 0) or each:
            yield from self._say("L4_CONNECTED", self._last_up)

    def _recount(self) -> Steps[None]:
        """From 3.7: count all ifaces, and blame the last one that flipped in each class."""
        count = [0, 0, 0]
        blame: list[NetIf | None] = [None, None, None]
        gained = lost = False
        for place, iface in enumerate(self._ifs.all):
            word = self.words[place]
            if word == 0:
                continue
            for which, families in enumerate((IPV4_SET | IPV6_SET, IPV4_SET, IPV6_SET)):
                bit = self.ready_bits[which]
                ready = self._is_ready(word, iface, families)
                count[which] += ready
                if ready != bool(word & bit):
                    blame[which] = iface
                    gained, lost = gained or ready, lost or not ready
                    if not ready and word & UP and "mon-count-drifts" in self._defects:
                        count[which] += 1
                word = word | bit if ready else word & ~bit
            self.words[place] = word
        said = False
        for which, family in enumerate(("", "IPV4_", "IPV6_")):
            before, now = self._count[which], count[which]
            if now == before:
                continue
            self._count[which], self._blame[which] = now, blame[which]
            if now == 0 or before == 0:
                said = True
                kind = "CONNECTED" if now else "DISCONNECTED"
                yield from self._say(f"L4_{family}{kind}", blame[which])
        if not said and gained and "mon-event-per-iface" in self._defects:
            yield from self._say("L4_CONNECTED", blame[0])
        if not said and lost and "mon-lost-on-any" in self._defects:
            yield from self._say("L4_DISCONNECTED", blame[0])

    def _say(self, name: str, iface: NetIf | None) -> Steps[None]:
        if "mon-first-iface-blamed" in self._defects:
            iface = self._ifs.all[0]
        yield from self._mgmt.notify(name, iface)

    # The API

    def resend(self) -> Steps[None]:
        """Raise the present state once more."""
        yield from self._lock.lock()
        if self._profile.counts_families:
            for which, family in ((0, ""), (2, "IPV6_"), (1, "IPV4_")):
                yield from self._resend_one(which, family, self._blame[which])
        else:
            blame = self._last_up if self._count[0] else self._last_down
            yield from self._resend_one(0, "", blame)
        if "mon-resend-forgets" in self._defects:
            self._count = [0, 0, 0]
        yield from self._lock.unlock()

    def _resend_one(self, which: int, family: str, blame: NetIf | None) -> Steps[None]:
        connected = bool(self._count[which])
        if not connected and "mon-resend-silent" in self._defects:
            return
        if "mon-resend-inverted" in self._defects:
            connected = not connected
        yield from self._say(f"L4_{family}{'' if connected else 'DIS'}CONNECTED", blame)

    def ignore(self, iface: NetIf) -> Steps[None]:
        """Treat the iface as unready from now on."""
        place = iface.index - 1
        yield from self._lock.lock()
        if not self.words[place] & IGNORED:
            self.words[place] |= IGNORED | self._changed
            if "mon-ignore-clears-flags" in self._defects:
                self.on_ignore(iface)
            yield from self._updated.give()
        elif "mon-ignore-toggles" in self._defects:
            self.words[place] &= ~IGNORED
        yield from self._lock.unlock()

    def watch(self, iface: NetIf) -> Steps[None]:
        """Undo ignore."""
        place = iface.index - 1
        yield from self._lock.lock()
        if self.words[place] & IGNORED:
            self.words[place] &= ~IGNORED
            if "mon-watch-sleeps" not in self._defects:
                self.words[place] |= self._changed
                yield from self._updated.give()
        yield from self._lock.unlock()

    def is_ignored(self, iface: NetIf) -> Steps[bool]:
        """Whether the iface is ignored."""
        yield from self._lock.lock()
        ignored = bool(self.words[iface.index - 1] & IGNORED)
        yield from self._lock.unlock()
        return ignored and "mon-ignored-unread" not in self._defects

    def ignore_l2(self, l2: str | None) -> Steps[None]:
        """Ignore all ifaces that have this L2, under one lock."""
        yield from self._lock.lock()
        for iface in self._ifs.all:
            if iface.l2 == l2 or "mon-ignore-l2-all" in self._defects:
                yield from self.ignore(iface)
        yield from self._lock.unlock()

    def watch_l2(self, l2: str | None) -> Steps[None]:
        """Watch all ifaces that have this L2, under one lock."""
        yield from self._lock.lock()
        for iface in self._ifs.all:
            if iface.l2 == l2:
                yield from self.watch(iface)
        yield from self._lock.unlock()
