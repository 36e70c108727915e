"""Causes are folded on the page, the first is open, quirks stand in one place, and runs stand in a row."""

import json
import re
import shutil
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.report import gather, render_html, render_markdown
from connmgr_hil.report.history import Run, history, runs_below
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


def test_causes_are_folded_in_markdown_too(home: Path) -> None:
    text = render_markdown(gather([home / "second"]))
    assert text.count("~~~~text") == 1
    assert re.search(r"^  The same in timeout-[a-z-]+\.$", text, re.MULTILINE)


def test_markdown_goes_to_standard_output(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["report", str(home / "first"), "--markdown", "-", "--junit", "j.xml"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("## ")
    assert "wrote j.xml" in told.err
    assert [each.name for each in tmp_path.iterdir()] == ["j.xml"]


def test_quirks_stand_in_one_place(home: Path) -> None:
    evidence = gather([home / "first"])
    assert set(evidence.quirks) == {"REQ-CTL-032"}
    section = render_html(evidence).partition('id="quirks"')[2].partition("</section>")[0]
    assert "Negative timeouts are stored unchanged" in section


def runs_of(*paths: Path) -> tuple[Run, ...]:
    return history(runs_below(paths))


def test_runs_stand_in_a_row(home: Path) -> None:
    runs = runs_of(home)
    assert [each.verdict for each in runs] == ["conforms", "fails"], "the link is no third"
    assert runs[1].counts["failed"] > 0
    assert runs_of(home / "first") == ()
    page = render_html(gather([home]))
    assert page.count('class="when"') == 2
    assert 'id="history"' not in render_html(gather([home / "first"]))


def test_what_is_no_summary_is_left_out(home: Path, tmp_path: Path) -> None:
    for number, text in enumerate(("", "[]", "{}", json.dumps({"origin": 1, "requirements": {}}))):
        place = tmp_path / str(number)
        place.mkdir()
        (place / "summary.json").write_text(text)
    assert runs_of(tmp_path) == ()
    assert len(runs_of(tmp_path, home)) == 2


def test_of_several_runs_the_latest_is_reported_on(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "runs", symlinks=True)
    file = tmp_path / "runs" / "first" / "summary.json"
    document = json.loads(file.read_text())
    document["origin"] = {"date": "9999-01-01T00:00:00Z"}
    file.write_text(json.dumps(document))
    evidence = gather([tmp_path / "runs"])
    assert [each.verdict for each in evidence.runs] == ["fails", "conforms"]
    assert evidence.outcome == "conforms"
    assert {each.result.trace.parent.name for each in evidence.stories if each.result.trace} == {
        "first"
    }


def test_shards_of_one_run_count_all(home: Path, tmp_path: Path) -> None:
    for number, name in enumerate(("first", "second"), 1):
        shutil.copytree(home / name, tmp_path / name)
        file = tmp_path / name / "summary.json"
        document = json.loads(file.read_text())
        document["origin"] = {"command": ["cmhil", "verify", f"--shard={number}/2"]}
        file.write_text(json.dumps(document))
    evidence = gather([tmp_path])
    assert {each.result.trace.parent.name for each in evidence.stories if each.result.trace} == {
        "first",
        "second",
    }
    assert evidence.outcome == "fails"


def test_what_did_not_count_in_the_run_does_not_count_in_its_report(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home / "second", tmp_path / "run")
    file = tmp_path / "run" / "summary.json"
    document = json.loads(file.read_text())
    for each in document["scenarios"]:
        each["excused"] = "known to us" if each["outcome"] == "fails" else ""
    file.write_text(json.dumps(document))
    evidence = gather([tmp_path])
    assert evidence.outcome == "conforms"
    assert "Known deviation, which does not count: known to us" in render_html(evidence)


def test_builds_are_named_by_their_variants(home: Path, tmp_path: Path) -> None:
    for name, device in (("plain", '"-t","native"'), ("dad", '"-t","native","--variant","dad"')):
        trace = (home / "first" / "timeout-takes-down.jsonl").read_text()
        header, _, rest = trace.partition("\n")
        known = json.loads(header) | {"origin": {"device": json.loads(f"[{device}]")}}
        build = json.loads(rest.splitlines()[0])["facts"]["build"]
        (tmp_path / name).mkdir()
        file = tmp_path / name / "timeout-takes-down.jsonl"
        file.write_text(f"{json.dumps(known)}\n{rest.replace(build, f'{build[:-3]}{name[:3]}')}")
    names = {each.name.rpartition(" build ")[0] for each in gather([tmp_path]).platforms}
    assert names == {"simulated ·", "simulated · dad ·"}


def test_traces_below_the_page_and_sections_of_the_documentation_are_links(home: Path) -> None:
    evidence = gather([home / "second"])
    page = render_html(evidence, folder=home)
    assert '<a href="./second/timeout-takes-down.jsonl">' in page
    assert "jsonl" not in "".join(re.findall(r'href="[^"]*"', render_html(evidence)))
    section = "conn_mgr/main.html#connection-timeouts"
    assert (
        f'<a href="https://docs.zephyrproject.org/4.2.0/connectivity/networking/{section}">' in page
    )
