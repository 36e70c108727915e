"""Recorded traces in disguise: simulated ifaces that are judged as if nobody knew them.

The sample's implementation keeps the guarantees of REQ-IMP unless a knob says otherwise, so as a real
iface it must never be blamed. What was done to it by knobs becomes something that happened outside.
"""

from collections.abc import Iterable, Iterator

import pytest
from msgspec import structs

from checker.forks import TRACES, judge, recorded
from connmgr_hil.checker import Outcome
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    HelloSeen,
    Reply,
    Stimulus,
)

FROM_OUTSIDE = frozenset({"sim", "lose", "fatal", "carrier", "dormant", "addr4", "addr6"})
NOT_AS_GUARANTEED = {
    ("bound0", "Q6"): "a knob lets connect return 1",
    ("bound0", "disconnect-positive"): "a knob lets disconnect return 1",
    ("bound0", "bound-alike"): "leaves dormant without an attempt",
    ("bound0", "work-queue"): "loses its network by a command that cannot be left out",
    ("bound0", "X1d"): "a storm with more orders than are followed",
    ("bound0", "Y11"): "a storm with more orders than are followed",
    ("free0", "E14"): "ignores the L2 that it had",
    ("free0", "Y4"): "ignores the L2 that it had",
    ("free0", "l2-only"): "ignores the L2 that it had",
}
NAMES = sorted(path.stem for path in TRACES.glob("*.jsonl"))


def disguised(records: Iterable[AnyRecord], name: str) -> Iterator[AnyRecord]:
    """Yield the records as they were if an iface were real, and its knobs out of reach."""
    index = 0
    left_out = set()
    for record in records:
        if isinstance(record, HelloSeen):
            index = next(facts.index for facts in record.ifaces if facts.name == name)
            ifaces = tuple(
                _other(facts) if facts.index == index else facts for facts in record.ifaces
            )
            yield structs.replace(record, ifaces=ifaces)
        elif isinstance(record, CallSeen) and record.iface == index:
            continue
        elif isinstance(record, Stimulus) and record.words[0] in FROM_OUTSIDE:
            if record.words[1] == str(index):
                left_out.add(record.id)
            else:
                yield record
        elif not (isinstance(record, Reply) and record.id in left_out):
            yield record


def _other(facts: IfaceFacts) -> IfaceFacts:
    # An unbound iface of the dummy L2 does nothing by itself, whoever made it.
    impl, l2 = ("OTHER", facts.l2) if facts.bound else ("-", "ETHERNET")
    return structs.replace(facts, name=f"real-{facts.name}", impl=impl, l2=l2, sim=False)


@pytest.mark.parametrize("iface", ["bound0", "free0"])
@pytest.mark.slow
def test_a_real_iface_that_keeps_its_guarantees_is_never_blamed(iface: str) -> None:
    blamed = {
        name: verdict.lines()
        for name in NAMES
        if (verdict := judge(disguised(recorded(name), iface))).outcome is not Outcome.CONFORMS
    }
    assert {(iface, name) for name in blamed} == {
        each for each in NOT_AS_GUARANTEED if each[0] == iface
    }, blamed


def test_every_missing_l4_event_beside_a_real_iface_is_noticed() -> None:
    missed = []
    dropped = 0
    for name in ("E1", "E2", "E4", "E7", "X14", "Q1", "Q11"):
        if name not in NAMES:
            continue
        records = list(disguised(recorded(name), "free0"))
        for place, record in enumerate(records):
            if isinstance(record, EventSeen) and record.name in ("L4_CONNECTED", "L4_DISCONNECTED"):
                dropped += 1
                if judge(records[:place] + records[place + 1 :]).outcome is not Outcome.FAILS:
                    missed.append((name, place + 1))
    assert dropped >= 8
    assert not missed
