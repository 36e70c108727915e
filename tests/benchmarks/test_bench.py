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


def test_a_night_is_worked_out_from_what_a_worker_takes(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", "night, sim", "--out", out],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    rows = {row["name"].rpartition(": ")[2]: row["ours"] for row in json.loads(out.read_text())}
    seconds, hours = rows["processor time of a walk"], rows["10^6 walks"]
    assert 0 < rows["of that the device"] < seconds
    assert hours == pytest.approx(seconds * 1e6 / 3600, rel=0.01)
    assert rows["10^6 walks in 10 h"] == pytest.approx(hours / 10, rel=0.01)
    assert rows["all traces of 10^6 walks"] == pytest.approx(rows["its trace"], rel=0.01)
    page = tmp_path / "page.md"
    page.write_text("Before.\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nAfter.\n")
    subprocess.run([sys.executable, "-m", "benchmarks.page", out, page], cwd=ROOT, check=True)
    shown = page.read_text()
    assert "old" not in shown
    assert (
        "| what | unit | ours |\n| --- | --- | --- |\n| night, simulated: processor time" in shown
    )
    assert shown.startswith("Before.\n")
    assert shown.endswith("<!-- figures: end -->\nAfter.\n")


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


def test_a_name_that_no_benchmark_has_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", "none", "--out", str(tmp_path / "b.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no benchmark has 'none' in its name: command round trip" in done.stderr
