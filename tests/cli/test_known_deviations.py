"""A run in which only known deviations fail is green and says them; one that is gone is said, too."""

import datetime as dt
import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from connmgr_hil.checker import Outcome
from connmgr_hil.cli.closing import closing
from connmgr_hil.cli.main import run
from connmgr_hil.conformance import deviations
from connmgr_hil.conformance.deviations import Known, read_known
from connmgr_hil.conformance.results import RunReport
from connmgr_hil.conformance.run import check, verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.report import gather, render_html, render_junit
from connmgr_hil.targets import open_target
from connmgr_hil.vocabulary.errors import BadInput

TODAY = dt.date(2026, 6, 1)


def known(tmp_path: Path, *lines: str) -> Known:
    path = tmp_path / "known.toml"
    path.write_text('[[deviation]]\nreason = "in review"\n' + "\n".join(lines))
    return read_known(path, TODAY)


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenarios that fail, for REQ-CTL-019 and for REQ-CTL-025, and one that conforms."""
    out = tmp_path_factory.mktemp("traces")
    broken = open_target("simulated", arguments=("--defect", "timeout_in_ms"))
    verify(
        broken,
        out,
        scenarios=choose(["timeout-takes-down", "loss-persistent", "addresses-come-and-go"]),
    )
    return out


def judged(traces: Path, excuses: Known) -> RunReport:
    report = check([traces])
    excuses.excuse(report)
    return report


def test_only_known_failures_are_green(tmp_path: Path, traces: Path) -> None:
    both = known(tmp_path, 'requirement = "req-ctl-0[12]*"')
    report = judged(traces, both)
    assert report.outcome is Outcome.CONFORMS
    assert report.deviations == ["req-ctl-0[12]*: in review"]
    assert not report.gone
    assert "which do not count" in closing(report)
    assert "  req-ctl-0[12]*: in review" in closing(report)
    assert "FAIL" not in closing(report)
    assert report.by_requirement()["REQ-CTL-019"] == "quirk"
    evidence = gather([traces], both)
    assert evidence.outcome is Outcome.CONFORMS
    assert "known deviation" in render_html(evidence)
    cases = {
        each.name: each for suite in JUnitXml.fromstring(render_junit(evidence)) for each in suite
    }
    assert [type(each).__name__ for each in cases["timeout-takes-down"].result] == ["Skipped"]


@pytest.mark.parametrize(
    "bound",
    [
        'scenario = "timeout-takes-down"',
        'requirement = "REQ-CTL-019"',
        'scenario = "Q*"\nrequirement = "REQ-CTL-025"',
    ],
)
def test_another_failure_still_counts(tmp_path: Path, traces: Path, bound: str) -> None:
    report = judged(traces, known(tmp_path, bound))
    assert report.outcome is Outcome.FAILS
    assert len(report.deviations) == 1
    assert sum(1 for each in report.results if each.excused) == 1


@pytest.mark.parametrize(
    "bound", ['platform = "native*"', 'release = "4.*"', 'requirement = "REQ-CTL-025"']
)
def test_what_is_elsewhere_is_not_known_here(tmp_path: Path, traces: Path, bound: str) -> None:
    report = judged(traces, known(tmp_path, 'scenario = "timeout-takes-down"', bound))
    assert not any(each.excused for each in report.results)


def test_one_that_is_gone_and_one_that_is_over_are_said(tmp_path: Path, traces: Path) -> None:
    gone = judged(traces, known(tmp_path, 'scenario = "addresses-come-and-go"'))
    assert gone.gone == ["addresses-come-and-go: in review"]
    assert "ARE GONE" in closing(gone)
    assert not judged(traces, known(tmp_path, 'scenario = "loss-then-timeout"')).gone, (
        "it did not run"
    )
    over = judged(traces, known(tmp_path, 'scenario = "timeout-takes-down"', "until = 2026-05-31"))
    assert over.over == ["timeout-takes-down: in review, until 2026-05-31"]
    assert "after their last day" in closing(over)
    assert not judged(
        traces, known(tmp_path, 'scenario = "timeout-takes-down"', "until = 2026-06-01")
    ).over


def test_only_all_that_could_show_it_can_tell_that_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = choose(["timeout-*"])
    report = verify(open_target("simulated"), tmp_path / "well", scenarios=every)
    monkeypatch.setattr(deviations, "registered", lambda: {each.name: each for each in every})
    excuses = known(tmp_path, 'requirement = "REQ-CTL-019"')
    excuses.excuse(report)
    assert report.gone == ["REQ-CTL-019: in review"]
    for absent in report.results:
        part = RunReport("", results=[each for each in report.results if each is not absent])
        excuses.excuse(part)
        assert not part.gone


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('link = "x"', "neither"),
        ('scenario = "timeout-take-down"', "did you mean 'timeout-takes-down'"),
        ('requirement = "REQ-CLT-019"', "did you mean 'REQ-CTL-019'"),
        ('scenario = "timeout-takes-down"\nplatfrom = "x"', "platfrom"),
        ('scenario = "boot"\nplatform = "simulatd"', "did you mean 'simulated'"),
        ("scenario = 7", "scenario"),
        ("scenario", "Expected"),
    ],
)
def test_mistakes_in_the_file_are_told(tmp_path: Path, lines: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        known(tmp_path, lines)
    assert said in str(caught.value)


@pytest.mark.parametrize("platform", ["Simulated", "native", "my_board", "simulatd*", "*"])
def test_platforms_of_ones_own_are_taken(tmp_path: Path, platform: str) -> None:
    assert known(tmp_path, 'scenario = "boot"', f'platform = "{platform}"').deviations


def test_the_commands_take_the_file(
    tmp_path: Path, traces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known(tmp_path, 'requirement = "REQ-CTL-0*"')
    file = str(tmp_path / "known.toml")
    summary = tmp_path / "s.json"
    assert run(["check", str(traces)]) == 1
    assert run(["check", str(traces), "--known", file, "--json", str(summary)]) == 0
    assert json.loads(summary.read_text())["deviations"]["seen"] == ["REQ-CTL-0*: in review"]
    out = str(tmp_path / "out")
    arguments = [
        "verify",
        "-t",
        "simulated",
        "--scenario",
        "timeout-takes-down",
        "--known",
        file,
        "--out",
        out,
    ]
    assert run(arguments) == 0
    assert "THAT ARE GONE" not in capsys.readouterr().out, "others could show it, and did not run"
    known(tmp_path, 'scenario = "timeout-takes-down"')
    assert run(arguments) == 0
    assert "THAT ARE GONE" in capsys.readouterr().out
