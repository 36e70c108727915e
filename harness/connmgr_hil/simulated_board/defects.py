# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 The connmgr-hil authors
"""Seeded defects: mistakes that the board makes on purpose, so that a suite can be scored.

Each has a name, the requirement that should catch it, and a sentence that says what is wrong.
"""

_TABLE = """
mon-ignored-counts REQ-IGN-001 Ignored ifaces still count as ready.
mon-event-per-iface REQ-MON-017 Every iface that becomes ready raises L4_CONNECTED.
mon-lost-on-any REQ-MON-018 Every iface that becomes unready raises L4_DISCONNECTED.
mon-link-local-counts REQ-MON-013 An IPv6 link-local address makes an iface ready.
mon-tentative-counts REQ-MON-014 A tentative IPv6 address makes an iface ready.
mon-del-clears REQ-MON-011 Deleting one IPv4 address forgets the others.
mon-v6-del-missed REQ-MON-010 Deleting the last IPv6 address is not noticed.
mon-admin-is-enough REQ-MON-005 Admin-up is taken for oper-up.
mon-if-down-missed REQ-MON-008 IF_DOWN does not clear the monitor's UP mark.
mon-watch-sleeps REQ-IGN-005 Watching an iface does not wake the monitor.
mon-ignore-toggles REQ-IGN-002 A second ignore watches the iface again.
mon-ignore-l2-all REQ-IGN-009 Ignoring one L2 ignores the ifaces of every L2.
mon-ignored-unread REQ-IGN-008 An iface is never said to be ignored.
mon-ignore-clears-flags REQ-IGN-014 Ignoring an iface clears its connectivity flags.
mon-resend-inverted REQ-RSD-001 Resend says the opposite.
mon-resend-silent REQ-RSD-002 Resend says nothing while disconnected.
mon-resend-forgets REQ-RSD-005 Resend marks every iface unready.
mon-first-iface-blamed REQ-EVT-005 L4 events always carry the first iface.
mon-count-drifts REQ-MON-010 An iface that loses its address is not counted off.
mon-last-untracked REQ-MON-035 The iface with the highest index is not tracked.
mon-ula-refused REQ-MON-026 IPv6 unique local addresses do not count.
mon-dns-disconnects REQ-MON-030 A DNS server event is taken for a lost address.
mon-says-disconnected-first REQ-MON-028 L4_DISCONNECTED is raised at start.
evt-drops-some REQ-MON-034 Every sixteenth event is lost.
evt-oldest-first REQ-EVT-017 Listeners are called in the order of their registration.
evt-if-before-admin REQ-EVT-008 IF_UP is raised before IF_ADMIN_UP.
evt-duplicate-if-up REQ-EVT-010 IF_UP is raised twice.
evt-info-lost REQ-EVT-015 The info of an event does not reach listeners.
evt-del-ignored REQ-EVT-018 A removed listener still gets events.
evt-wrong-code REQ-EVT-011 L4_DISCONNECTED has the code of another event.
ctl-connect-needs-up REQ-CTL-005 Connect refuses an admin-down iface with -ESHUTDOWN.
ctl-connect-once REQ-CTL-010 Connect of an oper-up iface does not reach the implementation.
ctl-status-swallowed REQ-CTL-007 Connect returns 0 whatever the implementation says.
ctl-positive-dropped REQ-CTL-008 A positive status becomes 0.
ctl-disconnect-status-dropped REQ-CTL-016 Disconnect returns 0 whatever the implementation says.
ctl-unbound-einval REQ-CTL-002 Connect of an unbound iface returns -EINVAL.
ctl-unbound-goes-up REQ-CTL-002 Connect of an unbound iface takes it admin-up.
ctl-down-disconnect-forwarded REQ-CTL-015 Disconnect of an admin-down iface is forwarded.
ctl-flags-shared REQ-CTL-033 All ifaces have the same flags.
ctl-timeout-clamped REQ-CTL-032 A negative timeout is stored as 0.
ctl-timeout-shared REQ-CTL-030 All ifaces have the same timeout.
ctl-flag-range REQ-CTL-034 The first invalid flag is accepted.
ctl-get-opt-length REQ-CTL-039 get_opt of an unbound iface leaves the length alone.
ctl-error-takes-down REQ-CTL-009 A connect error takes the iface admin-down.
ctl-null-api-bound REQ-CTL-003 An iface whose implementation has a NULL API counts as bound.
ctl-down-disconnects REQ-CTL-043 Auto-down is preceded by a disconnect of the implementation.
auto-no-connect REQ-AUTO-001 An iface that becomes admin-up is not connected.
auto-connect-always REQ-AUTO-002 NO_AUTO_CONNECT is not looked at.
auto-connect-retries REQ-AUTO-004 A failed auto-connect is tried a second time.
auto-boot-skipped REQ-AUTO-003 Ifaces that are up at start are not connected.
auto-loss-stays-up REQ-AUTO-008 A lost iface that is not persistent stays admin-up.
auto-loss-downs-persistent REQ-AUTO-009 A lost persistent iface goes admin-down.
auto-timeout-spares-persistent REQ-AUTO-010 A persistent iface stays admin-up after a timeout.
auto-fatal-stays-up REQ-AUTO-011 A fatal error does not take the iface admin-down.
auto-down-always REQ-AUTO-015 NO_AUTO_DOWN is not looked at.
auto-no-down-shared REQ-AUTO-017 NO_AUTO_DOWN of one iface protects all.
auto-unbound-too REQ-AUTO-006 A timeout takes an unbound iface admin-down.
auto-skips-ignored REQ-IGN-015 Automations leave ignored ifaces alone.
bulk-stops-at-error REQ-BULK-011 The first error ends a bulk call.
bulk-last-error REQ-BULK-012 A bulk call returns its last error.
bulk-skips-never REQ-BULK-002 Bulk calls act on ignored ifaces although they should skip them.
bulk-skips-always REQ-BULK-018 Bulk calls skip ignored ifaces although they should not.
bulk-up-repeats REQ-BULK-003 Bulk up calls net_if_up for ifaces that are up.
bulk-connect-bound-only REQ-BULK-007 Bulk connect leaves unbound ifaces down.
bulk-backwards REQ-BULK-014 Bulk calls go from the highest index to the lowest.
bulk-disconnect-downs-all REQ-BULK-009 Bulk disconnect takes unbound ifaces admin-down.
sim-disconnect-keeps-timer REQ-CTL-017 Disconnect does not cancel the running attempt.
sim-milliseconds REQ-CTL-019 The timeout is taken as milliseconds.
sim-timeout-twice REQ-IMP-009 CONN_IF_TIMEOUT is raised twice.
sim-timeout-silent REQ-CTL-019 An attempt that times out raises nothing.
sim-timeout-first-iface REQ-EVT-014 CONN_IF_TIMEOUT carries the first bound iface.
sim-timeout-after-success REQ-CTL-021 The timeout goes on running after success.
sim-retry-after-timeout REQ-CTL-022 A persistent iface tries again after a timeout.
sim-no-retry REQ-CTL-024 A persistent iface does not reconnect after a loss.
sim-retry-always REQ-CTL-026 An iface that is not persistent reconnects after a loss.
sim-timeout-not-renewed REQ-CTL-025 The attempt after a loss gets half of the timeout.
sim-reconnects REQ-CTL-018 A persistent iface reconnects after a disconnect.
sim-retry-after-fatal REQ-CTL-029 A persistent iface tries again after a fatal error.
sim-fatal-keeps-timer REQ-CTL-028 A fatal error does not cancel the running attempt.
sim-shared-state REQ-CTL-041 A disconnect makes every binding idle.
sim-up-at-connect REQ-IMP-001 The iface leaves dormant when the attempt starts.
sim-positive-status REQ-IMP-014 Connect returns 1.
sim-connect-restarts REQ-IMP-007 A second connect starts the timeout again.
sim-connect-arms-timeout REQ-IMP-006 Connect starts the timeout even when connected.
sim-blocks REQ-IMP-010 Connect blocks for 500 ms.
sim-long-option-stored REQ-IMP-013 An option value that is too long is refused but stored.
sim-option-length REQ-IMP-012 get_opt with a short buffer reports a length.
sim-loss-hidden REQ-IMP-002 A loss does not make the iface dormant.
sim-persistence-latched REQ-CTL-027 Persistence is read once, when the attempt starts.
sim-gives-up REQ-CTL-023 The first sub-attempt that fails ends the attempt.
sim-zero-is-short REQ-IMP-017 A timeout of 0 ends an attempt after a loss at once.
sim-disconnect-idle-error REQ-IMP-008 Disconnect when idle returns -ENOTCONN.
"""


class Defects(set[str]):
    """The names of the defects that are switched on."""


def _parse() -> dict[str, tuple[str, str]]:
    table = {}
    for line in _TABLE.strip().splitlines():
        name, requirement, sentence = line.split(" ", 2)
        table[name] = (requirement, sentence)
    return table


KNOWN: dict[str, tuple[str, str]] = _parse()
"""Name to requirement and sentence."""
