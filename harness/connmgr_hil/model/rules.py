"""The rules of the model: what each owes, and the requirement behind it.

A rule is named in what the model shows; together with what caused it (the command, or the timer
that ran out) it leads to the requirements of the specification.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule: the requirements behind it and a sentence for people."""

    requirements: tuple[str, ...]
    sentence: str


def _rule(requirements: str, sentence: str) -> Rule:
    return Rule(tuple(f"REQ-{each}" for each in requirements.split()), sentence)


# (rule, cause); a cause is the first word of a command or the kind of a timer. "" is any cause.
RULES: dict[tuple[str, str], Rule] = {
    ("connected", "addr4"): _rule(
        "MON-001", "The first qualifying IPv4 address on an oper-up iface raises L4_CONNECTED"
    ),
    ("connected", "addr6"): _rule(
        "MON-002", "The first qualifying IPv6 address on an oper-up iface raises L4_CONNECTED"
    ),
    ("connected", "up"): _rule(
        "MON-003 MON-022",
        "An iface that has an address becomes ready when it is oper-up, not before",
    ),
    ("connected", "carrier"): _rule("MON-005", "Gaining carrier makes an iface ready"),
    ("connected", "dormant"): _rule("MON-006", "Leaving dormant makes an iface ready"),
    ("connected", "watch"): _rule("IGN-005", "Watching a ready iface raises L4_CONNECTED"),
    ("connected", "watch-l2"): _rule("IGN-011", "Watching an L2 raises one L4_CONNECTED"),
    ("connected", "association"): _rule(
        "CTL-011", "Success makes the iface oper-up and L4-connected"
    ),
    ("connected", "dad"): _rule("MON-014", "A tentative address counts when DAD has succeeded"),
    ("connected", "connect"): _rule("CTL-011", "Success makes the iface oper-up and L4-connected"),
    ("connected", ""): _rule("MON-001", "The first ready iface raises L4_CONNECTED"),
    ("disconnected", "down"): _rule(
        "MON-007", "Admin-down of the last ready iface raises L4_DISCONNECTED"
    ),
    ("disconnected", "carrier"): _rule("MON-008", "Losing carrier raises L4_DISCONNECTED"),
    ("disconnected", "dormant"): _rule("MON-009", "Becoming dormant raises L4_DISCONNECTED"),
    ("disconnected", "addr4"): _rule(
        "MON-010", "Removing the last qualifying address raises L4_DISCONNECTED"
    ),
    ("disconnected", "addr6"): _rule(
        "MON-010", "Removing the last qualifying address raises L4_DISCONNECTED"
    ),
    ("disconnected", "ignore"): _rule(
        "IGN-001", "Ignoring the only ready iface raises L4_DISCONNECTED"
    ),
    ("disconnected", "ignore-l2"): _rule("IGN-010", "Ignoring an L2 raises one L4_DISCONNECTED"),
    ("disconnected", "disconnect"): _rule(
        "CTL-013", "disconnect makes a connected iface oper-down"
    ),
    ("disconnected", ""): _rule(
        "MON-019", "When the last ready iface is lost, L4_DISCONNECTED is raised"
    ),
    ("resend", ""): _rule("RSD-001 RSD-002", "Resend gives the present status again"),
    ("family", ""): _rule("MON-031", "IPv4 and IPv6 events follow their own family"),
    ("address", ""): _rule("MON-001", "An address that is added or removed raises its event"),
    ("oper-up", "association"): _rule("CTL-011", "Success makes the iface oper-up"),
    ("oper-up", "connect"): _rule("CTL-011", "Success makes the iface oper-up"),
    ("oper-up", ""): _rule("EVT-010", "IF_UP is raised when an iface becomes oper-up"),
    ("oper-down", "disconnect"): _rule("CTL-013", "disconnect makes a connected iface oper-down"),
    ("oper-down", "teardown"): _rule("CTL-013", "disconnect makes a connected iface oper-down"),
    ("oper-down", "lose"): _rule("IMP-002", "Loss makes the iface oper-down at once"),
    ("oper-down", "fatal"): _rule("CTL-028", "A fatal error abandons the connection"),
    ("oper-down", ""): _rule("EVT-010", "IF_DOWN is raised when an iface ceases to be oper-up"),
    ("admin-up", "connect"): _rule("CTL-005", "connect brings an admin-down iface admin-up first"),
    ("admin-up", "all"): _rule("BULK-001 BULK-007", "Bulk up takes every iface admin-up"),
    ("admin-up", ""): _rule("EVT-008", "Admin-up is reported before oper-up"),
    ("admin-down", "lose"): _rule("AUTO-008", "Loss takes a non-persistent iface admin-down"),
    ("admin-down", "timeout"): _rule("AUTO-010", "A timeout takes the iface admin-down"),
    ("admin-down", "fatal"): _rule("AUTO-011", "A fatal error takes the iface admin-down"),
    ("admin-down", "disconnect"): _rule("AUTO-012", "disconnect takes the iface admin-down"),
    ("admin-down", "all"): _rule("BULK-004 BULK-019", "Bulk down takes every iface admin-down"),
    ("admin-down", "raise"): _rule(
        "AUTO-010", "TIMEOUT and FATAL_ERROR take a bound iface admin-down"
    ),
    ("admin-down", ""): _rule("EVT-008", "Admin-down is reported before oper-down"),
    ("timeout", ""): _rule(
        "CTL-019", "An attempt that exceeds its timeout is abandoned and TIMEOUT raised once"
    ),
    ("fatal", ""): _rule("CTL-028", "A fatal error raises FATAL_ERROR"),
    ("no configuration", ""): _rule(
        "CTL-050",
        "Without anything to connect with, connect is refused and NO_CONFIGURATION raised",
    ),
    ("idle", ""): _rule("IDLE-001", "An iface that nobody uses raises IDLE_TIMEOUT"),
    ("dad", ""): _rule("MON-014", "DAD ends with DAD_SUCCEED"),
    ("association", ""): _rule("CTL-011", "Success makes the iface oper-up"),
    ("teardown", ""): _rule("CTL-013", "disconnect makes a connected iface oper-down"),
    ("init", ""): _rule("CTL-042", "init is called once for each binding before any connect"),
    ("forwarded", "up"): _rule(
        "AUTO-001", "A bound iface that becomes admin-up is connected automatically"
    ),
    ("forwarded", "all"): _rule(
        "BULK-007 BULK-009", "Bulk connect and disconnect reach every bound iface"
    ),
    ("forwarded", "connect"): _rule(
        "CTL-001 CTL-010 AUTO-007", "connect reaches the implementation"
    ),
    ("forwarded", "disconnect"): _rule("CTL-013", "disconnect reaches the implementation"),
    ("forwarded", "opt-set"): _rule("CTL-040", "Options pass through unchanged"),
    ("forwarded", "opt-get"): _rule("CTL-040", "Options pass through unchanged"),
    ("forwarded", "boot"): _rule("AUTO-003", "Ifaces that are up at start are connected once"),
    ("forwarded", ""): _rule("CTL-001", "connect and disconnect reach the implementation"),
    ("returns connect", ""): _rule(
        "CTL-001 CTL-007", "connect returns what the implementation returns, -ENOTSUP if unbound"
    ),
    ("returns disconnect", ""): _rule(
        "CTL-014 CTL-016", "disconnect returns what the implementation returns, -ENOTSUP if unbound"
    ),
    ("returns up", ""): _rule("EVT-008", "net_if_up returns 0, or -EALREADY"),
    ("returns down", ""): _rule("EVT-008", "net_if_down returns 0, or -EALREADY"),
    ("returns timeout", ""): _rule(
        "CTL-030 CTL-031", "The timeout is stored and returned, 0 by default"
    ),
    ("returns flag", ""): _rule(
        "CTL-033 CTL-034 CTL-035", "Flags are stored and returned, false by default"
    ),
    ("returns opt-set", ""): _rule(
        "CTL-037 CTL-039 CTL-040 IMP-013", "set_opt keeps its status values"
    ),
    ("returns opt-get", ""): _rule(
        "CTL-038 CTL-039 CTL-040 IMP-012", "get_opt keeps its status values and lengths"
    ),
    ("returns bound", ""): _rule("CTL-036", "is_bound is true exactly for bound ifaces"),
    ("returns ignored", ""): _rule("IGN-008", "is_iface_ignored reflects the last ignore or watch"),
    ("returns all", ""): _rule(
        "BULK-003 BULK-006 BULK-012 BULK-013", "Bulk functions return the first non-zero status"
    ),
    ("returns sim", ""): _rule(
        "CTL-010 CTL-041", "The implementation is called as often as the API demands"
    ),
    ("storm", ""): _rule("EVT-020", "After one stimulus the number of events is bounded"),
}


def key_of(name: str, cause: str) -> tuple[str, str]:
    """Return the key under which a rule stands in `RULES`: with its cause, or the general one."""
    return (name, cause) if (name, cause) in RULES else (name, "")


def rule_for(name: str, cause: str) -> Rule:
    """Return the rule with this name and cause, or the general one of that name."""
    found = RULES.get((name, cause)) or RULES.get((name, ""))
    return found or Rule(
        (), f"'{name.removeprefix('returns ')}' answers as the probe's protocol says"
    )
