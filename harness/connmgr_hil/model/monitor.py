"""Rules of the monitor: words, passes, ignore and watch, resend.

Source: `subsys/net/conn_mgr/conn_mgr_monitor.c` and `conn_mgr_events_handler.c`; specification 3.
"""

from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.facts import IfaceFacts

from . import unseen
from .kernel import Kernel, Routine, Switch
from .state import CHANGED, IGNORED, READY, READY4, READY6, SET4, SET6, UNKNOWN, UP, Iface

_SETS = {Event.IPV6_ADDR_ADD, Event.IPV6_DAD_SUCCEED, Event.IPV4_ACD_SUCCEED}
_CLEARS = {
    Event.IPV6_ADDR_DEL,
    Event.IPV6_DAD_FAILED,
    Event.IPV4_ADDR_DEL,
    Event.IPV4_ACD_FAILED,
}
_CLASSES = (
    (READY, Event.L4_CONNECTED, Event.L4_DISCONNECTED),
    (READY4, Event.L4_IPV4_CONNECTED, Event.L4_IPV4_DISCONNECTED),
    (READY6, Event.L4_IPV6_CONNECTED, Event.L4_IPV6_DISCONNECTED),
)


def handle_event(kernel: Kernel, event: Event, index: int) -> Routine:
    """A monitor callback: bring the word up to date and wake the monitor (specification 3.2)."""
    iface = kernel.iface(index)
    word, bit = iface.word, UP
    if event is Event.IF_UP:
        word |= UP
    elif event is Event.IF_DOWN:
        word &= ~UP
    else:
        bit, addresses = (SET4, iface.a4) if event.startswith("IPV4") else (SET6, iface.a6)
        qualifies = any(address.counts for address in addresses)
        if event is Event.IPV4_ADDR_ADD:
            if qualifies or not kernel.profile.strict_v4_add:
                word |= bit
        elif event in _SETS:
            if qualifies:
                word |= bit
        elif event in _CLEARS:
            if not qualifies:
                word &= ~bit
        else:
            return
    yield from kernel.lock("monitor")
    _mark(kernel, index, kernel.driver(index).word_told(kernel, index, bit, word))
    kernel.unlock("monitor")
    yield Switch.PREEMPT


def _mark(kernel: Kernel, index: int, word: int) -> None:
    if not kernel.profile.families:
        word |= CHANGED
    kernel.put(index, word=word)
    kernel.mark(index)
    kernel.monitor_pending = True
    kernel.wake(kernel.monitor)


def initial_scan(kernel: Kernel) -> Routine:
    """What the monitor learns of every iface when it starts (specification 3.3)."""
    yield from kernel.lock("monitor")
    for index in kernel.indexes:
        iface = kernel.iface(index)
        word = iface.word
        word |= UP if iface.oper else 0
        word |= SET4 if any(address.counts for address in iface.a4) else 0
        word |= SET6 if any(address.counts for address in iface.a6) else 0
        _mark(kernel, index, word)
    kernel.unlock("monitor")
    yield Switch.PREEMPT


def monitor_thread(kernel: Kernel) -> Routine:
    """The monitor: wait to be woken, make one pass, again."""
    while True:
        while not kernel.monitor_pending:
            yield Switch.PARK
        kernel.monitor_pending = False
        yield from monitor_pass(kernel)


def monitor_pass(kernel: Kernel) -> Routine:
    """One pass over all ifaces (specification 3.4)."""
    yield from kernel.lock("monitor")
    if kernel.world.reals:
        for number in (1, 2, 0) if kernel.profile.families else (0,):
            unseen.somebody_counts(kernel, number)
    if kernel.profile.families:
        yield from _recount(kernel)
    else:
        yield from _count_flips(kernel)
    kernel.unlock("monitor")
    yield Switch.PREEMPT


def is_ready(iface: Iface) -> bool:
    """Ready: oper-up as reported, an address of either family, not ignored (specification 1.5)."""
    word = iface.word
    return bool(word & UP and word & (SET4 | SET6) and not word & IGNORED)


def readiness(kernel: Kernel, index: int) -> tuple[int, int]:
    """Return for what an iface counts by its word: nothing of that is open."""
    word = kernel.iface(index).word
    live = bool(word & UP and not word & IGNORED)
    bits = READY if is_ready(kernel.iface(index)) else 0
    if live and word & SET4:
        bits |= READY4
    if live and word & SET6:
        bits |= READY6
    return bits, 0


def _count_flips(kernel: Kernel) -> Routine:
    change = 0
    for index in kernel.indexes:
        if index not in kernel.marked:
            continue
        iface = kernel.iface(index)
        bits, vague = kernel.driver(index).readiness(kernel, index)
        ready = bool(bits & READY)
        word = iface.word & ~CHANGED
        if ready != bool(word & READY):
            word ^= READY
            change += 1 if ready else -1
            kernel.put_blame(0 if ready else 1, index)
        if (vague | kernel.vague.get(index, 0)) & READY:
            kernel.put_blame(0, UNKNOWN)
            kernel.put_blame(1, UNKNOWN)
        kernel.put(index, word=word)
    kernel.marked.clear()
    kernel.vague.clear()
    if not change:
        return
    before = kernel.total(0)
    now = before + change
    kernel.put_total(0, now)
    if now == 0:
        yield from kernel.post(Event.L4_DISCONNECTED, kernel.blame(1))
    elif before == 0:
        yield from kernel.post(Event.L4_CONNECTED, kernel.blame(0))


def _recount(kernel: Kernel) -> Routine:
    """Zephyr recounts all ifaces; those with an unchanged word count as before."""
    changes = [0, 0, 0]
    blames = [0, 0, 0]
    for index in kernel.indexes:
        if index not in kernel.marked:
            continue
        word = kernel.iface(index).word
        bits, vague = kernel.driver(index).readiness(kernel, index)
        vague |= kernel.vague.get(index, 0)
        for number, (bit, _, _) in enumerate(_CLASSES):
            ready = bool(bits & bit)
            if ready != bool(word & bit):
                changes[number] += 1 if ready else -1
                blames[number] = index
                word ^= bit
            if vague & bit:
                blames[number] = UNKNOWN
                kernel.put_blame(number, UNKNOWN)
        kernel.put(index, word=word)
    kernel.marked.clear()
    kernel.vague.clear()
    for number, (_, connected, disconnected) in enumerate(_CLASSES):
        if not changes[number]:
            continue
        before = kernel.total(number)
        now = before + changes[number]
        kernel.put_total(number, now)
        kernel.put_blame(number, blames[number])
        if now == 0:
            yield from kernel.post(disconnected, blames[number])
        elif before == 0:
            yield from kernel.post(connected, blames[number])


def resend(kernel: Kernel) -> Routine:
    """`conn_mgr_mon_resend_status` (specification 3.6)."""
    yield from kernel.lock("monitor")
    if kernel.profile.families:
        for number in (0, 2, 1):
            _, connected, disconnected = _CLASSES[number]
            event = connected if kernel.total(number) else disconnected
            yield from kernel.post(event, kernel.blame(number), rule="resend")
    elif kernel.total(0):
        yield from kernel.post(Event.L4_CONNECTED, kernel.blame(0), rule="resend")
    else:
        yield from kernel.post(Event.L4_DISCONNECTED, kernel.blame(1), rule="resend")
    kernel.unlock("monitor")
    yield Switch.PREEMPT


def set_ignored(kernel: Kernel, index: int, ignored: bool) -> Routine:
    """`conn_mgr_ignore_iface` and `conn_mgr_watch_iface`; the second call does nothing."""
    yield from kernel.lock("monitor")
    word = kernel.iface(index).word
    if bool(word & IGNORED) != ignored:
        kernel.driver(index).about_to_change(kernel, index)
        _mark(kernel, index, word ^ IGNORED)
    kernel.unlock("monitor")
    yield Switch.PREEMPT


def _uses_l2(kernel: Kernel, facts: IfaceFacts, l2: str) -> bool:
    """Tell whether an iface is one of that L2; `null` means the offloaded ones, whose drivers may also offload sockets only."""
    if l2 == "null" and facts.l2 == "OFFLOADED_NETDEV":
        return bool(kernel.choose(2))
    return facts.l2.lower() == l2


def set_l2_ignored(kernel: Kernel, l2: str, ignored: bool) -> Routine:
    """`conn_mgr_ignore_l2` and `conn_mgr_watch_l2`, under one lock (REQ-IGN-010)."""
    yield from kernel.lock("monitor")
    for facts in kernel.world.ifaces:
        if _uses_l2(kernel, facts, l2.lower()):
            yield from set_ignored(kernel, facts.index, ignored)
    kernel.unlock("monitor")
    yield Switch.PREEMPT
