"""What is told of mutants, and that a survey goes on where it ended."""

from pathlib import Path

import msgspec
import pytest

from connmgr_hil.mutation import MutantResult, MutationReport, surveying
from connmgr_hil.mutation.judging import Order
from connmgr_hil.mutation.mutants import Mutant
from connmgr_hil.mutation.page import render_page
from connmgr_hil.mutation.results import ResultsFile, survivors
from connmgr_hil.mutation.surveying import LEDGER, survey
from connmgr_hil.vocabulary.errors import BadInput


def mutant(source: Path, line: int, after: str) -> Mutant:
    return Mutant(str(source), line, "value", "x = 1;", after)


@pytest.fixture
def report(tmp_path: Path) -> MutationReport:
    source = tmp_path / "some.c"
    source.write_text("int x;\nx = 1;\n")
    killed = MutantResult(
        mutant(source, 2, "x = 2;"), "killed", by="verify", scenario="E1", commands=3,
        requirements=("REQ-MON-001",), written_for=("REQ-MON-001", "REQ-MON-010"),
    )  # fmt: skip
    alive = MutantResult(mutant(source, 2, "x = 3 < 4;"), "survived", "E2 is inconclusive", walks=5)
    same = MutantResult(mutant(source, 2, "x = 1 + 1;"), "same", killed.mutant.name)
    return MutationReport("native", 3, [killed, alive, same])


def test_the_score_counts_what_differs(report: MutationReport) -> None:
    assert report.score() == 0.5
    assert report.as_json()["by_verify"] == 1
    assert MutationReport("native", 0).score() is None


def test_the_page_shows_what_survived(report: MutationReport) -> None:
    page = render_page(report)
    assert "x = 3 &lt; 4;" in page
    assert "E2 is inconclusive" in page
    assert "x = 2;" not in page
    assert "50.0 %" in page


def test_survivors_are_read_back(report: MutationReport, tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    path.write_bytes(msgspec.json.encode(report.as_json()))
    assert survivors(path) == [report.results[1].mutant]
    path.write_text("{}")
    with pytest.raises(BadInput):
        survivors(path)


def test_a_survey_goes_on_behind_a_line_that_was_cut(
    report: MutationReport, tmp_path: Path
) -> None:
    ledger = ResultsFile(tmp_path / LEDGER)
    for each in report.results:
        ledger.add(each)
    with (tmp_path / LEDGER).open("a") as file:
        file.write('{"mutant": {"sou')
    order = Order("native", ("",), (), str(tmp_path), walks=5)
    again = survey(order, [each.mutant for each in report.results], total=3, jobs=1)
    assert {each.mutant for each in again.results} == {each.mutant for each in report.results}
    assert not again.unjudged


def test_who_survived_few_walks_is_judged_again(
    report: MutationReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = ResultsFile(tmp_path / LEDGER)
    for each in report.results:
        ledger.add(each)
    asked: list[Mutant] = []

    def judged(
        order: Order, waiting: list[Mutant], jobs: int, until: float | None
    ) -> list[MutantResult]:
        asked.extend(waiting)
        return []

    monkeypatch.setattr(surveying, "_judged", judged)
    order = Order("native", ("",), (), str(tmp_path), walks=6)
    left = survey(order, [each.mutant for each in report.results], total=3, jobs=1)
    assert asked == [report.results[1].mutant]
    assert left.unjudged == 1
