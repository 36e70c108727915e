"""What changed between two runs, by requirement, by quirk and by what devices show."""

import json
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.conformance.changes import RunSide, compare, evidence_of
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.report import gather, render_html
from connmgr_hil.report.changes import render_markdown, render_terminal
from connmgr_hil.targets import open_target
from connmgr_hil.vocabulary.errors import BadInput

TRACES = Path(__file__).parents[1] / "traces"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A run without and one with a mistake; each with its summary beside it."""
    home = tmp_path_factory.mktemp("runs")
    for name, arguments in (("old", ()), ("new", ("--defect", "timeout_in_ms"))):
        report = verify(
            open_target("simulated", arguments=arguments),
            home / name,
            scenarios=choose(["timeout-takes-down", "addresses-come-and-go"]),
        )
        report.write_json(home / f"{name}.json")
    return home / "old", home / "new"


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_a_regression_is_newly_failing(
    runs: tuple[Path, Path], suffix: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old, new = (str(each) + suffix for each in runs)
    out = tmp_path / "c.json"
    assert run(["compare", old, new, "--json", str(out)]) == 1
    shown = capsys.readouterr().out
    assert "Newly failing (" in shown
    assert "\n  REQ-CTL-019  An attempt" in shown
    assert "timeout-takes-down: conforms before, fails now" in shown
    assert " newly failing" in shown.splitlines()[-1]
    changes = json.loads(out.read_text())
    assert changes["failing"] == ["REQ-CTL-019"]
    assert "REQ-AUTO-010" in changes["in_failing"]
    assert run(["compare", new, old]) == 0
    assert "Newly held (" in capsys.readouterr().out
    assert run(["compare", old, old]) == 0
    assert (
        "0 newly failing, 0 newly held, 0 no longer shown, 0 differences" in capsys.readouterr().out
    )


def test_a_run_with_soft_resets_is_compared_from_the_boot_state_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["addresses-come-and-go", "timeout-takes-down"]
    for name, soft, defects in (
        ("booted", False, ()),
        ("reset", True, ()),
        ("broken", False, ("--defect", "timeout_in_ms")),
    ):
        verify(
            open_target("simulated", arguments=defects),
            tmp_path / name,
            scenarios=choose(names),
            soft_reset=soft,
        )
    assert run(["compare", str(tmp_path / "booted"), str(tmp_path / "reset")]) == 0
    assert capsys.readouterr().out.endswith(" 0 differences of behaviour\n")
    assert run(["compare", str(tmp_path / "reset"), str(tmp_path / "broken")]) == 1
    shown = capsys.readouterr().out
    assert "in timeout-takes-down" in shown
    assert shown.endswith(" 1 difference of behaviour\n")


def test_a_summary_is_compared_with_the_traces_beside_it_and_says_where_there_are_none(
    runs: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for each in runs:
        document = json.loads(each.with_suffix(".json").read_text())
        for scenario in document["scenarios"]:
            scenario["trace"] = f"out/of/another/folder/{Path(scenario['trace']).name}"
        Path(each.name).mkdir()
        Path(each.name, "summary.json").write_text(json.dumps(document))
    sides = [str(Path(each.name, "summary.json")) for each in runs]
    assert run(["compare", *sides]) == 1
    assert "behaviour not compared (no traces" in capsys.readouterr().out
    for each in runs:
        for trace in each.glob("*.jsonl"):
            Path(each.name, trace.name).write_bytes(trace.read_bytes())
    assert run(["compare", *sides]) == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith("1 difference of behaviour")


def test_what_devices_show_is_compared_command_by_command(runs: tuple[Path, Path]) -> None:
    changes = compare(evidence_of(runs[0]), evidence_of(runs[1]))
    early = next(each for each in changes.behaviour if "timeout-takes-down" in each.scenarios)
    assert "addresses-come-and-go" not in early.scenarios
    assert any("CONN_IF_TIMEOUT iface a" in line for line in early.lines)


@pytest.mark.slow
def test_two_releases_give_a_changelog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = TRACES / "native_posix_64", TRACES / "native_p42"
    changes = compare(evidence_of(old), evidence_of(new))
    assert not changes.failing
    assert "REQ-MON-031" in changes.added
    assert changes.gone_quirks == ["REQ-EVT-020"]
    most = changes.behaviour[0]
    assert [line for line in most.lines if line[0] == "+"] == ["+ L4_IPV4_CONNECTED iface a"]
    assert len(most.scenarios) > 20
    silent = [each for each in changes.behaviour if each.commands == ("disconnect",)]
    assert any("- IF_ADMIN_DOWN iface a" in each.lines for each in silent), (
        "since 4.2 it fails early"
    )
    text = render_terminal(changes)
    assert "- native_posix_64, Zephyr 3.4.99, P34\n+ native_sim_64, Zephyr 4.1.99, P42" in text
    markdown = render_markdown(changes)
    assert "```diff\n  IPV4_ADDR_ADD iface a\n" in markdown
    page = render_html(gather([new]), None, changes)
    assert "What changed" in page
    assert '<span class="new">+ L4_IPV4_CONNECTED iface a</span>' in page
    page_file = str(tmp_path / "r.html")
    assert run(["report", str(new), "--compare", str(old), "--html", page_file]) == 0
    assert "What changed" in Path(page_file).read_text()


def test_only_the_order_is_told_as_such() -> None:
    def side(*shown: str) -> RunSide:
        return RunSide("x", {}, {}, frozenset(), frozenset(), {})

    from connmgr_hil.conformance.changes import Behaviour

    turned = Behaviour(("- a", "  b", "+ a"), ("up",), ("addresses-come-and-go",))
    assert turned.only_order
    assert not Behaviour(("- a", "+ c"), ("up",), ("addresses-come-and-go",)).only_order
    assert compare(side(), side()).behaviour == ()


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    for text in ("{}", "[]", "no json", '{"by_requirement": 1}', '{"a":' * 100_000):
        (tmp_path / "s.json").write_text(text)
        with pytest.raises(BadInput, match="not a summary that 'cmhil verify' wrote"):
            evidence_of(tmp_path / "s.json")


def test_the_page_says_first_that_it_compares(runs: tuple[Path, Path]) -> None:
    changes = compare(evidence_of(runs[0]), evidence_of(runs[1]))
    page = render_html(gather([runs[1]]), changes=changes)
    head, _, rest = page.partition("</header>")
    assert "Compared with simulated" in head
    assert '<a href="#changes">' in head
    assert rest.index('id="changes"') < rest.index('id="grid"')


def side(
    standings: dict[str, str], scenarios: dict[str, str], quirks: frozenset[str] = frozenset()
) -> RunSide:
    return RunSide("a run", standings, scenarios, quirks, frozenset(), {})


def test_runs_of_other_scenarios_say_so_first() -> None:
    old = side({}, {"both": "conforms", "gone": "conforms"})
    new = side({}, {"both": "conforms", "at-once-ignore": "fails", "added": "conforms"})
    changes = compare(old, new)
    assert changes.outcomes == {"at-once-ignore": ("not run", "fails")}
    shown = render_terminal(changes)
    assert shown.splitlines()[3:6] == [
        "The runs are not of the same scenarios (2)",
        "  1 only in the old run: gone",
        "  2 only in the new run: at-once-ignore, added",
    ]
    assert "at-once-ignore: not run before, fails now" in shown


def test_a_quirk_that_is_gone_is_told_once() -> None:
    ident = "REQ-CTL-032"
    changes = compare(side({ident: "quirk"}, {}, frozenset({ident})), side({ident: "held"}, {}))
    assert changes.gone_quirks == [ident]
    assert changes.held == []
