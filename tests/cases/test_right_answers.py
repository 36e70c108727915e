"""Small traces that once got a wrong answer, each of a kind, and the right one for each."""

import tomllib
from pathlib import Path

import pytest

from connmgr_hil.checker import check_trace

HERE = Path(__file__).parent
EXPECTED: dict[str, dict[str, object]] = tomllib.loads((HERE / "expected.toml").read_text())


def test_every_case_has_its_answer() -> None:
    assert {path.name for path in HERE.glob("*.jsonl")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_case_gets_the_right_answer(name: str) -> None:
    verdict = check_trace(HERE / name)
    right = EXPECTED[name]
    assert isinstance(right["right"], list)
    assert str(verdict.outcome) in right["right"], verdict.lines()
    if verdict.failure:
        assert right.get("blamed") in verdict.failure.requirements
