"""What a trace tells of the machine that recorded it can be taken out, and is out of all that we publish."""

from pathlib import Path

import pytest

from connmgr_hil.checker import check_trace
from connmgr_hil.cli.main import run
from connmgr_hil.trace import anonymized, read_trace
from connmgr_hil.vocabulary.errors import BadInput

TESTS = Path(__file__).parents[1]
PUBLISHED = sorted((*TESTS.glob("traces*/**/*.jsonl"), *TESTS.parent.glob("examples/**/*.jsonl")))


def test_only_the_machine_is_taken_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert (
        run(["verify", "-t", "simulated", "--scenario", "addresses-come-and-go", "--out", str(out)])
        == 0
    )
    trace = out / "addresses-come-and-go.jsonl"
    before = read_trace(trace)
    capsys.readouterr()
    assert run(["anonymize", str(out)]) == 0
    assert capsys.readouterr().out == "1 trace changed\n"
    after = read_trace(trace)
    assert after.records[1:] == before.records[1:]
    assert before.header.origin is not None
    assert before.header.origin.host
    origin = after.header.origin
    assert origin is not None
    assert (origin.host, origin.command, origin.device) == ("", (), ())
    assert origin.date == before.header.origin.date
    assert check_trace(trace).outcome == "conforms"
    assert not anonymized(trace), "there is nothing left"


def test_what_is_no_trace_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("hello\n")
    with pytest.raises(BadInput, match="not the header of a trace"):
        anonymized(path)
    assert path.read_text() == "hello\n"


def test_no_published_trace_names_a_machine() -> None:
    assert PUBLISHED
    for path in PUBLISHED:
        with path.open(encoding="utf-8") as file:
            first = file.readline()
        named = '"host":' in first or '"command":' in first or '"zephyr":"/' in first
        assert not named, f"{path}: run 'cmhil anonymize' on it"
