"""A typing error in a scenario, in a trace or at the shell is never taken for a fault of the device."""

from pathlib import Path

import pytest

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
