"""The table of blame: what differed, in which situation, and the requirement that is broken by it.

What differed is one of these; `*` stands for any ending:

* `missing RULE`: what a rule of the model owes did not come, or came with another value (`missing returns COMMAND`);
* `overdue TIMER`: a timer of the model ran out, and nothing came of it;
* `extra EVENT`, `extra call OP`: nothing owes what was seen;
* `other WHAT`: what was owed came, but with another iface, info or state;
* `order FIRST/SECOND`: the second came before the first, which it presupposes;
* `dump FIELD`: a dumped iface is not as the model has it;
* `count more`, `count fewer`: the implementation was tried more or less often than it must;
* `malformed WHAT`, `waited`: wrong whatever happened before;
* `reset`, `crash REASON`, `stuck WHAT`: the device ended.

The first row that fits counts. Where what was seen does not tell requirements apart, a row names them all, the likeliest first.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from connmgr_hil.vocabulary.requirements import requirements

from . import conditions as when
from .situations import Situation

Condition = Callable[[Situation], bool]


class Row(NamedTuple):
    """One row: the requirements, what differed, the command or timer that caused it (any if empty), and when."""

    requirements: tuple[str, ...]
    differs: str
    cause: str = ""
    when: Condition = when.always

    def fits(self, differs: str, situation: Situation | None) -> bool:
        """Tell whether this row is about what differed; rows that ask for a situation are about none where there is none."""
        same = self.differs == differs or (
            self.differs.endswith("*") and differs.startswith(self.differs[:-1])
        )
        if situation is None:
            return same and not self.cause and self.when is when.always
        return same and self.cause in ("", situation.cause) and self.when(situation)


def _row(ids: str, differs: str, condition: Condition = when.always, *, cause: str = "") -> Row:
    return Row(tuple(ids.split()), differs, cause, condition)


def _all(ids: str, differs: str, condition: Condition = when.always) -> Row:
    return _row(ids, differs, condition, cause="all")


ENDS = (
    _row("REQ-LIFE-003", "reset"),
    _row("REQ-LIFE-005", "crash stack-overflow"),
    _row("REQ-LIFE-005", "crash sanitizer"),
    _row("REQ-LIFE-001", "crash *"),
    _row("REQ-LIFE-004", "stuck dispatcher"),
    _row("REQ-LIFE-004", "stuck monitor"),
    _row("REQ-LIFE-002", "stuck *"),
)
"""The device ended, hung or restarted."""

SENSELESS = (
    _row("REQ-EVT-005", "malformed iface"),
    _row("REQ-EVT-011", "malformed event"),
    _row("REQ-CTL-012 REQ-IMP-010", "waited", cause="connect"),
    _row("REQ-IMP-010 REQ-EVT-019", "waited", cause="disconnect"),
    _row("REQ-EVT-019", "waited"),
    _row("REQ-LIFE-002", "unanswered"),
    _row("REQ-EVT-020", "storm"),
    _row("REQ-EVT-017", "another listener first"),
    _row("REQ-EVT-001", "again L4_CONNECTED"),
    _row("REQ-EVT-001", "again L4_DISCONNECTED"),
    _row("REQ-EVT-002", "again L4_*"),
    _row("REQ-MON-034 REQ-EVT-001", "rest L4_CONNECTED"),
    _row("REQ-MON-034 REQ-EVT-002", "rest L4_*"),
    _row("REQ-MON-034", "rest word"),
)
"""Wrong whatever the state."""

ORDER = (
    _row("REQ-EVT-007", "order IF_UP/L4_CONNECTED"),
    _row("REQ-EVT-007", "order IF_DOWN/L4_DISCONNECTED"),
    _row("REQ-EVT-008", "order IF_ADMIN_UP/IF_UP"),
    _row("REQ-EVT-008", "order IF_ADMIN_DOWN/IF_DOWN"),
    _row("REQ-EVT-009", "order IF_DOWN/IF_ADMIN_DOWN"),
    _row("REQ-EVT-003", "order L4_CONNECTED/L4_IPV4_CONNECTED"),
    _row("REQ-EVT-003", "order L4_CONNECTED/L4_IPV6_CONNECTED"),
    _row("REQ-EVT-003", "order L4_IPV4_CONNECTED/L4_IPV6_CONNECTED"),
    _row("REQ-EVT-004", "order L4_DISCONNECTED/L4_IPV4_DISCONNECTED"),
    _row("REQ-EVT-004", "order L4_DISCONNECTED/L4_IPV6_DISCONNECTED"),
    _row("REQ-EVT-004", "order L4_IPV4_DISCONNECTED/L4_IPV6_DISCONNECTED"),
)
"""Two events the wrong way round; the rule of the missing one is blamed as well."""

DUMPED = (
    _row("REQ-IGN-014 REQ-CTL-033", "dump flags", when.ignored),
    _row("REQ-IGN-014 REQ-CTL-030", "dump timeout", when.ignored),
    _row("REQ-CTL-017", "dump oper", when.ended("cancelled")),
    _row("REQ-CTL-017", "dump dormant", when.ended("cancelled")),
    _row("REQ-CTL-018", "dump oper", when.ended("disconnect")),
    _row("REQ-CTL-018", "dump dormant", when.ended("disconnect")),
    _row("REQ-CTL-028", "dump oper", when.ended("aborted")),
    _row("REQ-CTL-028", "dump dormant", when.ended("aborted")),
    _row("REQ-EVT-008", "dump admin"),
    _row("REQ-IMP-002", "dump oper", when.ended("loss")),
    _row("REQ-IMP-002", "dump dormant", when.ended("loss")),
    _row("REQ-CTL-011", "dump oper", when.bound_and_connected),
    _row("REQ-CTL-011", "dump dormant", when.connected),
    _row("REQ-IMP-001", "dump oper", when.connecting),
    _row("REQ-IMP-001", "dump dormant", when.bound),
    _row("REQ-EVT-010", "dump oper"),
    _row("REQ-MON-005", "dump carrier"),
    _row("REQ-MON-006", "dump dormant"),
    _row("REQ-CTL-036", "dump bound"),
    _row("REQ-IGN-008 REQ-IGN-009", "dump ignored"),
    _row("REQ-CTL-033", "dump flags"),
    _row("REQ-CTL-030", "dump timeout"),
    _row("REQ-MON-001", "dump a4"),
    _row("REQ-MON-001", "dump a6"),
    _row("REQ-MON-034", "dump monitor"),
)

COUNTED = (
    _row("REQ-CTL-041 REQ-IMP-015", "count fewer"),
    _row("REQ-IMP-007", "count more", when.again),
    _row("REQ-CTL-022", "count more", when.ended("timeout")),
    _row("REQ-CTL-029", "count more", when.ended("fatal")),
    _row("REQ-CTL-026 REQ-IMP-004", "count more", when.ended("loss")),
    _row("REQ-CTL-018", "count more", when.ended("disconnect")),
    _row("REQ-CTL-018", "count more", when.ended("cancelled")),
)
"""Attempts that nothing asked for, or that are missing, though the implementation was called as often as it must."""

OVERDUE = (
    _row("REQ-IMP-007", "overdue *", when.again),
    _row("REQ-CTL-025", "overdue timeout", when.began_by_itself),
    _row("REQ-CTL-027", "overdue association", when.began_since_persistent),
    _row("REQ-CTL-024", "overdue association", when.began_by_itself),
    _row("REQ-CTL-023", "overdue association", when.failed_attempts),
)

ANSWERS = (
    _row("REQ-CTL-003", "missing returns *", when.of_null_api),
    _row("REQ-CTL-036", "missing returns *", when.bound_to_nothing),
    _row("REQ-CTL-002", "missing returns connect", when.unbound),
    _row("REQ-CTL-004", "missing returns connect", when.without_connect),
    _row("REQ-CTL-006", "missing returns connect", when.refuses_up),
    _row("REQ-CTL-008", "missing returns connect", when.connect_positive),
    _row("REQ-CTL-007", "missing returns connect", when.connect_refused),
    _row("REQ-IMP-014", "missing returns connect", when.answered_positive),
    _row("REQ-IMP-006", "missing returns connect", when.again_connected),
    _row("REQ-IMP-007", "missing returns connect", when.again),
    _row("REQ-CTL-014", "missing returns disconnect", when.unbound),
    _row("REQ-CTL-014", "missing returns disconnect", when.without_connect),
    _row("REQ-CTL-016", "missing returns disconnect", when.disconnect_refused),
    _row("REQ-IMP-008 REQ-CTL-015", "missing returns disconnect", when.refused_idle_disconnect),
    _row("REQ-CTL-031", "missing returns timeout", when.unbound),
    _row("REQ-CTL-032 REQ-CTL-030", "missing returns timeout", when.timeout_negative),
    _row("REQ-IDLE-004", "missing returns idle"),
    _row("REQ-CTL-034", "missing returns flag", when.flag_unknown),
    _row("REQ-CTL-035", "missing returns flag", when.unbound),
    _row("REQ-CTL-037", "missing returns opt-set", when.null_pointer),
    _row("REQ-CTL-039", "missing returns opt-set", when.without_options),
    _row("REQ-CTL-038", "missing returns opt-get", when.null_pointer),
    _row("REQ-CTL-039", "missing returns opt-get", when.without_options),
    _row("REQ-CTL-040 REQ-IMP-014", "missing returns opt-get", when.answered_positive),
    _row("REQ-CTL-040 REQ-IMP-014", "missing returns opt-set", when.answered_positive),
    _row("REQ-IMP-012 REQ-CTL-040", "missing returns opt-get", when.other_than_the_value),
    _row("REQ-CTL-041 REQ-IMP-015", "missing returns opt-get", when.value_of_another),
    _all("REQ-BULK-013", "missing returns all", when.connects_all_and_up_is_refused),
    _all("REQ-BULK-012", "missing returns all", when.several_refuse),
    _all("REQ-BULK-003", "missing returns all", when.bulk_answered_error("up")),
    _all("REQ-BULK-006", "missing returns all", when.bulk_answered_error("down")),
    _all(
        "REQ-BULK-012 REQ-CTL-014 REQ-BULK-016",
        "missing returns all",
        when.bulk_answered_no_error("disconnect"),
    ),
    _all("REQ-BULK-012 REQ-CTL-004", "missing returns all", when.bulk_answered_no_error("connect")),
    _all("REQ-BULK-012", "missing returns all", when.answered_zero),
    _all("REQ-BULK-015", "missing returns all", when.answered_not_bound),
    _all(
        "REQ-BULK-016 REQ-BULK-015", "missing returns all", when.bulk_answered_error("disconnect")
    ),
    _all("REQ-BULK-015 REQ-BULK-012", "missing returns all", when.bulk_answered_error("connect")),
)
"""Another answer than the model's."""

MISSING = (
    _all("REQ-BULK-011", "missing *", when.stopped_by_an_error),
    _all("REQ-BULK-018", "missing *", when.ignored_and_not_skipped),
    _all("REQ-BULK-009 REQ-BULK-019", "missing forwarded", when.bulk("disconnect")),
    _all("REQ-AUTO-001", "missing forwarded", when.bulk("up")),
    _all("REQ-BULK-007 REQ-AUTO-001", "missing forwarded"),
    _all("REQ-BULK-007", "missing admin-up", when.bulk("connect")),
    _all("REQ-BULK-019 REQ-BULK-009", "missing admin-down", when.bulk("disconnect")),
    _row(
        "REQ-CTL-017 REQ-AUTO-013", "missing forwarded", when.ended("cancelled"), cause="disconnect"
    ),
    _row("REQ-CTL-005", "missing forwarded", when.came_shutdown, cause="connect"),
    _row("REQ-IGN-015", "missing forwarded", when.ignored_not_connect),
    _row(
        "REQ-AUTO-007 REQ-AUTO-001 REQ-CTL-001",
        "missing forwarded",
        when.taken_up_and_auto_connects,
        cause="connect",
    ),
    _row("REQ-CTL-010", "missing forwarded", when.again_without_auto_connect, cause="connect"),
    _row("REQ-CTL-010 REQ-AUTO-007 REQ-CTL-005", "missing forwarded", when.again, cause="connect"),
    _row(
        "REQ-AUTO-018 REQ-AUTO-001 REQ-AUTO-023", "missing forwarded", when.ended_before, cause="up"
    ),
    _row("REQ-IMP-007", "missing timeout", when.again),
    _row("REQ-MON-035", "missing connected", when.address_on_last_iface),
    _row("REQ-MON-026", "missing connected", when.only_unique_local),
    _row("REQ-MON-027 REQ-MON-001", "missing connected", cause="boot"),
    _row("REQ-IDLE-003", "missing admin-down", cause="idle"),
    _row("REQ-MON-025", "missing disconnected", when.left_with_link_local, cause="addr4"),
    _row("REQ-MON-033", "missing disconnected", when.raised("IPV4_ACD_FAILED"), cause="raise"),
    _row("REQ-MON-033", "missing connected", when.raised("IPV4_ACD_SUCCEED"), cause="raise"),
    _row("REQ-MON-015", "missing disconnected", cause="raise"),
    _row("REQ-AUTO-014", "missing admin-down", when.disconnect_refused, cause="disconnect"),
    _row(
        "REQ-AUTO-013 REQ-AUTO-012",
        "missing admin-down",
        when.ended("cancelled"),
        cause="disconnect",
    ),
    _row("REQ-AUTO-011", "missing admin-down", when.raised("CONN_IF_FATAL_ERROR"), cause="raise"),
    _row("REQ-IGN-016 REQ-MON-031", "missing family", cause="ignore"),
    _row("REQ-IGN-016 REQ-MON-031", "missing family", cause="watch"),
    _row("REQ-RSD-006", "missing resend", when.of_a_family),
    _row("REQ-RSD-003 REQ-RSD-002", "missing resend", when.never_ready),
    _row("REQ-RSD-008 REQ-RSD-002", "missing resend", when.all_ready_ignored),
    _row("REQ-RSD-001 REQ-RSD-002", "missing resend", when.some_ready),
)
"""What was owed did not come, in a situation that tells more than the rule."""


def _owes(rule: str, cause: str, ids: str) -> Row:
    return _row(ids, f"missing {rule}", cause=cause)


OWED = (
    _owes("connected", "addr4", "REQ-MON-001"),
    _owes("connected", "addr6", "REQ-MON-002"),
    _owes("connected", "up", "REQ-MON-003 REQ-MON-022"),
    _owes("connected", "carrier", "REQ-MON-005"),
    _owes("connected", "dormant", "REQ-MON-006"),
    _owes("connected", "watch", "REQ-IGN-005 REQ-IGN-007"),
    _owes("connected", "watch-l2", "REQ-IGN-011"),
    _owes("connected", "association", "REQ-CTL-011"),
    _owes("connected", "dad", "REQ-MON-014"),
    _owes("connected", "connect", "REQ-CTL-011"),
    _owes("connected", "", "REQ-MON-001"),
    _owes("disconnected", "down", "REQ-MON-007"),
    _owes("disconnected", "carrier", "REQ-MON-008"),
    _owes("disconnected", "dormant", "REQ-MON-009"),
    _owes("disconnected", "addr4", "REQ-MON-010"),
    _owes("disconnected", "addr6", "REQ-MON-010"),
    _owes("disconnected", "ignore", "REQ-IGN-001"),
    _owes("disconnected", "ignore-l2", "REQ-IGN-010"),
    _owes("disconnected", "disconnect", "REQ-CTL-013"),
    _owes("disconnected", "", "REQ-MON-019"),
    _owes("resend", "", "REQ-RSD-002"),
    _owes("family", "", "REQ-MON-031 REQ-EVT-002"),
    _owes("address", "", "REQ-MON-001"),
    _owes("oper-up", "association", "REQ-CTL-011"),
    _owes("oper-up", "connect", "REQ-CTL-011"),
    _owes("oper-up", "", "REQ-EVT-010"),
    _owes("oper-down", "disconnect", "REQ-CTL-013"),
    _owes("oper-down", "teardown", "REQ-CTL-013"),
    _owes("oper-down", "lose", "REQ-IMP-002"),
    _owes("oper-down", "fatal", "REQ-CTL-028"),
    _owes("oper-down", "", "REQ-EVT-010"),
    _owes("admin-up", "connect", "REQ-CTL-005"),
    _owes("admin-up", "all", "REQ-BULK-001"),
    _owes("admin-up", "", "REQ-EVT-008"),
    _owes("admin-down", "lose", "REQ-AUTO-008"),
    _owes("admin-down", "timeout", "REQ-AUTO-010"),
    _owes("admin-down", "fatal", "REQ-AUTO-011"),
    _owes("admin-down", "disconnect", "REQ-AUTO-012"),
    _owes("admin-down", "all", "REQ-BULK-004"),
    _owes("admin-down", "raise", "REQ-AUTO-010"),
    _owes("admin-down", "", "REQ-EVT-008"),
    _owes("timeout", "", "REQ-CTL-019"),
    _owes("fatal", "", "REQ-CTL-028"),
    _owes("no configuration", "", "REQ-CTL-050"),
    _owes("idle", "", "REQ-IDLE-001"),
    _owes("dad", "", "REQ-MON-014"),
    _owes("association", "", "REQ-CTL-011"),
    _owes("teardown", "", "REQ-CTL-013"),
    _owes("init", "", "REQ-CTL-042"),
    _owes("forwarded", "up", "REQ-AUTO-001"),
    _owes("forwarded", "all", "REQ-BULK-007 REQ-BULK-009"),
    _owes("forwarded", "connect", "REQ-CTL-001 REQ-CTL-010 REQ-AUTO-007 REQ-AUTO-001"),
    _owes("forwarded", "disconnect", "REQ-CTL-013"),
    _owes("forwarded", "opt-set", "REQ-CTL-040"),
    _owes("forwarded", "opt-get", "REQ-CTL-040"),
    _owes("forwarded", "boot", "REQ-AUTO-003 REQ-AUTO-021"),
    _owes("forwarded", "", "REQ-CTL-001"),
    _owes("returns connect", "", "REQ-CTL-001 REQ-CTL-007"),
    _owes("returns disconnect", "", "REQ-CTL-014 REQ-CTL-016"),
    _owes("returns up", "", "REQ-EVT-008"),
    _owes("returns down", "", "REQ-EVT-008"),
    _owes("returns timeout", "", "REQ-CTL-030"),
    _owes("returns flag", "", "REQ-CTL-033"),
    _owes("returns opt-set", "", "REQ-IMP-013 REQ-CTL-040"),
    _owes("returns opt-get", "", "REQ-IMP-013 REQ-CTL-040"),
    _owes("returns bound", "", "REQ-CTL-036"),
    _owes("returns ignored", "", "REQ-IGN-008"),
    _owes("returns all", "", "REQ-BULK-003 REQ-BULK-006 REQ-BULK-012 REQ-BULK-013"),
    _owes("returns sim", "", "REQ-CTL-010 REQ-CTL-041"),
    _owes("storm", "", "REQ-EVT-020"),
)
"""What each rule of the model owes, by itself: one row for each rule and what caused it."""

OTHER = (
    _all("REQ-BULK-018", "other iface", when.ignored_and_not_skipped),
    _all("REQ-BULK-002", "other iface", when.acts_on_ignored("up")),
    _all("REQ-BULK-005", "other iface", when.acts_on_ignored("down")),
    _all("REQ-BULK-008", "other iface", when.acts_on_ignored("connect")),
    _all("REQ-BULK-010", "other iface", when.acts_on_ignored("disconnect")),
    _all("REQ-BULK-009", "other iface", when.disconnects_unbound),
    _all("REQ-BULK-007", "other iface", when.leaves_out_unbound),
    _all("REQ-BULK-001 REQ-BULK-014", "other iface", when.leaves_out_an_earlier("up")),
    _all("REQ-BULK-004 REQ-BULK-014", "other iface", when.leaves_out_an_earlier("down")),
    _all("REQ-BULK-007 REQ-BULK-014", "other iface", when.leaves_out_an_earlier("connect")),
    _all("REQ-BULK-009 REQ-BULK-014", "other iface", when.leaves_out_an_earlier("disconnect")),
    _all("REQ-BULK-014", "other iface"),
    _row("REQ-EVT-014", "other iface", when.of_control),
    _row("REQ-EVT-005 REQ-EVT-006 REQ-RSD-007", "other iface", cause="resend"),
    _row("REQ-EVT-005 REQ-EVT-006", "other iface", when.of_l4),
    _row("REQ-EVT-005", "other iface"),
    _row("REQ-EVT-015", "other info"),
    _row("REQ-IGN-015", "other admin-up", when.ignored),
    _row("REQ-AUTO-017", "other admin-up", when.another_keeps_up),
    _row("REQ-AUTO-010", "other admin-up", when.seen_is("CONN_IF_TIMEOUT")),
    _row("REQ-AUTO-011", "other admin-up", when.seen_is("CONN_IF_FATAL_ERROR")),
    _row("REQ-AUTO-014", "other admin-up", when.disconnect_refused, cause="disconnect"),
    _row("REQ-AUTO-012", "other admin-up", when.seen_is("IF_DOWN"), cause="disconnect"),
    _row("REQ-AUTO-008", "other admin-up", when.seen_is("IF_DOWN")),
    _row("REQ-CTL-009", "other admin-down", when.up_and_connect_refused),
    _row("REQ-AUTO-006", "other admin-down", when.unbound),
    _row("REQ-AUTO-016", "other admin-down", when.switched_off),
    _row("REQ-AUTO-015", "other admin-down", when.keeps_up),
    _row("REQ-AUTO-009", "other admin-down", when.persistent),
    _row("REQ-IMP-001", "other oper-up", when.connecting),
)
"""What was owed came with another iface, with other info, or in another state of its iface."""

EXTRA = (
    _row("REQ-EVT-018 REQ-EVT-013", "extra *", when.listener_gone),
    _row("REQ-EVT-011", "extra DNS_*", when.not_raised_and_owed),
    _row("REQ-MON-028", "extra L4_DISCONNECTED", when.nothing_was_ready),
    _row("REQ-RSD-001 REQ-RSD-009", "extra L4_CONNECTED", when.some_ready, cause="resend"),
    _row("REQ-RSD-001 REQ-RSD-009", "extra L4_DISCONNECTED", when.some_ready, cause="resend"),
    _row("REQ-RSD-002 REQ-RSD-008", "extra L4_CONNECTED", cause="resend"),
    _row("REQ-RSD-002 REQ-RSD-008", "extra L4_DISCONNECTED", cause="resend"),
    _row("REQ-RSD-006", "extra L4_*", cause="resend"),
    _row("REQ-MON-030 REQ-EVT-012", "extra L4_CONNECTED", cause="raise"),
    _row("REQ-MON-030 REQ-EVT-012", "extra L4_DISCONNECTED", cause="raise"),
    _row("REQ-MON-004 REQ-MON-039", "extra L4_CONNECTED", when.no_address_alone, cause="up"),
    _row("REQ-MON-005", "extra L4_CONNECTED", when.up_without_carrier),
    _row("REQ-MON-006", "extra L4_CONNECTED", when.up_and_dormant),
    _row("REQ-MON-014 REQ-MON-016", "extra L4_CONNECTED", when.tentative),
    _row("REQ-MON-024 REQ-MON-013", "extra L4_CONNECTED", when.only_link_local4),
    _row("REQ-IGN-013", "extra L4_DISCONNECTED", when.of_offloaded, cause="ignore-l2"),
    _row("REQ-IGN-009", "extra L4_DISCONNECTED", when.some_ready, cause="ignore-l2"),
    _row("REQ-IGN-010 REQ-IGN-009", "extra L4_DISCONNECTED", cause="ignore-l2"),
    _row("REQ-IGN-009 REQ-IGN-011", "extra L4_CONNECTED", cause="watch-l2"),
    _row("REQ-IGN-003", "extra L4_DISCONNECTED", when.some_ready, cause="ignore"),
    _row("REQ-IGN-002 REQ-IGN-004", "extra L4_DISCONNECTED", cause="ignore"),
    _row("REQ-IGN-006", "extra L4_CONNECTED", when.none_other_ready, cause="watch"),
    _row("REQ-IGN-017", "extra L4_DISCONNECTED", when.ignored_and_watched),
    _row("REQ-IGN-003", "extra L4_DISCONNECTED", when.some_ready, cause="burst"),
    _row("REQ-MON-028", "extra L4_CONNECTED", when.never_ready_and_of_no_iface),
    _row("REQ-MON-012 REQ-MON-002", "extra L4_DISCONNECTED", when.keeps_ipv6, cause="addr4"),
    _row("REQ-MON-034", "extra L4_DISCONNECTED", when.adds_an_address),
    _row("REQ-MON-029", "extra L4_DISCONNECTED", cause="lifetime"),
    _row("REQ-CTL-015 REQ-BULK-016", "extra call disconnect", when.admin_down, cause="disconnect"),
    _row("REQ-CTL-043 REQ-AUTO-019", "extra call disconnect", cause="down"),
    _row("REQ-AUTO-002", "extra call connect", when.no_auto_connect, cause="up"),
    _row("REQ-AUTO-005", "extra call connect", cause="flag"),
    _row("REQ-AUTO-004", "extra call connect", when.connect_refused_up),
    _all("REQ-BULK-002", "extra IF_ADMIN*", when.acts_on_ignored("up")),
    _all("REQ-BULK-005", "extra IF_ADMIN*", when.acts_on_ignored("down")),
    _all("REQ-BULK-008", "extra IF_ADMIN*", when.acts_on_ignored("connect")),
    _all("REQ-BULK-010", "extra IF_ADMIN*", when.acts_on_ignored("disconnect")),
    _all("REQ-BULK-009", "extra IF_ADMIN*", when.disconnects_unbound),
    _row("REQ-CTL-036", "extra call *", when.unbound),
    _all("REQ-BULK-008", "extra call connect", when.acts_on_ignored("connect")),
    _all("REQ-AUTO-002 REQ-BULK-001", "extra call connect", when.no_auto_connect_up),
    _all("REQ-BULK-010", "extra call disconnect", when.acts_on_ignored("disconnect")),
    _all("REQ-BULK-001", "extra IF_ADMIN_DOWN", when.bulk("up")),
    _all("REQ-BULK-007", "extra IF_ADMIN_DOWN", when.bulk("connect")),
    _all("REQ-BULK-004", "extra IF_ADMIN_UP", when.bulk("down")),
    _all("REQ-BULK-009", "extra IF_ADMIN_UP", when.bulk("disconnect")),
    _all("REQ-BULK-004", "extra call connect", when.bulk("down")),
    _all("REQ-BULK-009", "extra call connect", when.bulk("disconnect")),
    _all("REQ-BULK-001", "extra call disconnect", when.bulk("up")),
    _all("REQ-BULK-004 REQ-AUTO-019", "extra call disconnect", when.bulk("down")),
    _all("REQ-BULK-007", "extra call disconnect", when.bulk("connect")),
    _row("REQ-CTL-006", "extra call connect", when.refuses_up, cause="connect"),
    _row("REQ-CTL-038", "extra call get_opt", when.null_pointer),
    _row("REQ-CTL-037", "extra call set_opt", when.null_pointer),
    _row("REQ-CTL-040", "extra call get_opt"),
    _row("REQ-CTL-040", "extra call set_opt"),
    _row("REQ-AUTO-016", "extra IF_ADMIN_DOWN", when.switched_off_and_bound),
    _row("REQ-CTL-002", "extra IF_ADMIN_UP", when.unbound, cause="connect"),
    _row("REQ-IMP-006", "extra CONN_IF_TIMEOUT", when.again_connected),
    _row("REQ-IMP-006", "extra IF_DOWN", when.again_connected),
    _row("REQ-CTL-025", "extra CONN_IF_TIMEOUT", when.connecting_by_itself),
    _row("REQ-IMP-017", "extra CONN_IF_TIMEOUT", when.persistent_without_timeout),
    _row("REQ-CTL-017", "extra IF_UP", when.idle_up_after("cancelled")),
    _row("REQ-CTL-018", "extra IF_UP", when.idle_up_after("disconnect")),
    _row("REQ-CTL-028", "extra IF_UP", when.idle_up_after("aborted")),
)
"""What nothing owes, in a situation that tells more than what was seen."""

FORBIDDEN = (
    _row("REQ-EVT-005", "extra *", when.of_no_iface),
    _row("REQ-CTL-042", "extra call init"),
    _row("REQ-AUTO-019", "extra call disconnect"),
    _row("REQ-AUTO-002", "extra call connect", when.no_auto_connect_up),
    _row("REQ-CTL-022", "extra call connect", when.ended("timeout")),
    _row("REQ-CTL-029", "extra call connect", when.ended("fatal")),
    _row("REQ-CTL-026 REQ-IMP-004", "extra call connect", when.ended("loss")),
    _row("REQ-CTL-018", "extra call connect", when.ended("disconnect")),
    _row("REQ-CTL-010", "extra call *"),
    _row("REQ-CTL-021", "extra CONN_IF_TIMEOUT", when.connected),
    _row("REQ-CTL-020", "extra CONN_IF_TIMEOUT", when.connecting_without_timeout),
    _row("REQ-CTL-019", "extra CONN_IF_TIMEOUT", when.connecting),
    _row("REQ-CTL-017", "extra CONN_IF_TIMEOUT", when.ended("cancelled")),
    _row("REQ-IMP-009", "extra CONN_IF_TIMEOUT"),
    _row("REQ-CTL-028", "extra CONN_IF_FATAL_ERROR"),
    _row("REQ-IDLE-002 REQ-IDLE-001 REQ-IDLE-004", "extra CONN_IF_IDLE_TIMEOUT"),
    _row("REQ-CTL-044", "extra IF_UP", when.admin_down),
    _row("REQ-IMP-016", "extra IF_UP", when.link_outlived_admin_down),
    _row("REQ-IMP-001", "extra IF_UP", when.connecting),
    _row("REQ-CTL-022", "extra IF_UP", when.ended("timeout")),
    _row("REQ-CTL-029", "extra IF_UP", when.ended("fatal")),
    _row("REQ-CTL-026 REQ-IMP-004", "extra IF_UP", when.ended("loss")),
    _row("REQ-EVT-010", "extra IF_UP"),
    _row("REQ-CTL-021", "extra IF_DOWN", when.bound_and_connected),
    _row("REQ-EVT-010", "extra IF_DOWN"),
    _row("REQ-AUTO-020", "extra IF_ADMIN_UP", when.bound),
    _row("REQ-AUTO-006", "extra IF_ADMIN_UP"),
    _row("REQ-AUTO-015", "extra IF_ADMIN_DOWN", when.keeps_up),
    _row("REQ-AUTO-009", "extra IF_ADMIN_DOWN", when.persistent),
    _row("REQ-AUTO-008", "extra IF_ADMIN_DOWN", when.bound),
    _row("REQ-AUTO-006", "extra IF_ADMIN_DOWN"),
    _row("REQ-IGN-004", "extra L4_*", when.ignored_and_of_l4),
    _row("REQ-MON-017", "extra L4_CONNECTED", when.others_ready),
    _row("REQ-MON-004", "extra L4_CONNECTED", when.no_address),
    _row("REQ-MON-003", "extra L4_CONNECTED", when.oper_down),
    _row("REQ-MON-013", "extra L4_CONNECTED", when.unready),
    _row("REQ-EVT-001", "extra L4_CONNECTED"),
    _row("REQ-MON-018", "extra L4_DISCONNECTED", when.others_ready),
    _row("REQ-MON-011", "extra L4_DISCONNECTED", when.ready),
    _row("REQ-EVT-001", "extra L4_DISCONNECTED"),
    _row("REQ-MON-032 REQ-EVT-002", "extra L4_*"),
    _row("REQ-EVT-020", "extra IPV6_DAD_SUCCEED"),
    _row("REQ-MON-030", "extra *"),
)
"""What must not happen, whatever the circumstances."""

TABLE = (
    *ENDS, *SENSELESS, *ORDER, *DUMPED, *COUNTED, *OVERDUE, *ANSWERS, *MISSING, *OWED, *OTHER, *EXTRA, *FORBIDDEN,
)  # fmt: skip


def blamed(differs: str, situation: Situation | None = None) -> tuple[str, ...]:
    """Return the requirements that are broken, the likeliest first; none where no row fits."""
    return next((row.requirements for row in TABLE if row.fits(differs, situation)), ())


def sentence_of(broken: tuple[str, ...]) -> str:
    """Return what the first of these requirements says, in the specification's words."""
    return requirements()[broken[0]].sentence


@cache
def rules() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the rules of the model, each with what caused it ("" is anything), and the requirements behind it."""
    return {(row.differs.removeprefix("missing "), row.cause): row.requirements for row in OWED}


def key_of(name: str, cause: str) -> tuple[str, str]:
    """Return the key under which a rule stands in `rules`: with its cause, or the general one."""
    return (name, cause) if (name, cause) in rules() else (name, "")
