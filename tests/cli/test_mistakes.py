"""A typing error in a scenario, in a trace or at the shell is never taken for a fault of the device."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from connmgr_hil.checker import Outcome, check_trace
from connmgr_hil.cli.main import run
from connmgr_hil.trace import TraceWriter
from connmgr_hil.vocabulary.observations import Header, Stimulus

SCENARIO = '''
from connmgr_hil.conformance.bench import Bench
from connmgr_hil.conformance.scenario import scenario

@scenario("of-mine", "MON-007")
def of_mine(b: Bench) -> None:
    """Takes an iface up."""
    {body}
'''


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ('b.do("up U", "IF_UPP(U)")', "did you mean 'IF_UP'?"),
        ('b.do("sim A mode asinc")', "did you mean 'async'?"),
        ('b.do("up 99")', "there is no iface 99"),
        ('b.do("up U", rc="-EALRDY")', "did you mean '-EALREADY'?"),
        ('b.do("up U", None)', "this is not an expectation"),
        ("b.do(None)", "a command must be a text"),
        ('b.wait(float("nan"))', "this is not a time"),
        ("b.wait(-1)", "this is not a time"),
        ('b.state("U", oper="upp")', "did you mean 'up'?"),
        ('b.state("U", admin="yes")', "a state's admin is never 'yes'"),
        ('b.state("U", adm=True)', "did you mean 'admin'?"),
    ],
)
def test_a_scenario_that_asks_for_what_there_is_not_ends_with_2(
    body: str, meant: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(SCENARIO.replace("{body}", body))
    out = str(tmp_path / "out")
    code = run(
        [
            "verify",
            "-t",
            "simulated",
            "--scenarios",
            str(file),
            "--scenario",
            "of-mine",
            "--out",
            out,
        ]
    )
    told = capfd.readouterr().err
    assert code == 2, told
    assert "mine.py: scenario 'of_mine': " in told
    assert meant in told


def test_a_trace_with_a_command_that_is_none_cannot_be_judged_or_replayed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "mine.jsonl"
    with TraceWriter(trace) as writer:
        writer.write(Header())
        writer.write(Stimulus(id=1, words=("sim", "1", "mode", "asinc")))
    for command in (["check", str(trace)], ["replay", str(trace), "-t", "simulated"]):
        assert run(command) == 2
        told = capfd.readouterr().err
        assert f"{trace}:2" in told
        assert "did you mean 'async'?" in told


def test_a_trace_that_names_what_this_device_lacks_cannot_be_replayed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "mine.jsonl"
    with TraceWriter(trace) as writer:
        writer.write(Header())
        writer.write(Stimulus(id=1, words=("up", "77")))
    out = str(tmp_path / "again.jsonl")
    assert run(["replay", str(trace), "-t", "simulated", "--out", out]) == 2
    assert "there is no iface 77" in capfd.readouterr().err


def test_a_scenario_that_gives_no_command_holds_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(SCENARIO.replace("{body}", "assert b.letters"))
    chosen = ["--scenarios", str(file), "--scenario", "of-mine"]
    assert run(["verify", "-t", "simulated", *chosen, "--out", str(tmp_path / "out")]) == 4
    assert "none was, so nothing is shown" in capfd.readouterr().out
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["requirements"]["held"] == 0


def test_what_ran_before_a_mistaken_scenario_is_summarised(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(SCENARIO.replace("{body}", 'b.do("up 99")').replace("of-mine", "of-mine-2"))
    out = tmp_path / "out"
    chosen = [
        "--scenario",
        "addresses-come-and-go",
        "--scenario",
        "of-mine-2",
        "--scenario",
        "up-connects-at-once",
    ]
    verify = ["verify", "-t", "simulated", "--out", str(out), *chosen]
    assert run([*verify, "--scenarios", str(file)]) == 2
    told = capfd.readouterr()
    assert "mine.py: scenario 'of_mine': " in told.err
    assert "1 conform, 0 fail" in told.out
    assert "a scenario has a mistake; the rest was not run" in told.out
    assert "VERDICT  inconclusive" in told.out
    summary = json.loads((out / "summary.json").read_text())
    assert [each["name"] for each in summary["scenarios"]] == ["addresses-come-and-go"]
    assert summary["verdict"] == "inconclusive"
    assert "there is no iface 99" in summary["mistake"]
    assert run(["check", str(out)]) == 4


def test_a_typing_error_in_a_pipe_ends_the_shell_with_2(tmp_path: Path) -> None:
    for script, code in (("up U\nupp U\nstate U\n", 2), ("up 77\n", 2), ("up U\nhelp\n", 0)):
        ended = subprocess.run(
            [sys.executable, "-m", "connmgr_hil.cli", "shell", "-t", "simulated"],
            input=script, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path,
        )  # fmt: skip
        assert ended.returncode == code, ended.stderr
        assert ("iface 4: admin-up" in ended.stdout) is ("state" in script)
        assert check_trace(tmp_path / "out/shell/simulated.jsonl").outcome is Outcome.CONFORMS


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "-1", "much"])
@pytest.mark.parametrize(
    "command",
    [
        ("verify", "-t", "simulated", "--wait"),
        ("verify", "-t", "simulated", "--time-scale"),
        ("walk", "-t", "simulated", "--most-inconclusive"),
        ("campaign", "-t", "simulated", "--most-inconclusive"),
        ("learn", "-t", "simulated", "--budget"),
        ("shrink", "-t", "simulated", "no.jsonl", "--budget"),
        ("mutate", "-t", "native", "no.c", "--seconds"),
        ("mutate", "-t", "native", "no.c", "--least"),
    ],
    ids=lambda words: words[0] + words[-1],
)
def test_no_number_is_refused_before_the_run(
    command: tuple[str, ...], number: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, number]) == 2
    told = capfd.readouterr()
    assert f"Invalid value for '{command[-1]}'" in told.err
    assert not told.out


def test_no_option_takes_any_number_that_python_knows() -> None:
    from connmgr_hil.cli.main import cmhil

    context = click.Context(cmhil)
    commands = [cmhil.get_command(context, name) for name in cmhil.list_commands(context)]  # type: ignore[attr-defined]
    parameters = [each for command in commands for each in command.params]
    assert not [each.name for each in parameters if each.type is click.FLOAT]
    assert not [each.name for each in parameters if type(each.type) is click.FloatRange]


def test_learning_without_an_input_is_usage(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for inputs in ("", " , "):
        assert run(["learn", "-t", "simulated", "--inputs", inputs, "--out", str(tmp_path)]) == 2
        assert "there is no input" in capfd.readouterr().err


def test_what_a_replay_cannot_write_is_said_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], recorded_traces: Path
) -> None:
    wanted = ["replay", str(recorded_traces / "E1.jsonl"), "-t", "simulated", "--out"]
    assert run([*wanted, str(tmp_path)]) == 2
    assert capfd.readouterr().err.count(str(tmp_path)) == 1
    assert run([*wanted, "/dev/full"]) == 3
    told = capfd.readouterr().err
    assert told.count("cannot write") == 1
    assert "No space left" in told
    assert told.count("next: ") == 1


def test_firmware_without_the_probe_cannot_be_reset_by_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(["verify", "-t", "native", "--dialect", "stock", "--soft-reset"]) == 2
    assert "--soft-reset needs the probe" in capfd.readouterr().err
