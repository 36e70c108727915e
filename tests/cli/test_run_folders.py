"""Each run has a folder of its own; who is refused leaves everything as it was."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.device import Device
from connmgr_hil.files import RunFolder
from connmgr_hil.vocabulary.errors import ExitCode, NotRecorded, RigFault, UsageError
from connmgr_hil.vocabulary.observations import Reply
from connmgr_hil.vocabulary.stimuli import Words

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(\.\d+)?")


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "out" / "verify" / "simulated"


def verify(*options: str) -> int:
    return run(["verify", "-t", "simulated", "--scenario", "addresses-come-and-go", *options])


def test_each_run_has_a_folder_and_latest_names_it(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify() == 0
    assert "traces and summary.json are in out/verify/simulated/latest" in capsys.readouterr().out
    first = (there / "latest").readlink()
    assert TIME.fullmatch(str(first))
    assert verify() == 0
    second = (there / "latest").readlink()
    assert first != second
    runs = {each.name for each in there.iterdir()}
    assert runs == {"latest", str(first), str(second)}
    for name in runs:
        assert json.loads((there / name / "summary.json").read_text())["verdict"] == "conforms"
        assert (there / name / "addresses-come-and-go.jsonl").is_file()
    assert run(["check", str(there / "latest")]) == 0
    assert len(json.loads((there / "latest" / "summary.json").read_text())["scenarios"]) == 1


@pytest.mark.parametrize(
    "refused",
    [
        ("-t", "native", "--image", "no/such.exe"),
        ("-t", "frdm_k64f", "--port", "/dev/no-such-port"),
        ("-t", "simulated", "--variant", "nix"),
        ("-t", "simulated", "--scenario", "no-such"),
    ],
)
def test_a_run_that_is_refused_leaves_all_as_it_was(there: Path, refused: tuple[str, ...]) -> None:
    assert verify() == 0
    before = {path: path.lstat().st_mtime_ns for path in Path("out").rglob("*")}
    assert run(["verify", *refused]) in (ExitCode.USAGE, ExitCode.RIG)
    assert {path: path.lstat().st_mtime_ns for path in Path("out").rglob("*")} == before
    assert run(["verify", *refused, "--out", "other"]) in (ExitCode.USAGE, ExitCode.RIG)
    assert not Path("other").exists()
    assert there.is_dir()


def test_a_folder_that_was_given_is_used_as_it_is(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = Path("mine")
    mine.mkdir()
    (mine / "old.jsonl").write_text("of an earlier run\n")
    (mine / "summary.json").write_text('{"verdict": "conforms"}')
    assert verify("--out", "mine") == 0
    said = capsys.readouterr().out
    assert "(1 trace of earlier runs in mine count for nothing here)" in said
    assert "traces and summary.json are in mine\n" in said
    summary = json.loads((mine / "summary.json").read_text())
    assert [each["trace"] for each in summary["scenarios"]] == ["mine/addresses-come-and-go.jsonl"]
    assert not there.exists()


def test_the_summary_of_an_earlier_run_does_not_stay(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks after a run that was killed must not find the verdict of another."""
    mine = there / "mine"
    mine.mkdir(parents=True)
    (mine / "summary.json").write_text('{"verdict": "conforms"}')

    def killed(*_: object, **__: object) -> None:
        raise SystemExit(9)

    monkeypatch.setattr("connmgr_hil.conformance.run.verify", killed)
    verify("--out", str(mine))
    assert not (mine / "summary.json").exists()


def test_a_folder_that_another_run_writes_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (
        ["verify", "--scenario", "addresses-come-and-go"],
        ["walk", "--walks", "1"],
        ["learn"],
    ):
        with RunFolder(tmp_path, tmp_path):
            code = run([command[0], "-t", "simulated", *command[1:], "--out", str(tmp_path)])
        assert code == ExitCode.RIG
        said = capsys.readouterr().err
        assert f"the folder {tmp_path} is in use" in said
        assert "another run of cmhil writes to it" in said
    assert not list(tmp_path.glob("*.jsonl"))


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from connmgr_hil.files import RunFolder; "
        "RunFolder(Path(sys.argv[1]), Path(sys.argv[1])).__enter__(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], timeout=60, check=False)
    with RunFolder(tmp_path, tmp_path) as folder:
        assert folder.path == tmp_path


def test_a_run_that_was_killed_conforms_to_nothing(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though each of its traces is whole: nobody knows what the others would have shown."""
    mine = there / "mine"
    assert verify("--out", str(mine)) == 0
    assert run(["check", str(mine)]) == 0
    unended = RunFolder(mine, mine)
    unended.__enter__()
    capsys.readouterr()
    for place in (mine, Path("out")):
        assert run(["check", str(place)]) == 4
        said = capsys.readouterr().out
        assert (
            f"the run in {mine if place == mine else 'out/verify/simulated/mine'} did not come to its end"
            in said
        )
        assert "VERDICT  inconclusive    a run did not come to its end" in said
    assert run(["report", str(mine)]) == 0
    assert "did not come to its end" in capsys.readouterr().out
    found = there.parent / "coverage.json"
    assert run(["coverage", str(mine), "--json", str(found)]) == 4
    assert f"not ended: the run in {mine} did not come to its end" in capsys.readouterr().err
    assert json.loads(found.read_text())["unended"] == [str(mine)]
    unended.__exit__()
    assert run(["check", str(mine)]) == run(["coverage", str(mine)]) == 0


@pytest.mark.parametrize("command", ["walk", "defects", "learn"])
def test_an_interrupted_run_leaves_its_mark(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Device.execute
    left = [60]

    def execute(device: Device, words: Words) -> Reply:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return given(device, words)

    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(Device, "execute", execute)
        assert run([command, "-t", "simulated", "--out", str(out)]) == ExitCode.INTERRUPTED
    assert left[0] <= 0
    assert RunFolder.unended([out]) == [out]


def test_a_run_that_broke_off_leaves_its_mark(tmp_path: Path) -> None:
    with pytest.raises(RigFault), RunFolder(tmp_path, tmp_path):
        raise RigFault("a sound rig")
    assert RunFolder.unended([tmp_path]) == [tmp_path]
    with RunFolder(tmp_path, tmp_path):
        pass
    assert RunFolder.unended([tmp_path]) == []


def test_two_at_one_time_have_two_folders(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as first, RunFolder(tmp_path) as second:
        assert first.path != second.path
        assert (tmp_path / "latest").resolve() == second.path.resolve()
        with pytest.raises(RigFault), RunFolder(tmp_path, first.path):
            pass


def test_latest_is_never_missing_and_may_be_stale(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to("gone")
    with RunFolder(tmp_path) as folder:
        assert (tmp_path / "latest").readlink() == Path(folder.path.name)
        assert folder.name == tmp_path / "latest"


@pytest.mark.parametrize("place", ["file/out", "file"])
def test_a_place_for_no_folder(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(
            (NotRecorded, UsageError), match=r"cannot write the traces to|is not a folder"
        ),
        RunFolder(tmp_path, tmp_path / place),
    ):
        pass
    if os.geteuid():
        tmp_path.chmod(0o500)
        with pytest.raises(NotRecorded), RunFolder(tmp_path / "new"):
            pass
