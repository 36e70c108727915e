"""Learning the simulated board, sound and with defects."""

from dataclasses import replace
from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.cli.main import run
from connmgr_hil.conformance.reduction import complaint_of
from connmgr_hil.conformance.replaying import recorded_in
from connmgr_hil.learning import Budget, drawing, learn
from connmgr_hil.learning.drawing import dot_text, markdown_text
from connmgr_hil.learning.memory import BudgetSpent, Memory, Unsteady
from connmgr_hil.targets import open_target
from connmgr_hil.vocabulary.errors import ExitCode, UsageError
from soak.middle import real_time_target

pytest.importorskip("aalpy")

FEW = ("up", "connect", "disconnect", "wait", "lose")
BRIEF = Budget(tests=30)


def test_the_simulated_board_is_the_model(tmp_path: Path) -> None:
    learned = learn(open_target("simulated"), tmp_path, inputs=FEW, limits=BRIEF)
    assert learned.exit_code is ExitCode.CONFORMS
    assert learned.device == learned.reference
    assert len(learned.device.rows) == 3  # down, trying, connected
    assert learned.ambiguous == 0
    assert learned.device.answer(("up", "wait", "lose")) == (
        "calls connect, IF_ADMIN_UP",
        "IF_UP at 0.1 s, L4_CONNECTED at 0.1 s",
        "IF_DOWN, IF_ADMIN_DOWN, L4_DISCONNECTED",
    )


def test_a_defect_is_a_difference_with_a_sequence_that_shows_it(tmp_path: Path) -> None:
    learned = learn(
        open_target("simulated"),
        tmp_path,
        inputs=FEW,
        before=(("defect", "loss_retried", "on"),),
        limits=BRIEF,
    )
    assert learned.exit_code is ExitCode.FAILS
    assert learned.confirmed
    assert learned.failure is not None
    assert learned.sequence[:1] == (("defect", "loss_retried", "on"),)
    # The forbidden attempt shows only when the iface, which the loss took down, comes up connected.
    assert learned.sequence[-3:] == (("lose", "1"), ("advance", "1500000"), ("up", "1"))
    recorded = recorded_in(learned.minimal).commands
    assert recorded[: len(learned.sequence)] == learned.sequence
    assert complaint_of(learned.minimal).failure.sentence == learned.failure.sentence


def test_the_command_draws_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = ["learn", "-t", "simulated", "--inputs", "up,down,wait", "--tests", "5"]
    assert run([*shared, "--before", "defect timeout_in_ms on", "--out", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "device:        IF_ADMIN_DOWN, CONN_IF_TIMEOUT\n" in told
    assert "model:         IF_UP at 0.1 s, L4_CONNECTED at 0.1 s\n" in told
    assert "up 1 · advance 1500000\n" in told
    replay = next(line.split("cmhil ")[1] for line in told.splitlines() if "replay:" in line)
    assert run([*replay.split(), "--out", str(tmp_path / "again.jsonl")]) == 1
    for name in ("device", "model", "difference"):
        page = (tmp_path / f"{name}.md").read_text()
        assert "```mermaid\nflowchart TD\n" in page
        assert page.count("\n| **") == page.count('(("')
        dot = (tmp_path / f"{name}.dot").read_text()
        assert dot.startswith("digraph")
        assert dot.count("{") == dot.count("}") == 1


@pytest.mark.slow
def test_where_time_is_real_a_conforming_device_is_equal(tmp_path: Path) -> None:
    learned = learn(
        real_time_target("simulated"),
        tmp_path,
        inputs=("up", "advance 300000"),
        limits=Budget(tests=2),
    )
    assert learned.divergences == ()
    assert not learned.differs


@pytest.mark.slow
def test_what_the_model_leaves_open_is_no_difference(tmp_path: Path) -> None:
    learned = learn(
        open_target("simulated"),
        tmp_path,
        inputs=FEW,
        before=(("defect", "loss_retried", "on"),),
        limits=BRIEF,
    )
    accepted = replace(learned, failure=None)
    assert accepted.exit_code is ExitCode.INCONCLUSIVE
    assert not accepted.differs


def test_a_budget_that_is_too_small_is_inconclusive(tmp_path: Path) -> None:
    learned = learn(open_target("simulated"), tmp_path, inputs=FEW, limits=Budget(queries=4))
    assert learned.unfinished == "4 queries were asked"
    assert learned.exit_code is ExitCode.INCONCLUSIVE
    assert learned.exit_code == Outcome.INCONCLUSIVE.exit_code


def test_what_cannot_be_learned_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="bound to the simulated implementation"):
        learn(open_target("simulated"), tmp_path, iface="U")
    with pytest.raises(UsageError, match="neither an input of the automaton"):
        learn(open_target("simulated"), tmp_path, inputs=("up", "fly"))


def test_nothing_is_asked_twice_and_contradictions_are_noticed() -> None:
    asked: list[tuple[str, ...]] = []
    answers = iter([("1", "2"), ("1", "3", "4")])

    def ask(word: tuple[str, ...]) -> tuple[str, ...]:
        asked.append(word)
        return next(answers)

    memory = Memory(ask, queries=2, seconds=60)
    assert memory.ask(("a", "b")) == ("1", "2")
    assert memory.ask(("a",)) == ("1",)
    assert asked == [("a", "b")]
    with pytest.raises(Unsteady, match="the same inputs"):
        memory.ask(("a", "b", "c"))
    with pytest.raises(BudgetSpent, match="2 queries"):
        memory.ask(("b",))


def test_the_difference_is_marked_in_table_and_picture(tmp_path: Path) -> None:
    learned = learn(
        open_target("simulated"),
        tmp_path,
        inputs=("up", "down", "wait"),
        before=(("defect", "timeout_in_ms", "on"),),
        limits=BRIEF,
    )
    drawn = drawing.graphs(learned)
    assert "; the model: " not in markdown_text(drawn["model"])
    page = markdown_text(drawn["difference"])
    assert page.count("; the model: ") == len(learned.divergences)
    assert page.count("stroke:#c62828") == dot_text(drawn["difference"]).count("penwidth=2")
    assert dot_text(drawn["difference"]).count("(model: ") == len(learned.divergences)
