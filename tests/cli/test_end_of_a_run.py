"""What a run leaves on the screen, and the options by which one runs a part of it again."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from junitparser.xunit2 import JUnitXml

from connmgr_hil.checker import Outcome
from connmgr_hil.cli.closing import closing
from connmgr_hil.cli.main import run
from connmgr_hil.conformance.coverage import cover
from connmgr_hil.conformance.findings import command_for, findings
from connmgr_hil.conformance.results import RunReport, ScenarioResult, with_retries
from connmgr_hil.conformance.run import check, verify
from connmgr_hil.conformance.scenario import registered
from connmgr_hil.conformance.selection import choose
from connmgr_hil.report import gather, render_html, render_junit
from connmgr_hil.resources import platforms_dir
from connmgr_hil.targets import open_target
from connmgr_hil.testing.mitm import MitmTarget
from connmgr_hil.transport import Transport
from connmgr_hil.vocabulary.errors import UsageError


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A platform whose timeouts are a thousand times too short, in a folder whose name needs quotes."""
    monkeypatch.chdir(tmp_path)
    text = (platforms_dir() / "simulated.toml").read_text()
    place = tmp_path / "my boards"
    place.mkdir()
    file = place / "broken.toml"
    file.write_text(
        text.replace("[time]", '[emulator]\narguments = ["--defect", "timeout_in_ms"]\n\n[time]', 1)
    )
    return "my boards/broken.toml"


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(list(arguments))
    return code, capsys.readouterr().out


def test_a_cause_is_told_once_with_commands_that_can_be_given(
    broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = told(capsys, "verify", "-t", broken, "--scenario", "req-ctl-019")
    assert code == 1
    end = shown[shown.index("\n\n") :]
    assert end.count("\nFAIL  REQ-CTL-019") == 1
    assert "REQ-CTL-019  An attempt that exceeds its timeout is abandoned" in end
    assert "  the same in:   " in end
    for name in ("replay", "shrink"):
        (line,) = [each for each in end.splitlines() if each.startswith(f"  {name}:")]
        program, *arguments = shlex.split(line.partition(":")[2])
        assert program == "cmhil"
        assert told(capsys, *arguments)[0] == 1
    assert "see them:        cmhil report out/verify/broken/latest --open\n" in end


def test_failed_stop_list_and_share(broken: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ("verify", "-t", broken, "--scenario", "*timeout*")
    code, shown = told(capsys, *wanted, "--list")
    assert code == 0
    names = [line.split()[0] for line in shown.splitlines()[1:]]
    assert names == [each.name for each in choose(["*timeout*"])]
    assert not Path("out").exists()
    shares = [told(capsys, *wanted, "--list", "--shard", f"{n}/3")[1] for n in (1, 2, 3)]
    assert sorted(line.split()[0] for each in shares for line in each.splitlines()[1:]) == sorted(
        names
    )

    assert told(capsys, *wanted)[0] == 1
    summary = json.loads(Path("out/verify/broken/latest/summary.json").read_text())
    failed = [each["name"] for each in summary["scenarios"] if each["outcome"] == "fails"]
    assert 1 < len(failed) < len(names)
    code, shown = told(capsys, "verify", "-t", broken, "--failed", "--list")
    assert [line.split()[0] for line in shown.splitlines()[1:]] == failed
    code, shown = told(capsys, "verify", "-t", broken, "--failed", "-x")
    assert code == 1
    assert "0 conform, 1 fail" in shown
    assert "stopped:       at the first that did not conform" in shown
    assert json.loads(Path("out/verify/broken/latest/summary.json").read_text())["stopped"] is True


def test_failed_without_a_run_and_a_wrong_share_are_usage(
    broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", "-t", broken, "--failed"]) == 2
    assert "run it without --failed first" in capsys.readouterr().err
    for share in ("5/4", "0/4", "4", "a/b"):
        assert run(["verify", "-t", broken, "--shard", share]) == 2
    assert run(["verify"]) == 2


def test_an_empty_selection_runs_nothing(broken: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = told(capsys, "verify", "-t", broken, "--scenario", "boot", "--shard", "2/4")
    assert (code, shown) == (0, "nothing to run: shard 2/4 has no scenario\n")
    assert not Path("out").exists()
    assert told(capsys, "verify", "-t", broken, "--scenario", "boot")[0] == 0
    assert told(capsys, "verify", "-t", broken, "--failed") == (
        0,
        "nothing failed in the last run\n",
    )
    assert told(capsys, "verify", "-t", broken, "--scenario", "timeout-takes-down")[0] == 1
    code, shown = told(capsys, "verify", "-t", broken, "--failed", "--scenario", "boot")
    assert (code, "timeout-takes-down did" in shown) == (0, True)
    assert not verify(open_target("simulated"), Path("none"), scenarios=()).results


OF_MINE = """from connmgr_hil.conformance.scenario import scenario


@scenario("mine-fails", "REQ-CTL-019")
def mine_fails(bench):
    \"\"\"It fails.\"\"\"
    bench.require(False, "it holds", "it does not", breaks="REQ-CTL-019")
"""


@pytest.mark.parametrize("variants", [(), ("--all-variants",)])
def test_failed_finds_what_failed_in_a_file_of_ones_own(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variants: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(OF_MINE)
    built_in = registered()
    monkeypatch.setattr("connmgr_hil.conformance.scenario._REGISTRY", dict(built_in))
    wanted = ("verify", "-t", "simulated", *variants)
    assert told(capsys, *wanted, "--scenarios", "mine.py")[0] == 1
    monkeypatch.setattr("connmgr_hil.conformance.scenario._REGISTRY", dict(built_in))
    assert run([*wanted, "--failed"]) == 2
    error = capsys.readouterr().err
    assert "mine-fails" in error
    assert "--scenarios FILE" in error
    assert told(capsys, *wanted, "--failed", "--scenarios", "mine.py")[0] == 1


def test_quirks_and_what_cannot_run_are_named_and_counted(
    broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    del broken
    wanted = [word for name in ("REQ-CTL-032", "REQ-CTL-02*") for word in ("--scenario", name)]
    code, shown = told(capsys, "verify", "-t", "Simulated", *wanted, "-v")
    assert code == 0
    assert "REQ-CTL-032  Negative timeouts are stored unchanged  (in 1)" in shown
    assert "     1  needs profile P43 or later; this device has P34" in shown
    assert "            > timeout 1 -" in shown, "-v shows the commands"
    assert "-> ok" in shown


def test_a_slip_in_a_name_is_met_with_the_right_one() -> None:
    for pattern, meant in (("REQ-CLT-001", "REQ-CTL-001"), ("conect-admin-up", "connect-admin-up")):
        with pytest.raises(UsageError, match=f"did you mean '{meant}'"):
            choose([pattern])
    with pytest.raises(UsageError, match="did you mean 'native_sim'"):
        open_target("nativ_sim")
    with pytest.raises(UsageError, match="did you mean 'queue5'"):
        open_target("simulated", variant="que5")
    assert [each.name for each in choose(["e1"])] == ["addresses-come-and-go"]


class Moody(MitmTarget):
    """Has its mistake on the first start of all, and never again."""

    def __init__(self, defect: str = "timeout_in_ms") -> None:
        super().__init__(open_target("simulated"))
        self._mistaken = open_target("simulated", arguments=("--defect", defect))
        self._began = False

    def restart(self) -> Transport:
        if self._began:
            self._mistaken.stop()
            return self._inner.restart()
        self._began = True
        return self._mistaken.restart()


def test_a_retried_pass_is_flaky_and_never_silent(tmp_path: Path) -> None:
    chosen = choose(["timeout-takes-down"])
    report = verify(Moody(), tmp_path, scenarios=chosen, retry=2)
    (result,) = report.results
    assert (result.flaky, result.outcome) == ("1 of 2", Outcome.CONFORMS)
    assert [each.outcome for each in report.every()] == [Outcome.FAILS, Outcome.CONFORMS]
    assert report.as_json()["flaky"] == {"timeout-takes-down": "1 of 2"}
    assert "timeout-takes-down: flaky 1 of 2: FAIL  REQ-CTL-019" in closing(report)
    again = check([tmp_path])
    assert [each.flaky for each in again.results] == ["1 of 2"]
    assert again.outcome is Outcome.CONFORMS
    evidence = gather([tmp_path])
    assert evidence.outcome is Outcome.CONFORMS
    assert "flaky 1 of 2" in render_html(evidence)
    suite = next(iter(JUnitXml.fromstring(render_junit(evidence))))
    (case,) = [each for each in suite if each.name == "timeout-takes-down"]
    assert len(case.flaky_failures()) == 1
    assert not case.result

    (tmp_path / "timeout-takes-down.retry1.jsonl").unlink()
    assert check([tmp_path / "timeout-takes-down.jsonl"]).outcome is Outcome.FAILS


def test_no_retry_absolves_a_device_that_crashed(tmp_path: Path) -> None:
    chosen = choose(["disconnect-connected"])
    report = verify(Moody("life_panic"), tmp_path, scenarios=chosen, retry=3)
    (result,) = report.results
    assert (result.outcome, result.confirmed, result.flaky) == (Outcome.FAILS, "1 of 2", "")
    assert not result.earlier, "it is not tried again"
    assert report.by_requirement()["REQ-LIFE-001"] == "failed"
    assert "tried again" not in closing(report)


def test_a_recorded_crash_outweighs_the_tries_after_it(tmp_path: Path) -> None:
    chosen = choose(["disconnect-connected"])
    verify(Moody("life_panic"), tmp_path, scenarios=chosen)
    verify(open_target("simulated"), tmp_path / "well", scenarios=chosen)
    header, *rest = (tmp_path / "well/disconnect-connected.jsonl").read_text().splitlines()
    retried = json.dumps(json.loads(header) | {"retry": 1})
    again = tmp_path / "disconnect-connected.retry1.jsonl"
    again.write_text("\n".join([retried, *rest, ""]))
    (tmp_path / "well/disconnect-connected.jsonl").unlink()

    assert check([again]).outcome is Outcome.CONFORMS
    report = check([tmp_path])
    (result,) = report.results
    assert (result.outcome, result.flaky) == (Outcome.FAILS, "")
    assert "1 of 2 did not conform" in closing(report)
    assert cover([tmp_path]).best("REQ-LIFE-001") == "failed"
    evidence = gather([tmp_path])
    assert evidence.outcome is Outcome.FAILS
    assert evidence.platforms[0].standing("REQ-LIFE-001") == "failed"


def test_what_fails_every_time_is_one_result_and_fails(tmp_path: Path) -> None:
    target = open_target("simulated", arguments=("--defect", "timeout_in_ms"))
    report = verify(target, tmp_path, scenarios=choose(["timeout-takes-down"]), retry=2)
    (result,) = report.results
    assert (len(result.earlier), result.flaky, result.outcome) == (2, "", Outcome.FAILS)
    assert "3 of 3 did not conform" in closing(report)
    document = JUnitXml.fromstring(render_junit(gather([tmp_path]), {"timeout-takes-down"}))
    (case,) = next(iter(document))
    assert (case.name, document.failures) == ("timeout-takes-down", 1)
    assert len(case.rerun_failures()) == 2
    repeated = verify(
        target, tmp_path / "twice", scenarios=choose(["timeout-takes-down"]), repeat=2
    )
    assert not repeated.results[0].earlier
    cases = next(iter(JUnitXml.fromstring(render_junit(gather([tmp_path / "twice"]), ()))))
    assert [each.name for each in cases] == [
        f"timeout-takes-down (timeout-takes-down.{n})" for n in (1, 2)
    ]


def test_causes_are_told_apart_by_what_was_seen(
    scenario_result: Callable[..., ScenarioResult],
) -> None:
    same = [scenario_result(f"s{n}", reason="no answer", records=9 - n) for n in range(3)]
    other = scenario_result("t", reason="another")
    found = findings([*same, other])
    assert [[each.name for each in one.results] for one in found] == [["s2", "s1", "s0"], ["t"]]
    assert len(with_retries([*same, other])) == 4
    assert "s2" in closing(RunReport("t", "P34", same))


@pytest.fixture
def scenario_result() -> Callable[..., ScenarioResult]:
    def make(name: str, **more: object) -> ScenarioResult:
        return ScenarioResult(name, "title", (), Outcome.RIG, trace=Path(f"{name}.jsonl"), **more)  # type: ignore[arg-type]

    return make


def test_no_name_of_a_trace_controls_a_terminal(
    scenario_result: Callable[..., ScenarioResult],
) -> None:
    hostile = scenario_result("a\x1b]0;b", device=("-t", "$(reboot)\x07"))
    command = command_for(hostile, "replay")
    assert "\x1b" not in command
    assert "'$(reboot)" in command


def test_scenarios_and_requirements_are_found_by_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(told(capsys, "scenarios")[1].splitlines()) == len(choose(())) + 1
    found = told(capsys, "scenarios", "req-ctl-022")[1].splitlines()[1:]
    assert found
    assert all("REQ-CTL-022" in line for line in found)
    assert "timeout-again" in told(capsys, "scenarios", "Three attempts")[1]
    for wrong, near in (
        (("scenarios", "timeot"), "timeout"),
        (("requirements", "REQ-CTL-999"), "REQ-CTL-0"),
        (("requirements", "timeout", "persistnt"), "persistent"),
    ):
        assert run(list(wrong)) == 2
        shown = capsys.readouterr()
        assert not shown.out
        assert f"did you mean '{near}" in shown.err
    code, shown = told(capsys, "requirements", "timeout", "persistent")
    assert code == 0
    assert "REQ-CTL-022" in shown
    shown = told(capsys, "requirements", "req-ctl-022")[1]
    assert "  source    " in shown
    assert all(name in shown for name in (line.split()[0] for line in found))


def test_all_variants_have_one_verdict_and_one_page(
    broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = told(
        capsys,
        "verify",
        "-t",
        "simulated",
        "--all-variants",
        "--scenario",
        "timeout-takes-down",
        "--scenario",
        "dad",
    )
    assert code == 0, shown
    assert "== simulated, variant dad\n" in shown
    folder = Path("out/verify/simulated-all/latest")
    summary = json.loads((folder / "summary.json").read_text())
    assert [each["verdict"] for each in summary["builds"]].count("conforms") > 5
    assert "(variant dad)" not in shown, "dad cannot run on most, and ran on one"
    assert (folder / "dad" / "dad.jsonl").is_file()
    assert "dad" in (folder / "report.html").read_text()
    code, shown = told(
        capsys, "verify", "-t", broken, "--all-variants", "--scenario", "timeout-takes-down"
    )
    assert code == 1
    assert shown.count("\nFAIL  REQ-CTL-019") == 1, "the cause is the same on every variant"
    assert run(["verify", "-t", broken, "--all-variants", "--variant", "dad"]) == 2


def test_one_scenario_is_told_whole(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = told(capsys, "scenarios", "disconnect-connecting")
    assert code == 0
    assert shown.startswith("disconnect-connecting  disconnect during an attempt")
    file, _, line = shown.partition("  source    ")[2].strip().rpartition(":")
    text = (Path(__file__).parents[2] / "harness" / file).read_text()
    assert "disconnect-connecting" in "".join(text.splitlines()[int(line) - 1 : int(line) + 3])


def test_junit_is_written_where_nothing_could_run_and_told_where_it_cannot_be(
    broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    del broken
    wanted = ("verify", "-t", "simulated", "--scenario")
    assert told(capsys, *wanted, "dad", "--junit", "x.xml")[0] == 4
    assert len(list(JUnitXml.fromfile("x.xml"))) == 0
    Path("folder.xml").mkdir()
    for place in ("folder.xml", "x.xml/y.xml"):
        for option in ("--junit", "--json"):
            assert run([*wanted, "addresses-come-and-go", option, place]) == 2
            shown = capsys.readouterr()
            assert not shown.out, "it is said before the run"
            assert "folder" in shown.err
