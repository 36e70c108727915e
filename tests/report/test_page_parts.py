"""Causes are folded on the page, the first is open, quirks stand in one place, and runs stand in a row."""

import json
import re
from pathlib import Path

import pytest

from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.report import gather, render_html
from connmgr_hil.report.history import history
from connmgr_hil.targets import open_target


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs in one folder, the second with a mistake; each left its summary."""
    out = tmp_path_factory.mktemp("runs")
    for name, arguments in (("first", ()), ("second", ("--defect", "timeout_in_ms"))):
        target = open_target("simulated", arguments=arguments)
        report = verify(
            target,
            out / name,
            scenarios=choose(["timeout-takes-down", "timeout-no-auto-down", "REQ-CTL-032"]),
        )
        report.write_json(out / name / "summary.json")
    (out / "latest").symlink_to("second")
    return out


def test_causes_are_folded_and_the_first_is_open(home: Path) -> None:
    evidence = gather([home / "second"])
    (cause,) = evidence.causes
    assert {story.result.name for story in cause} == {"timeout-takes-down", "timeout-no-auto-down"}
    page = render_html(evidence)
    opened = re.findall(r'<details open class="story tone-fails" id="(\w+)"', page)
    assert opened == [cause[0].ident]
    assert "the same in 1 more trace" in page
    assert "cmhil shrink " in page
    assert "documentation of the Connection Manager" in page, "the source of a requirement"


def test_quirks_stand_in_one_place(home: Path) -> None:
    evidence = gather([home / "first"])
    assert set(evidence.quirks) == {"REQ-CTL-032"}
    section = render_html(evidence).partition('id="quirks"')[2].partition("</section>")[0]
    assert "Negative timeouts are stored unchanged" in section


def test_runs_stand_in_a_row(home: Path) -> None:
    runs = history([home])
    assert [each.verdict for each in runs] == ["conforms", "fails"], "the link is no third"
    assert runs[1].counts["failed"] > 0
    assert history([home / "first"]) == ()
    page = render_html(gather([home]))
    assert page.count('class="when"') == 2
    assert 'id="history"' not in render_html(gather([home / "first"]))


def test_what_is_no_summary_is_left_out(home: Path, tmp_path: Path) -> None:
    for number, text in enumerate(("", "[]", "{}", json.dumps({"origin": 1, "requirements": {}}))):
        place = tmp_path / str(number)
        place.mkdir()
        (place / "summary.json").write_text(text)
    assert history([tmp_path]) == ()
    assert len(history([tmp_path, home])) == 2
