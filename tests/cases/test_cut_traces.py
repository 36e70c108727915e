"""`head -n N` of a recorded trace: whatever was cut off, what is left neither conforms nor fails."""

from pathlib import Path

import pytest
from msgspec import structs

from connmgr_hil.checker import Checker, Outcome
from connmgr_hil.cli.main import run
from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.observations import HelloSeen

pytestmark = pytest.mark.slow

TRACES = Path(__file__).parent.parent / "traces"
WHOLE = sorted(path for name in ("E1", "Q10") for path in TRACES.glob(f"*/{name}.jsonl"))


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_head_of_a_trace_is_inconclusive(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    cut = tmp_path / "cut.jsonl"
    for count in range(1, len(lines)):
        cut.write_bytes(b"".join(lines[:count]))
        assert run(["check", str(cut)]) == 4, (count, capsys.readouterr())
    assert "VERDICT  inconclusive" in capsys.readouterr().out
    cut.write_bytes(b"".join(lines))
    assert run(["check", str(cut)]) == 0


def test_there_are_such_traces() -> None:
    assert len(WHOLE) >= 30
    assert len(REAL) >= 100


REAL = sorted((TRACES / "mps2_an385_real_clock").glob("*.jsonl"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_where_time_is_real_a_run_may_end_in_the_midst_of_what_comes_by_itself(path: Path) -> None:
    checker = Checker()
    for number, record in enumerate(read_trace(path).records, 1):
        checker.feed(record)
        assert checker.finish().failure is None, number


def test_another_hello_without_a_restart_fails_nothing() -> None:
    records = read_trace(TRACES / "native_posix_64" / "E1.jsonl").records
    hello = next(each for each in records if isinstance(each, HelloSeen))
    for facts in ({"nonce": "0badc0de"}, {"build": "another"}):
        other = structs.replace(hello, facts=structs.replace(hello.facts, **facts))
        checker = Checker()
        for record in (*records[:20], other, *records[20:]):
            checker.feed(record)
        assert checker.finish().outcome is Outcome.INCONCLUSIVE


def test_a_trace_that_is_judged_otherwise_than_it_was_recorded_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (TRACES / "native_posix_64" / "E1.jsonl").read_text()
    (tmp_path / "e1.jsonl").write_text(text.replace('"verdict":"conforms"', '"verdict":"fails"'))
    assert run(["check", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "1 otherwise than when they were recorded" in told
    assert "e1.jsonl: fails then, conforms now" in told
