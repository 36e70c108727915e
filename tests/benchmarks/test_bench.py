"""The benchmarks run and write what they promise; how fast anything is, is not judged here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "unit"), [("command round trip, simulated", "ms"), ("walker, simulated", "steps/s")]
)
def test_a_quick_run_writes_rows(tmp_path: Path, name: str, unit: str) -> None:
    out = tmp_path / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", name, "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(out.read_text())
    assert rows
    for row in rows:
        assert {"name", "unit", "ours", "peer", "peer_name", "ratio"} <= row.keys()
        assert (row["name"], row["unit"]) == (name, unit)
        assert row["ours"] > 0
        assert (row["ratio"] is None) is (row["peer"] is None)
    assert json.loads(out.with_suffix(".machine.json").read_text())["cores"]
    assert name.partition(",")[0] in done.stdout.replace("\n", " ")


def test_a_missing_device_is_a_row_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMHIL_BUILD_DIR", str(tmp_path / "nothing"))
    out = tmp_path / "bench.json"
    subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", "walker, native", "--out", out],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    [row] = json.loads(out.read_text())
    assert row["ours"] is None
    assert "cmhil build" in row["skipped"]
