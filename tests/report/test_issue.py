"""A bug report is about Zephyr, and after a bisection about the first bad commit."""

from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.conformance.bisection import Bisection, find_bisection
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.report import gather, render_issue
from connmgr_hil.targets import open_target
from connmgr_hil.vocabulary.errors import BadInput, UsageError

pytestmark = pytest.mark.slow

_COMMIT = "33669436ea75" + "0" * 28


def failing(folder: Path, *scenarios: str, real: bool = True) -> None:
    """Leave failing traces, as if a native platform had been on the bench."""
    target = open_target("simulated", arguments=("--defect", "timeout_in_ms"))
    verify(target, folder, scenarios=choose(scenarios))
    for trace in folder.glob("*.jsonl") if real else ():
        trace.write_text(trace.read_text().replace('"simulated"', '"native_posix_64"'))


@pytest.fixture
def bisected(tmp_path: Path) -> Path:
    """The folder of a bisection in which three builds failed, the second of them of the first bad commit."""
    home = tmp_path / "bisect"
    for name in ("bad", "first", "between"):
        failing(home / name, "timeout-takes-down", "timeout-no-auto-down", "loss-persistent")
    minimal = home / "timeout-takes-down.min.jsonl"
    minimal.write_text((home / "first" / "timeout-takes-down.jsonl").read_text())
    Bisection(
        commit=_COMMIT,
        told="33669436 Dev, 2026-11-27: net: conn_mgr: simplify",
        scenario="timeout-takes-down",
        trace="first/timeout-takes-down.jsonl",
        shortest=minimal.name,
        image="build/zephyr.exe",
        target="native_posix_64",
        variant="dad",
    ).write(home)
    return home


def issue_of(folder: Path, tmp_path: Path) -> str:
    file = tmp_path / "bug.md"
    assert run(["report", str(folder), "--issue", str(file)]) == 0
    return file.read_text()


def test_after_a_bisection_it_is_about_the_first_bad_commit(bisected: Path, tmp_path: Path) -> None:
    text = issue_of(bisected, tmp_path)
    assert f"- [x] This is a regression. The first bad commit is {_COMMIT} (33669436 Dev" in text
    for advice in ("cmhil bisect", "cmhil shrink", "other run", "further cause"):
        assert advice not in text
    replay = f"cmhil replay {bisected}/timeout-takes-down.min.jsonl -t native_posix_64"
    assert "build this commit first: `cmhil build -p native_posix_64 --variant dad`" in text
    assert f"`{replay} --variant dad`" in text


def test_it_is_replayed_on_the_build_that_was_kept(bisected: Path, tmp_path: Path) -> None:
    image = bisected / "build" / "zephyr.exe"
    image.parent.mkdir()
    image.touch()
    text = issue_of(bisected, tmp_path)
    assert f"-t native_posix_64 --image {image} --variant dad`" in text
    assert "build this commit" not in text


def test_causes_are_counted_as_the_terminal_does(tmp_path: Path) -> None:
    failing(tmp_path / "run", "timeout-takes-down", "timeout-no-auto-down", "loss-persistent")
    text = issue_of(tmp_path / "run", tmp_path)
    assert "The same was seen in 1 other run." in text
    assert "These traces show 1 further cause;" in text
    assert "'cmhil shrink' finds the shortest sequence" in text


def test_the_simulated_board_is_no_matter_of_zephyr(tmp_path: Path) -> None:
    failing(tmp_path, "timeout-takes-down", real=False)
    with pytest.raises(UsageError, match="these failures are not of Zephyr"):
        render_issue(gather([tmp_path]))


def test_what_is_no_end_of_a_bisection_is_named(tmp_path: Path) -> None:
    (tmp_path / "bisect.json").write_text("{}")
    with pytest.raises(BadInput, match="not what 'cmhil bisect' wrote"):
        find_bisection([tmp_path])
