"""What nobody has seen of real ifaces is followed for each by itself: to the same end as all of it together."""

from pathlib import Path

import pytest
from msgspec import structs

from checker.forks import judge
from checker.test_real import BROKEN, LEASE, LEGAL, Script
from connmgr_hil.checker import Checker, Outcome, check_trace
from connmgr_hil.model import unseen
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import AnyRecord, HelloSeen, Stimulus

CASE = Path(__file__).parents[1] / "cases" / "06-four-unknown-ifaces.jsonl"

WATCHED = LEASE + "! ignore 10\nL4_DISCONNECTED 10\n= 0\n! watch 10\nL4_CONNECTED 10\n= 0"
MORE = {
    "found ready": "L4_CONNECTED 10\n! resend\nL4_CONNECTED 10\n= 0",
    "found ready, then ignored": "L4_CONNECTED 10\n! ignore 10\nL4_DISCONNECTED 10\n= 0",
    "found ready, and ignored unheard": "L4_CONNECTED 10\n! ignore 10\n= 0",
    "found otherwise than ready": "! ignore 10\n= 0\n! watch 10\n= 0",
    "ready only when watched": "! ignore 10\n= 0\n! watch 10\nL4_CONNECTED 10\n= 0",
    "watched again": WATCHED,
    "watched again, unheard": WATCHED.replace("! watch 10\nL4_CONNECTED 10", "! watch 10"),
    "up in one family": "L4_CONNECTED 10\n! state 10\nstate 10 admin monitor=u4r a4=10.0.2.15/p\n= 0",
    "up with none": "L4_CONNECTED 10\n! state 10\nstate 10 admin monitor=u\n= 0",
    "down and up": """
        L4_CONNECTED 10
        ! advance 1000000
        IF_DOWN 10
        L4_DISCONNECTED 10
        IF_UP 10
        L4_CONNECTED 10
        + 1
        = 0""",
    "an address goes that was not there": "! advance 1000000\nIPV4_ADDR_DEL 10\nL4_DISCONNECTED 10\n+ 1\n= 0",
    "the address of a ready one goes": "L4_CONNECTED 10\n! advance 1000000\nIPV4_ADDR_DEL 10\nL4_DISCONNECTED 10\n+ 1\n= 0",
    "found ready in both families": """
        L4_CONNECTED 10
        L4_IPV4_CONNECTED 10
        L4_IPV6_CONNECTED 10
        ! ignore 10
        L4_DISCONNECTED 10
        L4_IPV4_DISCONNECTED 10
        L4_IPV6_DISCONNECTED 10
        = 0
        ! resend
        L4_DISCONNECTED 10
        L4_IPV6_DISCONNECTED 10
        L4_IPV4_DISCONNECTED 10
        = 0""",
    "found ready in one family, lost in another": """
        L4_CONNECTED 10
        L4_IPV6_CONNECTED 10
        ! ignore 10
        L4_DISCONNECTED 10
        L4_IPV4_DISCONNECTED 10
        = 0""",
    "found ready in one family": """
        L4_CONNECTED 10
        L4_IPV6_CONNECTED 10
        ! advance 1000000
        IPV4_ADDR_ADD 10 v4 v6
        L4_IPV4_CONNECTED 10
        IPV6_ADDR_DEL 10 v4
        L4_IPV6_DISCONNECTED 10
        IF_DOWN 10
        L4_DISCONNECTED 10
        L4_IPV4_DISCONNECTED 10
        + 1
        = 0""",
    "both at once": "L4_CONNECTED 10\n! burst ignore 10 ; ignore 11\npart 0 0\npart 1 0\nL4_DISCONNECTED 10\n= 0 n=2",
    "off and on in one go": "L4_CONNECTED 10\n! burst ignore 10 ; watch 10\npart 0 0\npart 1 0\n= 0 n=2",
}  # fmt: skip
SCRIPTS = LEGAL | {name: text for name, (text, _) in BROKEN.items()} | MORE


def _conforms_in_some_way(records: list[AnyRecord], monkeypatch: pytest.MonkeyPatch) -> bool:
    for up in unseen.ways(unseen.ALL):
        for down in unseen.ways(unseen.ANY_DOWN):
            with monkeypatch.context() as patch:
                patch.setattr(unseen, "ANY", 1 << up)
                patch.setattr(unseen, "ANY_DOWN", 1 << down)
                if judge(records).outcome is Outcome.CONFORMS:
                    return True
    return False


CASES = [
    (name, profile)
    for name, text in SCRIPTS.items()
    for profile in ("P34", "P37")
    if profile != "P34" or "L4_IPV" not in text
]


@pytest.mark.parametrize(("name", "profile"), CASES)
def test_each_by_itself_is_all_together(
    name: str, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Script(SCRIPTS[name], profile).records
    conforms = judge(records).outcome is Outcome.CONFORMS
    assert conforms == _conforms_in_some_way(records, monkeypatch)


def _with_more(count: int) -> list[AnyRecord]:
    """Return the recorded case with more unknown ifaces behind its own."""
    records = list(read_records(CASE))
    place = next(i for i, each in enumerate(records) if isinstance(each, HelloSeen))
    hello = records[place]
    assert isinstance(hello, HelloSeen)
    more = tuple(
        IfaceFacts(index=number, name=f"more{number}", l2="ETHERNET", bound=False, auto=True)
        for number in range(len(hello.ifaces) + 1, len(hello.ifaces) + 1 + count)
    )
    ifaces = hello.ifaces + more
    facts = structs.replace(hello.facts, ifaces=len(ifaces), track=len(ifaces))
    records[place] = structs.replace(hello, ifaces=ifaces, facts=facts)
    return records


@pytest.mark.parametrize("connmgr", ["3.4", "4.2"])
@pytest.mark.parametrize("count", [0, 8, 26])
@pytest.mark.slow
def test_many_unknown_ifaces_do_not_exhaust_the_search(count: int, connmgr: str) -> None:
    checker = Checker()
    for record in _with_more(count):
        if isinstance(record, HelloSeen):
            record = structs.replace(record, facts=structs.replace(record.facts, connmgr=connmgr))  # noqa: PLW2901
        if connmgr != "3.4" and isinstance(record, Stimulus) and record.words[0] == "up":
            break  # from here on events come, with the codes of 3.4
        checker.feed(record)
    assert checker.finish().outcome is Outcome.CONFORMS


def test_the_recorded_case_conforms() -> None:
    assert check_trace(CASE).outcome is Outcome.CONFORMS
