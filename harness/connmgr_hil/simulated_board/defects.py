"""Seeded defects: faults that the board shows on purpose, so that a suite can be scored.

`conformance/defects.toml` says what is wrong with each, and which requirement must catch it. Those of the connectivity
implementation are named as in the firmware (zephyr_app/simconn), where most of them can be switched on, too; there their names
are written with underscores.
"""

KNOWN = tuple(
    """
mon-ignored-counts mon-event-per-iface mon-lost-on-any mon-link-local-counts mon-tentative-counts
mon-del-clears mon-v6-del-missed mon-admin-is-enough mon-if-down-missed mon-watch-sleeps
mon-ignore-toggles mon-ignore-l2-all mon-ignored-unread mon-ignore-clears-flags mon-resend-inverted
mon-resend-silent mon-resend-forgets mon-first-iface-blamed mon-count-drifts mon-last-untracked
mon-ula-refused mon-dns-disconnects mon-says-disconnected-first

evt-drops-some evt-oldest-first evt-if-before-admin evt-duplicate-if-up evt-info-lost
evt-del-ignored evt-wrong-code

ctl-connect-needs-up ctl-connect-once ctl-status-swallowed ctl-positive-dropped
ctl-disconnect-status-dropped ctl-unbound-einval ctl-unbound-goes-up ctl-down-disconnect-forwarded
ctl-flags-shared ctl-timeout-clamped ctl-timeout-shared ctl-flag-range ctl-get-opt-length
ctl-error-takes-down ctl-null-api-bound ctl-down-disconnects

auto-no-connect auto-connect-always auto-connect-retries auto-boot-skipped auto-loss-stays-up
auto-loss-downs-persistent auto-timeout-spares-persistent auto-fatal-stays-up auto-down-always
auto-no-down-shared auto-unbound-too auto-skips-ignored

bulk-stops-at-error bulk-last-error bulk-skips-never bulk-skips-always bulk-up-repeats
bulk-connect-bound-only bulk-backwards bulk-disconnect-downs-all

timeout_after_success timeout_after_disconnect timeout_in_ms timeout_early timeout_late
timeout_remaining_reused timeout_first_only timeout_zero_is_now timeout_not_raised
timeout_raised_twice timeout_wrong_iface timeout_keeps_trying timeout_retried persistent_not_retried
loss_retried loss_keeps_oper_up loss_is_fatal gives_up_early connect_oper_up connect_positive
connect_blocks connect_error_lost connect_refused_busy connect_restarts_timeout
connect_restarts_attempt connect_ends_connection disconnect_ignored disconnect_keeps_attempt
disconnect_retried disconnect_idle_error fatal_not_raised fatal_wrong_iface fatal_retried
shared_state option_shared option_stored_rejected option_short_accepted option_unknown_accepted
option_wrong_length fatal_keeps_attempt persistence_latched

life_null_connect life_null_callback life_null_work life_panic life_oops life_assert life_divide
life_illegal life_exit life_reboot life_lock_kept life_iface_lock_kept life_lock_twice
life_loop_connect life_loop_locked life_loop_callback life_loop_work life_callback_blocked
life_monitor_blocked life_stack_overflow life_stack_overrun life_use_after_free life_double_free
life_out_of_bounds
""".split()
)
"""All that can be switched on: of the monitor, events, control, the automations, bulk calls, the implementation, and deadly ones."""


class Defects(set[str]):
    """The names of the defects that are switched on."""
