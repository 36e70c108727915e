"""git halves a tree's history, and nobody's checkout is touched; what is judged is tried with Zephyr elsewhere."""

import os
import subprocess
from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.cli.bisect import _Judge
from connmgr_hil.cli.main import run
from connmgr_hil.conformance.results import ScenarioResult
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.targets import find_platform, open_target
from connmgr_hil.toolchain.bisecting import History, Judgement, built_from
from connmgr_hil.toolchain.zephyr_tree import read_tree
from connmgr_hil.vocabulary.errors import RigFault, UsageError


def git(base: Path, *arguments: str) -> str:
    who = {
        f"GIT_{role}_{what}": "a@b"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", "-C", str(base), *arguments],
        env=os.environ | who,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with 12 commits after the first, of which the seventh breaks something."""
    base = tmp_path / "zephyr"
    base.mkdir()
    (base / "VERSION").write_text("VERSION_MAJOR = 4\nVERSION_MINOR = 2\nPATCHLEVEL = 0\n")
    git(base, "init", "-q")
    for number in range(13):
        (base / "number").write_text(f"{number}\n")
        git(base, "add", ".")
        git(base, "commit", "-qm", f"commit {number}")
    return base


def found(
    tree: Path, tmp_path: Path, skipped: set[int] = frozenset()
) -> tuple[list[str], list[int]]:  # type: ignore[assignment]
    """The subjects of the first bad commits, and which were judged."""
    history = History(read_tree(tree), tmp_path / "second")
    first, last = history.commit("HEAD~12"), history.commit("HEAD")
    judged: list[int] = []

    def judge(commit: str, left: int) -> Judgement:
        assert git(history.place, "rev-parse", "HEAD") == commit
        assert 0 <= left < 12
        number = int((history.place / "number").read_text())
        judged.append(number)
        if number in skipped:
            return Judgement.SKIP
        return Judgement.BAD if number >= 7 else Judgement.GOOD

    with history.checked_out(last):
        result = history.halve(first, last, judge)
        assert result.steps == len(judged)
        assert result.is_certain == (len(result.commits) == 1)
        subjects = [history.told(commit).rpartition(": ")[2] for commit in result.commits]
    assert not history.place.exists()
    return subjects, judged


def test_the_first_bad_commit_is_found_in_few_steps(tree: Path, tmp_path: Path) -> None:
    before = git(tree, "rev-parse", "--abbrev-ref", "HEAD")
    subjects, judged = found(tree, tmp_path)
    assert subjects == ["commit 7"]
    assert len(judged) <= 4
    assert git(tree, "rev-parse", "--abbrev-ref", "HEAD") == before
    assert git(tree, "status", "--porcelain") == ""
    assert len(git(tree, "worktree", "list").splitlines()) == 1


def test_what_cannot_be_judged_is_skipped(tree: Path, tmp_path: Path) -> None:
    assert found(tree, tmp_path, {6})[0] in (
        ["commit 7"],
        ["commit 6", "commit 7"],
        ["commit 7", "commit 6"],
    )
    subjects, _ = found(tree, tmp_path, {5, 6, 7})
    assert set(subjects) == {"commit 5", "commit 6", "commit 7", "commit 8"}


def test_only_commits_that_touch_a_path(tree: Path, tmp_path: Path) -> None:
    (tree / "other").write_text("x")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "elsewhere")
    history = History(read_tree(tree), tmp_path / "second")
    with history.checked_out("HEAD"):
        result = history.halve("HEAD~13", "HEAD", lambda commit, left: Judgement.BAD, ["other"])
        assert [history.told(each).rpartition(": ")[2] for each in result.commits] == ["elsewhere"]


def test_what_has_no_history_is_refused(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a revision of"):
        History(read_tree(tree), tmp_path / "second").commit("no-such")
    (tree / ".git").rename(tmp_path / "gone")
    with pytest.raises(UsageError, match="git does not know"):
        History(read_tree(tree), tmp_path / "second")


def test_builds_are_made_elsewhere_and_the_environment_comes_back(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEPHYR_BASE", str(tree))
    monkeypatch.delenv("CMHIL_BUILD_DIR", raising=False)
    with built_from(tmp_path / "second", tmp_path / "build", find_platform("native_sim_64")):
        assert os.environ["ZEPHYR_BASE"] == str(tmp_path / "second")
        assert os.environ["CMHIL_BUILD_DIR"] == str(tmp_path / "build")
    assert os.environ["ZEPHYR_BASE"] == str(tree)
    assert "CMHIL_BUILD_DIR" not in os.environ


def test_only_what_starts_by_itself_can_be_bisected(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZEPHYR_BASE", str(tree))
    assert run(["bisect", "HEAD~1", "HEAD", "-t", "frdm_k64f"]) == 2
    assert "name a native platform or an emulator" in capsys.readouterr().err


def judge(tree: Path, tmp_path: Path, trace: Path | None = None) -> _Judge:
    """A judge by three scenarios, or by a trace."""
    history = History(read_tree(tree), tmp_path / "second")
    platform = find_platform("native_sim_64")
    scenarios = choose(["timeout-takes-down", "loss-persistent", "addresses-come-and-go"])
    return _Judge(history, platform, "native_sim_64", "", tmp_path, scenarios, trace)


def failing(*names: str) -> list[ScenarioResult]:
    return [ScenarioResult(name, "t", (), Outcome.FAILS, records=9) for name in names]


def learnt(monkeypatch: pytest.MonkeyPatch, of: _Judge, bad: list[str], good: list[str]) -> None:
    """Let it see what fails at both ends, without a build."""
    shown = {"bad": bad, "good": good}
    monkeypatch.setattr(_Judge, "_failing", lambda _, commit: failing(*shown[commit]))
    monkeypatch.setattr(History, "go", lambda *_: None)
    monkeypatch.setattr(History, "told", lambda _, commit: commit)
    of.learn("bad", "good")


def test_only_what_fails_at_one_end_judges(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = judge(tree, tmp_path)
    learnt(monkeypatch, of, ["timeout-takes-down", "loss-persistent"], ["loss-persistent"])
    assert [each.name for each in of.scenarios] == ["timeout-takes-down"]


@pytest.mark.parametrize(
    ("bad", "good", "said"),
    [
        ([], [], "the bad commit conforms"),
        (["timeout-takes-down"], ["timeout-takes-down"], "the good commit fails in the same way"),
    ],
)
def test_ends_that_do_not_differ_are_refused(
    bad: list[str],
    good: list[str],
    said: str,
    tree: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UsageError, match=said):
        learnt(monkeypatch, judge(tree, tmp_path), bad, good)


def test_what_does_not_build_is_skipped(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(_: object, commit: str) -> list[ScenarioResult]:
        raise RigFault("the application should build", f"ninja ended with 1 at {commit}")

    monkeypatch.setattr(_Judge, "_failing", refused)
    head = git(tree, "rev-parse", "HEAD")
    of = judge(tree, tmp_path)
    with of.history.checked_out("HEAD"):
        assert of(head, 3) is Judgement.SKIP
    assert "skipped: ninja ended with 1" in capsys.readouterr().out


def test_a_trace_judges_by_what_it_fails_with(tree: Path, tmp_path: Path) -> None:
    broken = open_target("simulated", arguments=("--defect", "timeout_in_ms"))
    verify(broken, tmp_path / "found", scenarios=choose(["timeout-takes-down"]))
    of = judge(tree, tmp_path, tmp_path / "found" / "timeout-takes-down.jsonl")
    with broken:
        (shown,) = of._replayed(broken, tmp_path / "again")
    assert shown.blamed == ("REQ-CTL-019",)
    assert shown.trace == tmp_path / "again" / "timeout-takes-down.jsonl"
    sound = open_target("simulated")
    with sound:
        assert of._replayed(sound, tmp_path / "sound") == []
