"""`head -n N` of a recorded trace: whatever was cut off, what is left neither conforms nor fails."""

from pathlib import Path

import pytest

from connmgr_hil.checker import Checker
from connmgr_hil.cli.main import run
from connmgr_hil.trace import read_trace

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
