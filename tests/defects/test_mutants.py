"""Mistakes in the model do not go unnoticed: a sample; `mutants.py` tries all."""

from pathlib import Path

import msgspec
import pytest

from connmgr_hil.model.monitor import is_ready
from connmgr_hil.model.state import UP, Iface
from connmgr_hil.vocabulary.errors import BadInput, HarnessError, UsageError
from defects.mutants import Mutant, applied, judge, load, mutants

# A mutant, and a recorded trace of real Zephyr that must notice it.
SAMPLE = {
    "if-up-before-admin-up": "E1",
    "dormant-inverted": "Y8-settled",
    "ready-v4-only": "E1-v6",
    "ready-though-ignored": "E4",
    "blame-lowest": "E14",
    "connected-for-each": "E2",
    "resend-inverted": "Y9",
    "connect-stays-down": "Q3",
    "auto-down-unguarded": "X10",
    "loss-downs-persistent": "Q12",
    "bulk-backwards": "E12",
    "flags-exclusive": "disconnect-idle",
    "timeout-ten-times": "Q8",
    "loss-never-retried": "Q12",
    "fatal-info-lost": "E9b",
    "listeners-oldest-first": "Y5",
    "binding-lock-open": "early-connect",
}


def trace(recorded_traces: Path, name: str) -> Path:
    return recorded_traces / f"{name}.jsonl"


@pytest.mark.parametrize("name", SAMPLE)
def test_a_mistake_is_noticed(name: str, recorded_traces: Path) -> None:
    recordings = load([trace(recorded_traces, SAMPLE[name])])
    assert judge(mutants()[name], recordings) == ("noticed", f"{SAMPLE[name]}.jsonl")
    assert recordings[0].conforms(), "the model is sound again"


@pytest.mark.parametrize("name", mutants())
def test_every_mutant_can_be_applied_and_leaves_no_trace(name: str) -> None:
    mutant = mutants()[name]
    with applied(mutant):
        pass
    with applied(mutant):  # the text is still there, so nothing was changed for good
        pass


def test_a_mutant_is_in_force_wherever_the_function_was_imported() -> None:
    without_address = Iface(word=UP)
    assert not is_ready(without_address)
    with applied(mutants()["ready-without-address"]):
        assert is_ready(without_address)
    assert not is_ready(without_address)


def test_a_mutant_is_taken_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), applied(mutants()["ready-without-address"]):
        raise ZeroDivisionError
    assert not is_ready(Iface(word=UP))


def test_a_mutant_of_text_that_is_gone_is_refused() -> None:
    gone = msgspec.structs.replace(mutants()["ready-v4-only"], old="no such text")
    with pytest.raises(HarnessError, match=r"monitor\.is_ready"), applied(gone):
        pass


def test_there_are_many_and_equivalents_are_argued() -> None:
    assert len(mutants()) >= 40
    for each in mutants().values():
        assert each.old != each.new
        assert each.sentence.endswith(".")
        assert not each.equivalent or len(each.equivalent.split()) > 10
    modules = {each.function.split(".")[0] for each in mutants().values()}
    assert modules >= {"net_if", "monitor", "control", "implementation", "delivery", "kernel"}


def test_what_the_traces_do_not_reach_is_said(recorded_traces: Path) -> None:
    recordings = load([trace(recorded_traces, "E1")])
    newer: Mutant = mutants()["resend-order"]
    assert newer.since == "P37"
    assert judge(newer, recordings)[0] == "unreached"
    assert judge(mutants()["dad-silent"], recordings)[0] == "unreached"
    assert judge(mutants()["timeout-ten-times"], recordings)[0] == "unnoticed"
    assert judge(mutants()["admits-all"], recordings)[0] == "equivalent"


def test_traces_must_conform_and_exist(recorded_traces: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no trace"):
        load([tmp_path])
    text = trace(recorded_traces, "E1").read_text(encoding="utf-8")
    damaged = tmp_path / "damaged.jsonl"
    lines = [line for line in text.splitlines() if '"L4_CONNECTED"' not in line]
    damaged.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match="conform to the sound model"):
        load([damaged])
