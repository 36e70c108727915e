"""What is wrong whatever the state of the ifaces."""

from .rows import row

ENDS = (
    row("REQ-LIFE-003", "reset"),
    row("REQ-LIFE-005", "crash stack-overflow"),
    row("REQ-LIFE-005", "crash sanitizer"),
    row("REQ-LIFE-001", "crash *"),
    row("REQ-LIFE-004", "stuck dispatcher"),
    row("REQ-LIFE-004", "stuck monitor"),
    row("REQ-LIFE-002", "stuck *"),
)
"""The device ended, hung or restarted."""

SENSELESS = (
    row("REQ-EVT-005", "malformed iface"),
    row("REQ-EVT-011", "malformed event"),
    row("REQ-CTL-012 REQ-IMP-010", "waited", cause="connect"),
    row("REQ-IMP-010 REQ-EVT-019", "waited", cause="disconnect"),
    row("REQ-EVT-019", "waited"),
    row("REQ-IMP-010", "late IF_ADMIN_UP"),
    row("REQ-IMP-013", "kept option"),
    row("REQ-LIFE-002", "unanswered"),
    row("REQ-EVT-020", "storm"),
    row("REQ-EVT-017", "another listener first"),
    row("REQ-EVT-001", "again L4_CONNECTED"),
    row("REQ-EVT-001", "again L4_DISCONNECTED"),
    row("REQ-EVT-002", "again L4_*"),
    row("REQ-MON-034 REQ-EVT-001", "rest L4_CONNECTED"),
    row("REQ-MON-034 REQ-EVT-002", "rest L4_*"),
    row("REQ-MON-034", "rest word"),
)
"""Wrong whatever the state."""

ORDER = (
    row("REQ-EVT-007", "order IF_UP/L4_CONNECTED"),
    row("REQ-EVT-007", "order IF_DOWN/L4_DISCONNECTED"),
    row("REQ-EVT-008", "order IF_ADMIN_UP/IF_UP"),
    row("REQ-EVT-008", "order IF_ADMIN_DOWN/IF_DOWN"),
    row("REQ-EVT-009", "order IF_DOWN/IF_ADMIN_DOWN"),
    row("REQ-EVT-003", "order L4_CONNECTED/L4_IPV4_CONNECTED"),
    row("REQ-EVT-003", "order L4_CONNECTED/L4_IPV6_CONNECTED"),
    row("REQ-EVT-003", "order L4_IPV4_CONNECTED/L4_IPV6_CONNECTED"),
    row("REQ-EVT-004", "order L4_DISCONNECTED/L4_IPV4_DISCONNECTED"),
    row("REQ-EVT-004", "order L4_DISCONNECTED/L4_IPV6_DISCONNECTED"),
    row("REQ-EVT-004", "order L4_IPV4_DISCONNECTED/L4_IPV6_DISCONNECTED"),
)
"""Two events the wrong way round; the rule of the missing one is blamed as well."""
