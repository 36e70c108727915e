"""Builds whose order of events nobody can foresee: refused before a run, and never blamed offline."""

import pytest
from msgspec import structs

from checker.forks import judge, recorded
from connmgr_hil.checker import Outcome
from connmgr_hil.targets import require_order
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.facts import Hello
from connmgr_hil.vocabulary.observations import EventSeen, HelloSeen
from model.play import world

OTHERS = [
    ({"delivery": "direct"}, "NET_MGMT_EVENT_DIRECT"),
    ({"delivery": "queue"}, "NET_MGMT_EVENT_SYSTEM_WORKQUEUE"),
    ({"coop": False}, "NET_TC_THREAD_PREEMPTIVE"),
]


def _built(changes: dict[str, object]) -> Hello:
    return structs.replace(world().hello, **changes)


@pytest.mark.parametrize(("changes", "option"), OTHERS)
def test_a_run_is_refused_before_it_begins(changes: dict[str, object], option: str) -> None:
    with pytest.raises(UsageError, match=f"(?s)in an unpredictable order.*{option}"):
        require_order(_built(changes), "native")


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({"delivery": "direct"}, "CONFIG_NET_MGMT_EVENT_THREAD=y"),
        ({"delivery": "queue"}, "CONFIG_NET_MGMT_EVENT_THREAD=y"),
        # Zephyr 3.4.99 has no other option, and does not build with one that it does not have.
        ({"coop": False}, "CONFIG_NET_TC_THREAD_COOPERATIVE=y"),
    ],
)
def test_what_to_build_with_is_told(changes: dict[str, object], needed: str) -> None:
    with pytest.raises(UsageError) as refused:
        require_order(_built(changes), "native")
    assert refused.value.remedy.startswith(f"build it with {needed};")


def test_the_usual_build_is_taken() -> None:
    require_order(_built({}), "native")


@pytest.mark.parametrize(("changes", "option"), OTHERS)
def test_its_trace_is_never_a_failure(changes: dict[str, object], option: str) -> None:
    records = [
        structs.replace(each, facts=structs.replace(each.facts, **changes))
        if isinstance(each, HelloSeen)
        else each
        for each in recorded("E1")
    ]
    lacking = [each for each in records if not isinstance(each, EventSeen)]
    for trace in (records, lacking):
        verdict = judge(trace)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert option in verdict.reason
