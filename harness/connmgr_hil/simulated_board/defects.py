"""Seeded defects: faults that the board shows on purpose, so that a suite can be scored.

Those of the connectivity implementation are named as in the firmware (zephyr_app/simconn), where most of
them can be switched on, too; there their names are written with underscores.
"""

_TABLE = """
mon-ignored-counts Ignored ifaces still count as ready.
mon-event-per-iface Every iface that becomes ready raises L4_CONNECTED.
mon-lost-on-any Every iface that becomes unready raises L4_DISCONNECTED.
mon-link-local-counts An IPv6 link-local address makes an iface ready.
mon-tentative-counts A tentative IPv6 address makes an iface ready.
mon-del-clears Deleting one IPv4 address forgets the others.
mon-v6-del-missed Deleting the last IPv6 address is not noticed.
mon-admin-is-enough Admin-up is taken for oper-up.
mon-if-down-missed IF_DOWN does not clear the monitor's UP mark.
mon-watch-sleeps Watching an iface does not wake the monitor.
mon-ignore-toggles A second ignore watches the iface again.
mon-ignore-l2-all Ignoring one L2 ignores the ifaces of every L2.
mon-ignored-unread An iface is never said to be ignored.
mon-ignore-clears-flags Ignoring an iface clears its connectivity flags.
mon-resend-inverted Resend says the opposite.
mon-resend-silent Resend says nothing while disconnected.
mon-resend-forgets Resend marks every iface unready.
mon-first-iface-blamed L4 events always carry the first iface.
mon-count-drifts An iface that loses its address is not counted off.
mon-last-untracked The iface with the highest index is not tracked.
mon-ula-refused IPv6 unique local addresses do not count.
mon-dns-disconnects A DNS server event is taken for a lost address.
mon-says-disconnected-first L4_DISCONNECTED is raised at start.
evt-drops-some Every sixteenth event is lost.
evt-oldest-first Listeners are called in the order of their registration.
evt-if-before-admin IF_UP is raised before IF_ADMIN_UP.
evt-duplicate-if-up IF_UP is raised twice.
evt-info-lost The info of an event does not reach listeners.
evt-del-ignored A removed listener still gets events.
evt-wrong-code L4_DISCONNECTED has the code of another event.
ctl-connect-needs-up Connect refuses an admin-down iface with -ESHUTDOWN.
ctl-connect-once Connect of an oper-up iface does not reach the implementation.
ctl-status-swallowed Connect returns 0 whatever the implementation says.
ctl-positive-dropped A positive status becomes 0.
ctl-disconnect-status-dropped Disconnect returns 0 whatever the implementation says.
ctl-unbound-einval Connect of an unbound iface returns -EINVAL.
ctl-unbound-goes-up Connect of an unbound iface takes it admin-up.
ctl-down-disconnect-forwarded Disconnect of an admin-down iface is forwarded.
ctl-flags-shared All ifaces have the same flags.
ctl-timeout-clamped A negative timeout is stored as 0.
ctl-timeout-shared All ifaces have the same timeout.
ctl-flag-range The first invalid flag is accepted.
ctl-get-opt-length get_opt of an unbound iface leaves the length alone.
ctl-error-takes-down A connect error takes the iface admin-down.
ctl-null-api-bound An iface whose implementation has a NULL API counts as bound.
ctl-down-disconnects Auto-down is preceded by a disconnect of the implementation.
auto-no-connect An iface that becomes admin-up is not connected.
auto-connect-always NO_AUTO_CONNECT is not looked at.
auto-connect-retries A failed auto-connect is tried a second time.
auto-boot-skipped Ifaces that are up at start are not connected.
auto-loss-stays-up A lost iface that is not persistent stays admin-up.
auto-loss-downs-persistent A lost persistent iface goes admin-down.
auto-timeout-spares-persistent A persistent iface stays admin-up after a timeout.
auto-fatal-stays-up A fatal error does not take the iface admin-down.
auto-down-always NO_AUTO_DOWN is not looked at.
auto-no-down-shared NO_AUTO_DOWN of one iface protects all.
auto-unbound-too A timeout takes an unbound iface admin-down.
auto-skips-ignored Automations leave ignored ifaces alone.
bulk-stops-at-error The first error ends a bulk call.
bulk-last-error A bulk call returns its last error.
bulk-skips-never Bulk calls act on ignored ifaces although they should skip them.
bulk-skips-always Bulk calls skip ignored ifaces although they should not.
bulk-up-repeats Bulk up calls net_if_up for ifaces that are up.
bulk-connect-bound-only Bulk connect leaves unbound ifaces down.
bulk-backwards Bulk calls go from the highest index to the lowest.
bulk-disconnect-downs-all Bulk disconnect takes unbound ifaces admin-down.
timeout_after_success The timeout is not cancelled by success and ends the connection.
timeout_after_disconnect The timeout is not cancelled by disconnect.
timeout_in_ms Seconds of the timeout are taken for milliseconds.
timeout_early The timeout comes after half of its time.
timeout_late The timeout comes after twice its time.
timeout_remaining_reused The attempt after a loss has the time left by the first one.
timeout_first_only Only the first attempt since reset has a timeout.
timeout_zero_is_now No timeout is taken for a timeout at once when persistent.
timeout_not_raised An attempt that timed out ends without an event.
timeout_raised_twice The timeout event is raised twice.
timeout_wrong_iface The timeout event names another iface.
timeout_keeps_trying The timeout event is raised but the attempt goes on.
timeout_retried A new attempt starts after a timeout when persistent.
persistent_not_retried No new attempt after a loss although persistent.
loss_retried A new attempt after a loss although not persistent.
loss_keeps_oper_up The iface stays oper-up when the network is lost.
loss_is_fatal A loss raises a fatal error.
gives_up_early The attempt is given up silently when a sub-attempt fails.
connect_oper_up The iface is oper-up as soon as the attempt starts.
connect_positive Connect returns 1.
connect_blocks Connect blocks for 300 ms.
connect_error_lost Connect returns 0 although it failed.
connect_refused_busy Connect while connecting or connected is an error.
connect_restarts_timeout Connect while connecting starts the timeout anew.
connect_restarts_attempt Connect while connecting starts the attempt anew.
connect_ends_connection Connect while connected starts the timeout, which disconnects.
disconnect_ignored Disconnect does nothing.
disconnect_keeps_attempt Disconnect does not cancel the attempt.
disconnect_retried A new attempt after disconnect when persistent.
disconnect_idle_error Disconnect is an error when not connected.
fatal_not_raised A fatal error ends without an event.
fatal_wrong_iface The fatal error event names another iface.
fatal_retried A new attempt starts after a fatal error when persistent.
shared_state All ifaces share one state.
option_shared All ifaces share one option value.
option_stored_rejected An option value that is rejected is stored.
option_short_accepted An option value that is too short is accepted.
option_unknown_accepted An unknown option is accepted.
option_wrong_length Get_opt leaves the buffer's length as the value's length.
fatal_keeps_attempt A fatal error does not cancel the attempt.
persistence_latched Persistence is read once, when the attempt starts.
life_null_connect Connect calls through a null pointer.
life_null_callback An event callback for IF_DOWN calls through a null pointer.
life_null_work The work item that ends an attempt calls through a null pointer.
life_panic Disconnect calls k_panic.
life_oops Set_opt calls k_oops.
life_assert An assertion fails in a fatal error.
life_divide The work item of the timeout divides by zero.
life_illegal A loss executes an illegal instruction.
life_exit Disconnect ends the program with status 0 (native).
life_reboot Disconnect restarts the device (where it can).
life_lock_kept The work item that ends an attempt keeps the binding's lock.
life_iface_lock_kept The work item of the timeout keeps the iface's lock.
life_lock_twice Disconnect takes a semaphore twice.
life_loop_connect Connect never ends its loop.
life_loop_locked Disconnect never ends its loop, with interrupts locked.
life_loop_callback An event callback for IF_ADMIN_UP never ends its loop.
life_loop_work The work item that ends an attempt never ends its loop.
life_callback_blocked An event callback for IF_ADMIN_UP waits for ever.
life_monitor_blocked Connect suspends the monitor's thread for ever.
life_stack_overflow Connect calls itself until the stack is used up.
life_stack_overrun Set_opt writes past a buffer on the stack.
life_use_after_free Disconnect calls a function of an object that was freed.
life_double_free A loss frees an object twice.
life_out_of_bounds Get_opt writes to a table with an index that is too large.
"""


class Defects(set[str]):
    """The names of the defects that are switched on."""


KNOWN: dict[str, str] = {
    name: sentence
    for name, _, sentence in (line.partition(" ") for line in _TABLE.strip().splitlines())
}
"""Name to sentence."""
