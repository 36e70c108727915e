"""What evidence is worth: the order of facts decides the outcome."""

from hypothesis import given, strategies as st

from connmgr_hil.checker import Failure, Outcome
from connmgr_hil.checker.evidence import Damage, Evidence

FAILURE = Failure(("REQ-MON-001",), "s", 3, 0, "seen", (), (), "up 1", "")


def test_a_failure_before_any_damage_stands() -> None:
    evidence = Evidence()
    evidence.fail(FAILURE)
    evidence.harm(Damage.RIG, 4, "LineClosed: gone")
    assert evidence.outcome() == (Outcome.FAILS, "")


def test_after_a_damage_nothing_fails_any_more() -> None:
    for damage in Damage:
        evidence = Evidence()
        evidence.harm(damage, 2, "why")
        evidence.fail(FAILURE)
        evidence.miss(5, "an expectation")
        outcome = Outcome.RIG if damage is Damage.RIG else Outcome.INCONCLUSIVE
        assert evidence.outcome() == (outcome, "why")


def test_the_rig_is_named_before_other_damage() -> None:
    evidence = Evidence()
    evidence.harm(Damage.LINE, 2, "frames 1 to 2 were lost")
    evidence.harm(Damage.RIG, 3, "LineClosed: gone")
    assert evidence.outcome() == (Outcome.RIG, "LineClosed: gone")


def test_an_expectation_that_was_not_met_alone_shows_nothing() -> None:
    evidence = Evidence()
    evidence.miss(2, "'up A' shows IF_UP(A)")
    assert evidence.outcome() == (Outcome.INCONCLUSIVE, "not shown: 'up A' shows IF_UP(A)")
    evidence.fail(FAILURE)
    assert evidence.outcome() == (Outcome.FAILS, "")


def test_a_damage_that_goes_on_is_kept_once() -> None:
    evidence = Evidence()
    for number in range(1, 100):
        evidence.harm(Damage.DOUBT, number, f"doubt {number}")
    assert [each.record for each in evidence.harms] == [1]
    assert evidence.outcome() == (Outcome.INCONCLUSIVE, "doubt 1")


STEPS = st.lists(st.sampled_from(["fail", "miss", *Damage]), max_size=8)


@given(STEPS)
def test_the_first_fact_that_settles_decides(steps: list[str | Damage]) -> None:
    evidence = Evidence()
    for number, step in enumerate(steps, 1):
        if isinstance(step, Damage):
            evidence.harm(step, number, "damage")
        elif step == "fail":
            evidence.fail(FAILURE)
        else:
            evidence.miss(number, "wanted")
    outcome, _ = evidence.outcome()
    settling = [step for step in steps if step != "miss"]
    assert (outcome is Outcome.FAILS) == (settling[:1] == ["fail"])
    assert (outcome is Outcome.CONFORMS) == (not steps)
    assert evidence.copy().outcome() == evidence.outcome()
