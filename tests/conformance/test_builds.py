"""What one build holds, another need not: their traces are never one verdict."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.cli.main import run
from connmgr_hil.conformance.coverage import cover
from connmgr_hil.conformance.run import check
from connmgr_hil.report import gather, render_html, render_junit, render_markdown
from connmgr_hil.trace import TraceWriter, read_records
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen, HelloSeen

TRACES = Path(__file__).parents[1] / "traces" / "native_posix_64"
OLD, NEW = "00000000000a", "00000000000b"


def of_build(build: str) -> Callable[[AnyRecord], AnyRecord | None]:
    def changed(record: AnyRecord) -> AnyRecord | None:
        if not isinstance(record, HelloSeen):
            return record
        facts = msgspec.structs.replace(record.facts, build=build)
        return msgspec.structs.replace(record, facts=facts)

    return changed


def copied(scenario: str, to: Path, *changes: Callable[[AnyRecord], AnyRecord | None]) -> Path:
    with TraceWriter(to) as writer:
        for record in read_records(TRACES / f"{scenario}.jsonl"):
            changed: AnyRecord | None = record
            for change in changes:
                changed = change(changed) if changed is not None else None
            if changed is not None:
                writer.write(changed)
    return to


def broken(record: AnyRecord) -> AnyRecord | None:
    lost = isinstance(record, EventSeen) and record.name == "L4_CONNECTED"
    return None if lost else record


@pytest.fixture
def two_builds(tmp_path: Path) -> Path:
    """A folder with traces of an older build, which conforms, and of a newer one, which fails."""
    folder = tmp_path / "mixed"
    copied("E1", folder / "E1.jsonl", of_build(OLD))
    copied("E2", folder / "E2.jsonl", of_build(OLD))
    copied("E1", folder / "E1.2.jsonl", of_build(NEW), broken)
    return folder


def test_each_has_its_own_report(two_builds: Path) -> None:
    report = check([two_builds])
    assert [(each.build, each.outcome) for each in report.builds] == [
        (OLD, Outcome.CONFORMS),
        (NEW, Outcome.FAILS),
    ]
    assert [len(each.results) for each in report.builds] == [2, 1]
    old, new = (each.by_requirement() for each in report.builds)
    assert (old["REQ-MON-001"], new["REQ-MON-001"]) == ("held", "failed")
    assert report.outcome is Outcome.FAILS
    one = check([two_builds / "E1.jsonl", two_builds / "E2.jsonl"])
    assert (one.builds, one.build, one.outcome) == ([], OLD, Outcome.CONFORMS)


def test_check_says_so_and_ends_with_the_worst(
    two_builds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(two_builds), "--json", str(two_builds / "summary.json")]) == 1
    said = capsys.readouterr().out
    assert "SEVERAL BUILDS: 2, each judged by itself: 1 conform, 1 fail" in said
    assert re.search(rf"conforms +native_posix_64 build {OLD} \(P34\)\n +2 conform, 0 fail; ", said)
    assert re.search(rf"fails +native_posix_64 build {NEW} \(P34\)\n +0 conform, 1 fail; ", said)
    assert "What one build of native_posix_64 holds says nothing of another." in said
    assert said.endswith("VERDICT  fails    the worst of 2 builds\n")
    document = json.loads((two_builds / "summary.json").read_text())
    assert document["verdict"] == "fails"
    assert [each["verdict"] for each in document["builds"]] == ["conforms", "fails"]


def test_coverage_has_a_column_for_each(
    two_builds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = cover([two_builds]).platforms
    old, new = f"native_posix_64 P34 build {OLD}", f"native_posix_64 P34 build {NEW}"
    assert list(columns) == [old, new]
    assert (columns[old]["REQ-MON-001"], columns[new]["REQ-MON-001"]) == ("held", "failed")
    assert columns[new]["REQ-MON-002"] == "not_run"
    assert run(["coverage", str(two_builds)]) == 1
    assert "SEVERAL BUILDS of one platform (2)" in capsys.readouterr().out


def test_report_has_a_platform_for_each(
    two_builds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence = gather([two_builds])
    names = [f"native_posix_64 · build {build}" for build in (OLD, NEW)]
    assert [(each.name, str(each.outcome)) for each in evidence.platforms] == [
        (names[0], "conforms"),
        (names[1], "fails"),
    ]
    told = "2 builds of native_posix_64, each with its own verdict"
    assert told in render_html(evidence)
    assert told in render_markdown(evidence).replace("\\", "")
    suites = list(ET.fromstring(render_junit(evidence)).iter("testsuite"))
    assert [(each.get("name"), each.get("failures")) for each in suites] == [
        (names[0], "0"),
        (names[1], "1"),
    ]
    assert run(["report", str(two_builds), "--html", str(two_builds / "page.html")]) == 0
    assert told in capsys.readouterr().err


def test_one_build_is_told_of_as_ever(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copied("E1", tmp_path / "E1.jsonl", of_build(OLD))
    copied("E2", tmp_path / "E2.jsonl", of_build(OLD))
    assert run(["check", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "BUILD" not in said
    assert said.endswith("VERDICT  conforms\n")
    assert "builds of" not in render_markdown(gather([tmp_path]))


def test_a_start_that_failed_is_with_the_build_it_belongs_to(tmp_path: Path) -> None:
    copied("E1", tmp_path / "E1.jsonl", of_build(OLD))
    whole = (tmp_path / "E1.jsonl").read_bytes()
    (tmp_path / "E2.jsonl").write_bytes(whole.splitlines(keepends=True)[0])
    report = check([tmp_path])
    assert (report.builds, report.build, len(report.results)) == ([], OLD, 2)
    assert len(gather([tmp_path]).platforms) == 1
    copied("E1", tmp_path / "E3.jsonl", of_build(NEW))
    assert [each.build for each in check([tmp_path]).builds] == ["", OLD, NEW]
    assert len(gather([tmp_path]).platforms) == 3


def test_two_builds_in_one_trace_conform_to_nothing(tmp_path: Path) -> None:
    first = list(read_records(copied("E1", tmp_path / "a.jsonl", of_build(OLD))))
    with TraceWriter(tmp_path / "both.jsonl") as writer:
        for record in first[:-1]:
            writer.write(record)
        for record in read_records(copied("E1", tmp_path / "b.jsonl", of_build(NEW))):
            if record.h and not isinstance(record, type(first[0])):
                writer.write(record)
    report = check([tmp_path / "both.jsonl"])
    assert report.outcome is not Outcome.CONFORMS
