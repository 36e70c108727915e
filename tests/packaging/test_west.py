"""`west cmhil` in a workspace that west itself has made, from a manifest that names this project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MANIFEST = """
manifest:
  projects:
    - name: connmgr-hil
      url: file://{project}
      revision: main
      path: tests/connmgr-hil
      west-commands: zephyr_app/west/west-commands.yml
"""


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def committed(folder: Path) -> Path:
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "all")
    return folder


def west(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "west", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={key: value for key, value in os.environ.items() if key != "ZEPHYR_BASE"} | environment,
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed; west needs it")
    top = tmp_path_factory.mktemp("west")
    project = top / "origin"
    shutil.copytree(ROOT / "zephyr_app" / "west", project / "zephyr_app" / "west")
    committed(project)
    (top / "workspace" / "manifest").mkdir(parents=True)
    (top / "workspace" / "manifest" / "west.yml").write_text(MANIFEST.format(project=project))
    committed(top / "workspace" / "manifest")
    made = west(top / "workspace", "init", "-l", "manifest")
    assert made.returncode == 0, made.stderr
    updated = west(top / "workspace", "update")
    assert updated.returncode == 0, updated.stderr
    return top / "workspace"


def test_west_lists_the_command(workspace: Path) -> None:
    assert "cmhil:" in west(workspace, "help").stdout


def test_help_is_cmhils_own(workspace: Path) -> None:
    told = west(workspace, "cmhil", "verify", "--help")
    assert told.returncode == 0
    assert "Run the conformance scenarios on a target" in told.stdout


def test_a_scenario_is_judged_and_its_exit_code_kept(workspace: Path) -> None:
    verify = (
        "cmhil",
        "verify",
        "-t",
        "simulated",
        "--scenario",
        "addresses-come-and-go",
        "--out",
        "out/west",
    )
    told = west(workspace, *verify)
    assert "VERDICT  conforms" in told.stdout, told.stdout + told.stderr
    assert told.returncode == 0
    assert (workspace / "out" / "west" / "addresses-come-and-go.jsonl").is_file()
    assert west(workspace, "cmhil", "verify", "-t", "nowhere").returncode == 2


def test_arguments_after_two_dashes_reach_cmake(workspace: Path) -> None:
    zephyr = workspace / "zephyr"
    zephyr.mkdir(exist_ok=True)
    told = west(workspace, "cmhil", "build", "-p", "native_sim_64", "--", "-DX=1")
    # Not cmhil's usage error for an unknown option: it came as far as looking for the tree.
    assert "No such option" not in told.stderr
    assert "seen: missing: Zephyr" in told.stderr


def test_the_application_s_manifest_names_files_that_are_there() -> None:
    manifest = yaml.safe_load((ROOT / "zephyr_app" / "west.yml").read_text())["manifest"]
    commands = ROOT / manifest["self"]["west-commands"]
    for each in yaml.safe_load(commands.read_text())["west-commands"]:
        assert (ROOT / each["file"]).is_file()
