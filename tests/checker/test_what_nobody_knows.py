"""What the model does not know of is no failure of the device: commands that are none, and implementations that block."""

from msgspec import structs

from checker.forks import judge, recorded
from connmgr_hil.checker import Outcome
from connmgr_hil.vocabulary.observations import EventSeen, Stimulus


def test_a_command_that_is_none_leaves_what_it_shows_unjudged() -> None:
    records = [
        structs.replace(each, words=("upp", "4")) if isinstance(each, Stimulus) else each
        for each in recorded("E1")
    ]
    verdict = judge(records)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.reason.startswith(
        "no model knows what 'upp 4' does; otherwise it would be: FAIL"
    )


def test_what_waits_for_an_implementation_that_blocks_is_not_judged() -> None:
    given = ("sim", "1", "block_ms", "60000")
    records = [
        structs.replace(each, words=given)
        if isinstance(each, Stimulus) and each.words == ("sim", "1", "mode", "sync")
        else each
        for each in recorded("Q1")
        if not (isinstance(each, EventSeen) and each.name == "L4_CONNECTED")
    ]
    assert any(isinstance(each, Stimulus) and each.words == given for each in records)
    verdict = judge(records)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "block_ms" in verdict.reason
