"""Rows about observations with another iface, info or state than the expected one."""

from connmgr_hil.checker.conditions import answers, attempts, bulk, events, ifaces

from .rows import bulk_row, row

OTHER = (
    bulk_row("REQ-BULK-018", "other iface", bulk.ignored_and_not_skipped),
    bulk_row("REQ-BULK-002", "other iface", bulk.acts_on_ignored("up")),
    bulk_row("REQ-BULK-005", "other iface", bulk.acts_on_ignored("down")),
    bulk_row("REQ-BULK-008", "other iface", bulk.acts_on_ignored("connect")),
    bulk_row("REQ-BULK-010", "other iface", bulk.acts_on_ignored("disconnect")),
    bulk_row("REQ-BULK-009", "other iface", bulk.disconnects_unbound),
    bulk_row("REQ-BULK-007", "other iface", bulk.leaves_out_unbound),
    bulk_row("REQ-BULK-007 REQ-LIFE-004", "other iface", bulk.begins_again_too_early),
    bulk_row("REQ-BULK-001 REQ-BULK-014", "other iface", bulk.leaves_out_an_earlier("up")),
    bulk_row("REQ-BULK-004 REQ-BULK-014", "other iface", bulk.leaves_out_an_earlier("down")),
    bulk_row("REQ-BULK-007 REQ-BULK-014", "other iface", bulk.leaves_out_an_earlier("connect")),
    bulk_row("REQ-BULK-009 REQ-BULK-014", "other iface", bulk.leaves_out_an_earlier("disconnect")),
    bulk_row("REQ-BULK-014", "other iface"),
    row("REQ-EVT-014", "other iface", events.of_control),
    row("REQ-EVT-005 REQ-EVT-006 REQ-RSD-007", "other iface", cause="resend"),
    row("REQ-EVT-005 REQ-EVT-006", "other iface", events.of_l4),
    row("REQ-EVT-005", "other iface"),
    row("REQ-EVT-015", "other info"),
    row("REQ-IGN-015", "other admin-up", ifaces.ignored),
    row("REQ-AUTO-017", "other admin-up", ifaces.another_keeps_up),
    row("REQ-AUTO-010", "other admin-up", events.named("CONN_IF_TIMEOUT")),
    row("REQ-AUTO-011", "other admin-up", events.named("CONN_IF_FATAL_ERROR")),
    row("REQ-AUTO-014", "other admin-up", answers.disconnect_refused, cause="disconnect"),
    row(
        "REQ-AUTO-008 REQ-AUTO-012",
        "other admin-up",
        events.down_of_one_not_persistent,
        cause="disconnect",
    ),
    row("REQ-AUTO-012", "other admin-up", events.named("IF_DOWN"), cause="disconnect"),
    row("REQ-AUTO-008", "other admin-up", events.named("IF_DOWN")),
    row("REQ-CTL-009", "other admin-down", answers.up_and_connect_refused),
    row("REQ-AUTO-006", "other admin-down", ifaces.unbound),
    row("REQ-AUTO-016", "other admin-down", ifaces.switched_off),
    row("REQ-AUTO-015", "other admin-down", ifaces.keeps_up),
    row("REQ-AUTO-009", "other admin-down", ifaces.persistent),
    row("REQ-IMP-001", "other oper-up", attempts.connecting),
)
"""The expected observation came with another iface, with other info, or in another state of its iface."""
