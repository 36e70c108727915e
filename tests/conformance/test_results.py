"""What a run showed is told alike to people and programs."""

import json
from pathlib import Path
from typing import Any

import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.cli.summary import summary
from connmgr_hil.conformance.results import STANDINGS, RunReport, ScenarioResult
from connmgr_hil.conformance.run import check
from connmgr_hil.trace import TraceWriter, read_records
from connmgr_hil.vocabulary.errors import BadInput, ExitCode, UsageError
from connmgr_hil.vocabulary.observations import EventSeen, Header, HelloSeen
from connmgr_hil.vocabulary.requirements import requirements

KEYS = set(
    "verdict target profile scenarios requirements by_requirement device_seconds wall_seconds"
    " records".split()
)
SCENARIO_KEYS = set(
    "name title outcome reason requirements blamed quirks trace device_seconds wall_seconds"
    " records".split()
)


def result(outcome: Outcome | None, *idents: str, **more: Any) -> ScenarioResult:
    """A scenario's result with these requirements."""
    return ScenarioResult("s", "A scenario", idents, outcome, **more)


def standing(*results: ScenarioResult) -> dict[str, str]:
    """How each requirement stands after these results."""
    return dict(RunReport("t", "P34", list(results)).by_requirement())


def test_how_a_requirement_stands() -> None:
    ident = "REQ-MON-001"
    held = result(Outcome.CONFORMS, ident)
    failed = result(Outcome.FAILS, ident, blamed=(ident,))
    assert standing()[ident] == "not_run"
    assert standing(held)[ident] == "held"
    assert standing(result(None, ident))[ident] == "unreachable"
    assert standing(result(None, ident), held)[ident] == "held"
    assert standing(held, failed)[ident] == "failed"
    assert standing(failed, held)[ident] == "failed"
    assert standing(result(Outcome.CONFORMS, ident, quirks=(ident,)))[ident] == "quirk"
    assert standing(result(Outcome.RIG, ident))[ident] == "not_run"
    assert standing(result(Outcome.INCONCLUSIVE, ident))[ident] == "not_run"


def test_a_requirement_is_blamed_by_whichever_scenario_shows_it() -> None:
    stray = result(Outcome.FAILS, "REQ-MON-001", blamed=("REQ-EVT-010",))
    assert standing(stray)["REQ-EVT-010"] == "failed"
    assert standing(stray)["REQ-MON-001"] != "held"


def test_only_requirements_of_the_profile_are_counted() -> None:
    assert "REQ-MON-031" not in RunReport("t", "P34").by_requirement()
    assert "REQ-MON-031" in RunReport("t", "P37").by_requirement()
    assert RunReport("t").by_requirement().keys() == requirements().keys()


@pytest.mark.parametrize(
    ("outcomes", "wanted", "code"),
    [
        ([], Outcome.INCONCLUSIVE, 4),
        ([None], Outcome.INCONCLUSIVE, 4),
        ([Outcome.CONFORMS, None], Outcome.CONFORMS, 0),
        ([Outcome.CONFORMS, Outcome.INCONCLUSIVE], Outcome.INCONCLUSIVE, 4),
        ([Outcome.INCONCLUSIVE, Outcome.RIG, Outcome.CONFORMS], Outcome.RIG, 3),
        ([Outcome.RIG, Outcome.FAILS, Outcome.CONFORMS], Outcome.FAILS, 1),
    ],
)
def test_the_worst_outcome_counts(
    outcomes: list[Outcome | None], wanted: Outcome, code: int
) -> None:
    report = RunReport("t", "P34", [result(each) for each in outcomes])
    assert report.outcome is wanted
    assert report.exit_code == code
    assert report.as_json()["verdict"] == wanted
    report.interrupted = True
    assert report.exit_code is ExitCode.INTERRUPTED


def test_check_on_the_recorded_traces(recorded_traces: Path) -> None:
    paths = sorted(recorded_traces.glob("*.jsonl"))
    seen = []
    report = check([recorded_traces], progress=lambda each, number, of: seen.append((number, of)))
    assert seen == [(number, len(paths)) for number in range(1, len(paths) + 1)]
    assert report.outcome is Outcome.CONFORMS
    assert report.profile == "P34"
    assert "native_posix_64" in report.target
    assert [each.trace for each in report.results] == paths
    counts = report.counts()
    assert tuple(counts) == STANDINGS
    assert counts["failed"] == 0
    assert counts["held"] > 130
    assert sum(counts.values()) == len(report.by_requirement())
    assert report.by_requirement()["REQ-EVT-020"] == "quirk"
    assert report.by_requirement()["REQ-MON-001"] == "held"
    total = sum(1 for path in paths for _ in read_records(path))
    assert report.as_json()["records"] == total


def test_the_shape_of_the_json(recorded_traces: Path, tmp_path: Path) -> None:
    report = check([recorded_traces / "E1.jsonl", recorded_traces / "X1d.jsonl"])
    path = tmp_path / "deep" / "report.json"
    report.write_json(path)
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data.keys() >= KEYS
    assert data["verdict"] == "conforms"
    assert data["requirements"].keys() == set(STANDINGS)
    assert set(data["by_requirement"].values()) <= set(STANDINGS)
    assert data["requirements"]["held"] == list(data["by_requirement"].values()).count("held")
    assert [each["name"] for each in data["scenarios"]] == [
        "addresses-come-and-go",
        "burst-endless-connects",
    ]
    for each in data["scenarios"]:
        assert each.keys() >= SCENARIO_KEYS
        assert each["outcome"] == "conforms"
        assert each["reason"] == ""
        assert set(each["requirements"]) <= requirements().keys()
    assert data["scenarios"][1]["quirks"] == ["REQ-EVT-020"]
    assert data["device_seconds"] == pytest.approx(
        sum(each["device_seconds"] for each in data["scenarios"])
    )
    assert data["wall_seconds"] > 0


def test_a_failing_trace_is_blamed(recorded_traces: Path, tmp_path: Path) -> None:
    with TraceWriter(tmp_path / "bad.jsonl") as writer:
        for record in read_records(recorded_traces / "E1.jsonl"):
            if not (isinstance(record, EventSeen) and record.name == "L4_CONNECTED"):
                writer.write(record)
    report = check([tmp_path, recorded_traces / "E2.jsonl"])
    assert report.outcome is Outcome.FAILS
    assert report.exit_code is ExitCode.FAILS
    assert report.by_requirement()["REQ-MON-001"] == "failed"
    (bad, good) = report.results
    assert bad.blamed == ("REQ-MON-001",)
    assert bad.reason.startswith("FAIL  REQ-MON-001  ")
    assert good.outcome is Outcome.CONFORMS


def test_a_trace_without_a_target_is_of_its_board(recorded_traces: Path, tmp_path: Path) -> None:
    with TraceWriter(tmp_path / "anonymous.jsonl") as writer:
        writer.write(Header())
        for record in read_records(recorded_traces / "E1.jsonl"):
            if not isinstance(record, Header):
                writer.write(record)
    report = check([tmp_path])
    (result_,) = report.results
    assert report.target == "native_posix_64"
    assert (result_.name, result_.outcome) == ("anonymous", Outcome.CONFORMS)


def test_a_trace_of_another_profile_is_judged_by_its_own(recorded_traces: Path) -> None:
    from connmgr_hil.model import PROFILES

    report = check([recorded_traces / "E1.jsonl"], profile=PROFILES["P37"])
    assert report.profile == "P37"
    assert report.outcome is Outcome.FAILS


def test_a_trace_that_ends_at_its_header_is_inconclusive(tmp_path: Path) -> None:
    with TraceWriter(tmp_path / "t.jsonl") as writer:
        writer.write(Header())
    report = check([tmp_path / "t.jsonl"])
    assert report.outcome is Outcome.INCONCLUSIVE
    assert "hello" in report.results[0].reason


def test_what_cannot_be_checked_is_said(tmp_path: Path, recorded_traces: Path) -> None:
    with pytest.raises(UsageError, match=r"\*\.jsonl"):
        check([tmp_path])
    (tmp_path / "x.jsonl").write_text("no trace\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"x\.jsonl:1"):
        check([tmp_path])
    with pytest.raises(BadInput, match=r"(?s)x\.jsonl:1.*none of 2 files"):
        check([tmp_path, tmp_path / "no-such.jsonl"])
    with pytest.raises(BadInput):
        check([tmp_path / "no-such.jsonl"])


def test_one_bad_file_does_not_end_the_check_of_the_others(
    tmp_path: Path, recorded_traces: Path
) -> None:
    (tmp_path / "x.jsonl").write_text("no trace\n", encoding="utf-8")
    report = check([tmp_path, recorded_traces / "E1.jsonl"])
    assert [each.outcome for each in report.results] == [Outcome.CONFORMS]
    assert [each.wanted for each in report.unread] == [
        f"{tmp_path}/x.jsonl:1: this is not a trace record"
    ]
    assert (report.outcome, report.exit_code) == (Outcome.INCONCLUSIVE, ExitCode.USAGE)
    assert "1 file that is not a valid trace" in summary(report)
    assert len(report.as_json()["unread"]) == 1  # type: ignore[arg-type]
    report.results.append(result(Outcome.FAILS, "REQ-MON-001"))
    assert report.exit_code is ExitCode.FAILS


def test_hello_tells_the_profile_of_a_run(recorded_traces: Path) -> None:
    hellos = [
        each for each in read_records(recorded_traces / "E1.jsonl") if isinstance(each, HelloSeen)
    ]
    assert hellos
    assert hellos[0].facts.connmgr == "3.4"


def test_restarts_are_counted_by_their_means() -> None:
    first, second = "reboot command", "power command"
    report = RunReport(
        "t", "P34", [result(Outcome.CONFORMS, restarted_by=by) for by in (first, "", second, first)]
    )
    assert report.restarts() == report.as_json()["restarts"] == {first: 2, second: 1}
    assert "restarts:      2 by the reboot command, 1 by the power command" in summary(report)
    assert "restarts:" not in summary(RunReport("t", "P34", [result(Outcome.CONFORMS)]))


@pytest.mark.parametrize("clock", ["granted", "real"])
def test_the_clock_that_a_device_ran_by_is_told(clock: str) -> None:
    report = RunReport("t", "P34", [result(Outcome.CONFORMS)], clock=clock)
    assert report.as_json()["clock"] == clock
    assert f"(clock: {clock})" in summary(report)
    assert "clock" not in summary(RunReport("t", "P34", [result(Outcome.CONFORMS)]))
