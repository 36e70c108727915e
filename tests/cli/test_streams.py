"""A run comes to its end and to its exit code whether or not its streams are open, and whoever reads them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACE = str(ROOT / "tests" / "traces" / "native_posix_64" / "E1.jsonl")
CLOSED = ("<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "1</dev/null", "2</dev/null")


def shell(script: str, cwd: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run cmhil, which the script knows as "$@", with its streams as the script wants them."""
    return subprocess.run(
        ["bash", "-c", script, "bash", sys.executable, "-m", "connmgr_hil.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT / "harness"), "TMPDIR": str(cwd)},
    )


WALK = ("walk", "-t", "simulated", "--walks", "2", "--steps", "5")
SHELL = ("shell", "-t", "simulated")


@pytest.mark.parametrize(
    ("arguments", "closed", "code"),
    [
        *((("check", TRACE), closed, 0) for closed in CLOSED),
        (WALK, "2>&-", 0),
        (WALK, ">&-", 0),
        (SHELL, "<&-", 0),
        (SHELL, "<&- >&- 2>&-", 0),
        (("platforms",), ">&-", 0),
        (("check", "nowhere.jsonl"), "2>&-", 2),
    ],
)
def test_closed_streams(arguments: tuple[str, ...], closed: str, code: int, tmp_path: Path) -> None:
    done = shell(f'"$@" {closed}', tmp_path, *arguments)
    assert done.returncode == code, done.stderr
    assert "bug" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("cmhil-bug-*"))
    if closed == "2>&-" and code == 0:
        assert done.stdout


def test_a_child_process_finds_open_streams(tmp_path: Path) -> None:
    code = "import os; os.fstat(0), os.fstat(1), os.fstat(2)"
    script = (
        "import subprocess, sys\nfrom connmgr_hil.cli.streams import secure_streams\nsecure_streams()\n"
        f"sys.exit(subprocess.run([sys.executable, '-c', {code!r}]).returncode)"
    )
    done = shell(f"\"$1\" -c '{script.replace(chr(39), chr(34))}' <&- >&- 2>&-", tmp_path)
    assert done.returncode == 0


@pytest.mark.parametrize(("lines", "both"), [(0, ""), (1, "2>&1"), (12, "")])
def test_a_run_whose_reader_goes_ends_as_it_would_have(
    lines: int, both: str, tmp_path: Path
) -> None:
    wanted = ("verify", "-t", "simulated", "-v", "--scenario", "REQ-CTL-019", "--json", "it.json")
    reader = f"head -n {lines}" if lines else "true"
    script = f'"$@" {both} | {reader}; exit ${{PIPESTATUS[0]}}'
    done = shell(script, tmp_path, *wanted)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == lines
    folder = tmp_path / "out" / "verify" / "simulated" / "latest"
    assert json.loads((folder / "summary.json").read_text())["verdict"] == "conforms"
    assert (tmp_path / "it.json").is_file()
    again = shell(script, tmp_path, *wanted, "--out", str(folder.resolve()))
    assert again.returncode == 0, again.stderr


def test_a_run_that_fails_says_so_to_nobody(tmp_path: Path) -> None:
    text = Path(TRACE).read_text().replace('"status":"0"', '"status":"-5"')
    (tmp_path / "bad.jsonl").write_text(text)
    plain = shell('"$@"', tmp_path, "check", "bad.jsonl").returncode
    assert plain == 1
    script = '"$@" | true; exit ${PIPESTATUS[0]}'
    assert shell(script, tmp_path, "check", "bad.jsonl").returncode == plain
