"""Random walks, shrinking and replay, on the simulated board."""

import ast
from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance import export, shrinker
from connmgr_hil.conformance.comparing import differences
from connmgr_hil.conformance.replaying import commands_of
from connmgr_hil.conformance.walker import walk
from connmgr_hil.targets import open_target
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.observations import Stimulus

TRACES = Path(__file__).parent.parent / "traces"
SEEDED = ("defect", "timeout_in_ms", "on")


def test_a_conforming_board_is_never_blamed(tmp_path: Path) -> None:
    report = walk(open_target("simulated"), tmp_path, walks=5, steps=80, seed=1)
    assert report.outcome is Outcome.CONFORMS
    assert report.walks == 5
    assert report.steps > 300
    assert len(report.coverage.states) > 100
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_gives_the_same_walk(tmp_path: Path) -> None:
    runs = []
    for name in ("first", "second"):
        report = walk(
            open_target("simulated"), tmp_path / name, walks=8, steps=60, seed=3, before=(SEEDED,)
        )
        assert report.outcome is Outcome.FAILS
        runs.append([read_trace(path).records for path, _ in report.failures])
    assert len(runs[0]) == len(runs[1])
    for one, other in zip(*runs, strict=True):
        assert differences(one, other) == []


def test_another_seed_gives_another_walk(tmp_path: Path) -> None:
    commands = []
    for seed in (1, 2):
        report = walk(
            open_target("simulated"), tmp_path, walks=8, steps=60, seed=seed, before=(SEEDED,)
        )
        commands.append(commands_of(report.failures[0][0]))
    assert commands[0] != commands[1]


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = walk(
        open_target("simulated"),
        tmp_path_factory.mktemp("walk"),
        walks=30,
        steps=80,
        seed=5,
        before=(SEEDED,),
        stop_at=1,
    )
    return report.failures[0][0]


def test_a_failure_is_shrunk_to_what_matters(failing: Path, tmp_path: Path) -> None:
    result = shrinker.shrink(open_target("simulated"), failing, tmp_path / "min.jsonl")
    assert SEEDED in result.commands
    assert len(result.commands) <= 6 < result.original
    assert (result.confirmed, result.tries) == (5, 5)
    assert "REQ-CTL-019" in result.failure.requirements
    assert commands_of(tmp_path / "min.jsonl")[: len(result.commands)] == result.commands
    with open_target("simulated") as target:
        assert shrinker.replay(target, result.commands, tmp_path / "again.jsonl") is not None
        honest = tuple(words for words in result.commands if words != SEEDED)
        assert shrinker.replay(target, honest, tmp_path / "honest.jsonl") is None


def test_a_minimum_becomes_tests(failing: Path, tmp_path: Path) -> None:
    result = shrinker.shrink(open_target("simulated"), failing, tmp_path / "min.jsonl", confirm=1)
    python, robot = export.write_tests(result, tmp_path, "walk-5-0", "simulated")
    tree = ast.parse(python.read_text())
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == [
        "test_walk_5_0"
    ]
    for words in result.commands:
        assert f'cm.ask("{" ".join(words)}")' in python.read_text()
        assert f"Give Command    {' '.join(words)}" in robot.read_text()


def test_a_conforming_trace_cannot_be_shrunk(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="finds nothing wrong"):
        shrinker.shrink(
            open_target("simulated"), TRACES / "native_posix_64" / "E1.jsonl", tmp_path / "x.jsonl"
        )


def test_a_target_that_behaves_is_told_apart(failing: Path, tmp_path: Path) -> None:
    records = read_trace(failing).records
    innocent = tmp_path / "innocent.jsonl"
    lines = failing.read_text().splitlines(keepends=True)
    kept = [
        line
        for line, record in zip(lines, records, strict=True)
        if not (isinstance(record, Stimulus) and record.words == SEEDED)
        and '"id":1,' not in line.replace(" ", "")
    ]
    innocent.write_text("".join(kept))
    with pytest.raises(UsageError, match="it does not"):
        shrinker.shrink(open_target("simulated"), innocent, tmp_path / "x.jsonl", budget=20)
