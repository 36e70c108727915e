"""The suites that we ship: they pass everywhere, say what they show, and are written cleanly."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from robot.libdocpkg import LibraryDocumentation
from robot_runs import ROOT, SIMULATED, RobotRun, RunRobot

from connmgr_hil.trace import read_trace
from connmgr_hil.vocabulary.requirements import requirements

SUITES = ROOT / "robot"
KEYWORDS = Path(__file__).with_name("keywords.robot")
CHAPTERS = {"MON", "IGN", "RSD", "EVT", "CTL", "AUTO", "BULK", "IMP"}


def _all_passed(run: RobotRun) -> None:
    failed = {name: test.message for name, test in run.tests().items() if test.failed}
    skipped = {name for name, test in run.tests().items() if test.skipped}
    assert failed == {}
    assert skipped == {name for name, test in run.tests().items() if "renode" in test.tags}


def _requirements(run: RobotRun) -> set[str]:
    return {tag for test in run.tests().values() for tag in test.tags if tag.startswith("REQ-")}


def test_suites_pass_on_the_simulated_board(run_robot: RunRobot) -> None:
    run = run_robot(SUITES, *SIMULATED)
    _all_passed(run)
    shown = _requirements(run)
    assert shown <= set(requirements())
    assert {each.split("-")[1] for each in shown} == CHAPTERS
    traces = sorted((run.folder / "traces").glob("*.jsonl"))
    assert len(traces) >= run.counts()[0]
    (timeout,) = (each for each in traces if each.name.endswith(".Attempt_Times_Out.jsonl"))
    assert read_trace(timeout).header.requirements == ("REQ-AUTO-010", "REQ-CTL-019", "REQ-IMP-009")


def test_suites_pass_on_real_zephyr(run_robot: RunRobot, native: tuple[str, ...]) -> None:
    _all_passed(run_robot(SUITES, *native))


def test_every_keyword_can_pass_and_fail(run_robot: RunRobot) -> None:
    _all_passed(run_robot(KEYWORDS, *SIMULATED))


def test_every_keyword_can_pass_and_fail_on_real_zephyr(
    run_robot: RunRobot, native: tuple[str, ...]
) -> None:
    _all_passed(run_robot(KEYWORDS, *native))


def test_suites_need_features_that_a_variant_lacks(run_robot: RunRobot) -> None:
    run = run_robot(SUITES, *SIMULATED, "-v", "VARIANT:no_auto_down", "-e", "renode")
    failed = {name: test.message for name, test in run.tests().items() if test.failed}
    assert failed == {}
    assert run.counts()[2] > 5
    skipped = run.tests()["Attempt Times Out"]
    assert skipped.message == "needs a build with automatic admin-down"


@pytest.mark.parametrize("command", [["check", "--no-cache"], ["format", "--no-cache", "--check"]])
def test_suites_are_clean(command: list[str]) -> None:
    if shutil.which("robocop", path=Path(sys.executable).parent) is None:
        pytest.skip("needs robotframework-robocop")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("robocop")), *command, str(SUITES), str(KEYWORDS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_keyword_is_used() -> None:
    library = LibraryDocumentation("connmgr_hil.robot.ConnMgrLibrary")
    files = [*SUITES.rglob("*.robot"), *SUITES.rglob("*.resource"), KEYWORDS]
    text = "\n".join(each.read_text(encoding="utf-8") for each in files)
    used = set(re.findall(r"(?<=  )[A-Z][A-Za-z0-9]*(?: [A-Za-z0-9]+)*", text))
    assert {each.name for each in library.keywords} - used == set()
