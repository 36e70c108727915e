"""Rows about what a command tells: the dump of an iface, its counters, a status."""

from connmgr_hil.checker.conditions import answers, attempts, bulk, ifaces

from .rows import bulk_row, row

DUMPED = (
    row("REQ-IGN-014 REQ-CTL-033", "dump flags", ifaces.ignored),
    row("REQ-IGN-014 REQ-CTL-030", "dump timeout", ifaces.ignored),
    row("REQ-CTL-017", "dump oper", attempts.ended("cancelled")),
    row("REQ-CTL-017", "dump dormant", attempts.ended("cancelled")),
    row("REQ-CTL-018", "dump oper", attempts.ended("disconnect")),
    row("REQ-CTL-018", "dump dormant", attempts.ended("disconnect")),
    row("REQ-CTL-028", "dump oper", attempts.ended("aborted")),
    row("REQ-CTL-028", "dump dormant", attempts.ended("aborted")),
    row("REQ-EVT-008", "dump admin"),
    row("REQ-IMP-002", "dump oper", attempts.ended("loss")),
    row("REQ-IMP-002", "dump dormant", attempts.ended("loss")),
    row("REQ-CTL-011", "dump oper", attempts.bound_and_connected),
    row("REQ-CTL-011", "dump dormant", attempts.connected),
    row("REQ-IMP-001", "dump oper", attempts.connecting),
    row("REQ-IMP-001", "dump dormant", ifaces.bound),
    row("REQ-EVT-010", "dump oper"),
    row("REQ-MON-005", "dump carrier"),
    row("REQ-MON-006", "dump dormant"),
    row("REQ-CTL-036", "dump bound"),
    row("REQ-IGN-008 REQ-IGN-009", "dump ignored"),
    row("REQ-CTL-033", "dump flags"),
    row("REQ-CTL-030", "dump timeout"),
    row("REQ-MON-001", "dump a4"),
    row("REQ-MON-001", "dump a6"),
    row("REQ-MON-034", "dump monitor"),
)

COUNTED = (
    row("REQ-CTL-041 REQ-IMP-015", "count fewer"),
    row("REQ-IMP-007", "count more", attempts.again),
    row("REQ-CTL-022", "count more", attempts.ended("timeout")),
    row("REQ-CTL-029", "count more", attempts.ended("fatal")),
    row("REQ-CTL-026 REQ-IMP-004", "count more", attempts.ended("loss")),
    row("REQ-CTL-018", "count more", attempts.ended("disconnect")),
    row("REQ-CTL-018", "count more", attempts.ended("cancelled")),
)
"""Attempts that nothing asked for, or that are missing, though the implementation was called as often as it must."""

ANSWERS = (
    row("REQ-CTL-003", "missing returns *", ifaces.of_null_api),
    row("REQ-CTL-036", "missing returns *", ifaces.bound_to_nothing),
    row("REQ-CTL-002", "missing returns connect", ifaces.unbound),
    row("REQ-CTL-004", "missing returns connect", ifaces.without_connect),
    row("REQ-CTL-006", "missing returns connect", answers.refuses_up),
    row("REQ-CTL-008", "missing returns connect", answers.connect_positive),
    row("REQ-CTL-007", "missing returns connect", answers.connect_refused),
    row("REQ-IMP-014", "missing returns connect", answers.positive),
    row("REQ-IMP-006", "missing returns connect", attempts.again_connected),
    row("REQ-IMP-007", "missing returns connect", attempts.again),
    row("REQ-CTL-014", "missing returns disconnect", ifaces.unbound),
    row("REQ-CTL-014", "missing returns disconnect", ifaces.without_connect),
    row("REQ-CTL-016", "missing returns disconnect", answers.disconnect_refused),
    row("REQ-IMP-008 REQ-CTL-015", "missing returns disconnect", answers.refused_idle_disconnect),
    row("REQ-CTL-031", "missing returns timeout", ifaces.unbound),
    row("REQ-CTL-032 REQ-CTL-030", "missing returns timeout", answers.timeout_negative),
    row("REQ-IDLE-004", "missing returns idle"),
    row("REQ-CTL-034", "missing returns flag", answers.flag_unknown),
    row("REQ-CTL-035", "missing returns flag", ifaces.unbound),
    row("REQ-CTL-037", "missing returns opt-set", answers.null_pointer),
    row("REQ-CTL-039", "missing returns opt-set", ifaces.without_options),
    row("REQ-CTL-038", "missing returns opt-get", answers.null_pointer),
    row("REQ-CTL-039", "missing returns opt-get", ifaces.without_options),
    row("REQ-CTL-040 REQ-IMP-014", "missing returns opt-get", answers.positive),
    row("REQ-CTL-040 REQ-IMP-014", "missing returns opt-set", answers.positive),
    row("REQ-IMP-012 REQ-CTL-040", "missing returns opt-get", answers.other_than_the_value),
    row("REQ-CTL-041 REQ-IMP-015", "missing returns opt-get", answers.value_of_another),
    bulk_row("REQ-BULK-013", "missing returns all", bulk.connects_all_and_up_is_refused),
    bulk_row("REQ-BULK-012", "missing returns all", bulk.several_refuse),
    bulk_row("REQ-BULK-003", "missing returns all", bulk.answered_error("up")),
    bulk_row("REQ-BULK-006", "missing returns all", bulk.answered_error("down")),
    bulk_row(
        "REQ-BULK-012 REQ-CTL-014 REQ-BULK-016",
        "missing returns all",
        bulk.answered_no_error("disconnect"),
    ),
    bulk_row("REQ-BULK-012 REQ-CTL-004", "missing returns all", bulk.answered_no_error("connect")),
    bulk_row("REQ-BULK-012", "missing returns all", answers.zero),
    bulk_row("REQ-BULK-015", "missing returns all", answers.not_bound),
    bulk_row("REQ-BULK-016 REQ-BULK-015", "missing returns all", bulk.answered_error("disconnect")),
    bulk_row("REQ-BULK-015 REQ-BULK-012", "missing returns all", bulk.answered_error("connect")),
)
"""Another answer than the model's."""
