"""What the model plays and what real Zephyr showed conforms: the checker sees no ghosts."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from checker.forks import TRACES, judge, recorded
from connmgr_hil.checker import Checker, Outcome, check_trace
from connmgr_hil.trace import TraceWriter
from connmgr_hil.vocabulary.observations import Fault, Lost
from model.commands import LINK_LOCAL, V4, V6, any_iface, sequences
from model.play import Play, world

NAMES = sorted(path.stem for path in TRACES.glob("*.jsonl"))


@pytest.mark.parametrize("name", NAMES)
def test_recorded_traces_conform(name: str) -> None:
    verdict = check_trace(TRACES / f"{name}.jsonl")
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()
    assert verdict.failure is None
    assert verdict.records == len(recorded(name))


@pytest.mark.parametrize(
    "profile",
    [
        "P34",
        "P42",
        "P44",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("P37", "P43")),
    ],
)
@settings(deadline=None, derandomize=True, max_examples=40)
@given(commands=sequences(index=any_iface, addresses=V4 + V6 + LINK_LOCAL), seed=st.integers(0, 99))
def test_what_the_model_plays_conforms(profile: str, commands: list[str], seed: int) -> None:
    chance = random.Random(seed)
    device = Play(world(profile), chance.choice)
    for command in commands:
        device.do(command)
        if device.stormed:
            return
    verdict = judge(device.records)
    assert verdict.outcome is Outcome.CONFORMS, verdict.lines()


def test_a_file_is_judged_as_its_records(tmp_path: Path) -> None:
    records = recorded("E7")
    with TraceWriter(tmp_path / "copy.jsonl") as writer:
        for record in records:
            writer.write(record)
    assert check_trace(tmp_path / "copy.jsonl") == judge(records)


def test_a_storm_is_reported_as_a_quirk() -> None:
    for name in ("X1d", "Y11"):
        assert "REQ-EVT-020" in check_trace(TRACES / f"{name}.jsonl").quirks


def test_what_is_lost_makes_a_run_inconclusive_but_no_failure_is_forgiven() -> None:
    records = recorded("E1")
    lost = Lost(first=20, last=25)
    assert judge([*records[:20], lost, *records[26:]]).outcome is Outcome.INCONCLUSIVE
    broken = [*records[:15], *records[16:30], lost, *records[36:]]
    assert judge(broken).outcome is Outcome.FAILS


def test_a_broken_rig_is_not_the_device() -> None:
    records = recorded("E1")
    verdict = judge([*records[:20], Fault(kind="LineClosed", message="the port vanished")])
    assert verdict.outcome in (Outcome.RIG, Outcome.INCONCLUSIVE)
    assert "the port vanished" in verdict.reason


def test_the_checker_keeps_no_more_for_a_longer_run() -> None:
    """After many repetitions nothing has grown but the model's memory of what it was asked."""
    device = Play(world())
    sizes = []
    for _ in range(40):
        device.run("up 4", "addr4 4 add 192.0.2.1", "on wq down 4", "addr4 4 del 192.0.2.1")
    checker = Checker()
    for record in device.records:
        assert checker.feed(record) is None
        held = (
            checker._waiting,
            checker._following.hypotheses,
            checker._following.search.commands if checker._following.search else (),
            checker._following.recent,
        )
        sizes.append(
            sum(map(len, held)) + sum(len(each.tracks) for each in checker._following.hypotheses)
        )
    half = len(sizes) // 2
    assert max(sizes[half:]) <= max(sizes[:half])
    assert checker.finish().outcome is Outcome.CONFORMS


def test_no_more_hypotheses_are_followed_than_the_limit() -> None:
    from connmgr_hil.checker import Limits

    verdict = judge(recorded("E7"), Checker(Limits(hypotheses=0)))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "too many" in verdict.reason


def test_a_failure_spells_out_what_a_terminal_would_obey() -> None:
    from connmgr_hil.checker import Failure

    failure = Failure((), "x", 1, 0, "IF_UP \x1b[2J iface 1\x07", ("\r",), (), "boot", "")
    text = "\n".join(failure.lines())
    assert "\\x1b[2J" in text
    assert not {"\x1b", "\x07", "\r"} & set(text)
