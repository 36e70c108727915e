"""The table of blame: every requirement is in it, or it is said why not."""

from connmgr_hil.checker.blame import FORBIDDEN, TABLE, blamed, sentence_of
from connmgr_hil.vocabulary.requirements import requirements

ELSEWHERE = {
    "REQ-MON-020": "an event in a hand-over is one of a second iface: REQ-MON-017, REQ-MON-018",
    "REQ-MON-021": "its two events are those of losing and gaining readiness: REQ-MON-007, REQ-MON-003",
    "REQ-MON-023": "bound ifaces are judged by the same rows as unbound ones",
    "REQ-MON-037": "the event that is missing is that of an address: REQ-MON-001, REQ-MON-002",
    "REQ-MON-040": "its scenario judges, since the network gives the lease",
    "REQ-IGN-012": "watching one iface is judged alike whoever ignored it: REQ-IGN-005",
    "REQ-RSD-004": "what a late listener gets is what resend gives: REQ-RSD-001, REQ-RSD-002",
    "REQ-RSD-005": "a change that is told twice or not at all: REQ-EVT-001, REQ-MON-001",
    "REQ-EVT-016": "what is missing at start is REQ-MON-027's event",
    "REQ-CTL-047": "a mark that stays shows as a loss that is taken for intended: REQ-AUTO-009",
    "REQ-CTL-048": "the connection that is missing is REQ-CTL-011's",
    "REQ-IMP-003": "stands for REQ-CTL-019 to REQ-CTL-026",
    "REQ-IMP-005": "an attempt that goes on, or its timeout: REQ-CTL-019, REQ-CTL-020",
    "REQ-IMP-011": "the connection that is missing is REQ-CTL-011's",
    "REQ-IMP-018": "its scenario judges, by a ping",
    **{
        f"REQ-SH-{number:03}": "its scenario judges: no model knows the shell's words"
        for number in range(1, 9)
    },
}
"""Requirements that no row names, and why; a failing scenario that was written for one counts it as failed."""

NAMED = {ident for row in TABLE for ident in row.requirements}


def test_every_requirement_is_in_the_table_or_it_is_said_why_not() -> None:
    wanted = {ident for ident, each in requirements().items() if each.kind in ("N", "B")}
    assert wanted - NAMED == ELSEWHERE.keys()


def test_the_table_names_what_there_is() -> None:
    assert requirements().keys() >= NAMED
    for why in ELSEWHERE.values():
        assert {word.strip(",.'s") for word in why.split() if word.startswith("REQ-")} <= {
            *requirements()
        }


def test_no_row_stands_behind_one_that_takes_all() -> None:
    """A row without a condition takes all that differs so: one behind it would never be asked."""
    closed: list[str] = []
    for row in TABLE:
        assert not any(
            row.differs == each or (each.endswith("*") and row.differs.startswith(each[:-1]))
            for each in closed
        ), row
        if not row.cause and row.when.__name__ == "always":
            closed.append(row.differs)


def test_whatever_comes_unasked_is_forbidden_by_something() -> None:
    assert any(row.differs == "extra *" for row in FORBIDDEN)


def test_an_end_is_named_without_a_situation() -> None:
    assert blamed("reset") == ("REQ-LIFE-003",)
    assert blamed("crash sanitizer") == ("REQ-LIFE-005",)
    assert blamed("crash segmentation-fault") == ("REQ-LIFE-001",)
    assert blamed("stuck dispatcher") == ("REQ-LIFE-004",)
    assert blamed("stuck command") == ("REQ-LIFE-002",)
    assert sentence_of(("REQ-LIFE-003",)) == requirements()["REQ-LIFE-003"].sentence
