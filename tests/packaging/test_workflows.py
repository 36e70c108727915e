"""The workflows for GitHub are sound, and name platforms, commands and files that there are."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from connmgr_hil.cli.main import cmhil
from connmgr_hil.targets import known_platforms
from connmgr_hil.toolchain.programs import _PACKAGES

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def scripts(workflow: Path) -> str:
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()
    return "\n".join(step.get("run", "") for job in jobs for step in job["steps"])


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_it_fits_githubs_schema(workflow: Path) -> None:
    schema = ("--builtin-schema", "vendor.github-workflows")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, str(workflow)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_script_is_sound_bash(workflow: Path) -> None:
    # What GitHub puts in before bash sees it is a word like any other here.
    script = re.sub(r"\$\{\{.*?\}\}", "WORD", scripts(workflow))
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_matrix_names_platforms_that_there_are() -> None:
    job = yaml.safe_load((ROOT / ".github" / "workflows" / "zephyr.yml").read_text())["jobs"]
    matrix = job["verify"]["strategy"]["matrix"]
    known = known_platforms()
    included = {each["platform"]: each["build"] for each in matrix["include"]}
    assert set(matrix["platform"]) == set(included)
    assert set(included) | set(included.values()) <= set(known)


def test_commands_are_cmhils_own() -> None:
    called = re.findall(r"\bcmhil ([a-z]+) ?(.*)", scripts(ROOT / ".github/workflows/zephyr.yml"))
    assert {name for name, _ in called} >= {"build", "verify", "report"}
    for name, rest in called:
        shown = subprocess.run(
            [sys.executable, "-m", "connmgr_hil.cli", name, "--help"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for option in re.findall(r"(?<!\S)--?[a-z]+", rest):
            assert re.search(rf"(?<!\S){option}\b", shown), f"{name} has no {option}"


def test_the_action_is_sound_and_does_what_it_says(tmp_path: Path) -> None:
    """The steps are run here as GitHub would, but for the installation."""
    schema = ("--builtin-schema", "vendor.github-actions")
    subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, str(ROOT / "action.yml")], check=True
    )
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = [each for each in action["runs"]["steps"] if "run" in each][1:]
    given = {name: each.get("default", "") for name, each in action["inputs"].items()}
    given |= {
        "target": "simulated",
        "build": "false",
        "arguments": "--scenario addresses-come-and-go --retry 1 --shard 1/1",
    }
    output, page = tmp_path / "output", tmp_path / "page"
    for step in steps:
        values = {
            name: given[re.fullmatch(r"\$\{\{ inputs\.(\w+) \}\}", text)[1]]  # type: ignore[index]
            for name, text in step["env"].items()
        }
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(page)}
        place = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=tmp_path,
            env=os.environ | values | files | {"PATH": place},
            check=True,
        )
    assert output.read_text() == "shard=-shard-1-1\nverdict=conforms\n"
    (upload,) = (each for each in action["runs"]["steps"] if "upload" in each.get("uses", ""))
    assert upload["with"]["name"].endswith("${{ steps.verify.outputs.shard }}")
    assert "addresses-come-and-go" in (tmp_path / given["out"] / "junit.xml").read_text()
    assert page.read_text().startswith("## ")


def test_the_editors_tasks_and_hooks_call_what_there_is() -> None:
    tasks = json.loads((ROOT / ".vscode" / "tasks.json").read_text())["tasks"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    programs = [each["entry"] for each in hooks if each["language"] == "system"]
    lines = [each["command"] for each in tasks] + programs
    called = {line.split()[0].removeprefix("${workspaceFolder}/") for line in lines}
    assert called == {
        "make",
        *(f".venv/bin/{name}" for name in ("cmhil", "ruff", "mypy", "lint-imports")),
    }
    for line in lines:
        program, *arguments = line.split()
        if program.endswith("cmhil"):
            command = cmhil.get_command(click.Context(cmhil), arguments[0])  # type: ignore[attr-defined]
            known = {option for each in command.params for option in each.opts}
            assert {each for each in arguments if each.startswith("-")} <= known


@pytest.mark.parametrize(
    ("subject", "fits"),
    [
        ("checker: keep a damage", True),
        ("model, conformance: give each", True),
        ("Keep a damage", False),
        ("checker: Keep", False),
        (f"checker: keep {'on ' * 30}", False),
    ],
)
def test_a_hook_reads_the_subject_of_a_commit(subject: str, fits: bool) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    (hook,) = [each for each in hooks if each["id"] == "commit-subject"]
    assert bool(re.search(hook["entry"], f"{subject}\n\nWhy.\n", re.MULTILINE)) is fits


def test_nothing_in_the_metadata_keeps_it_from_an_index() -> None:
    """PyPI refuses requirements that are addresses."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    for each in (*project["dependencies"], *(one for extra in extras for one in extra)):
        assert "@" not in each


def test_the_container_installs_what_a_build_needs() -> None:
    """Without Docker: every program and Python package that the doctor asks for is named."""
    text = (ROOT / "Dockerfile").read_text()
    named = set(re.findall(r"[\w.+-]+", text))
    packages = {"cmake", "ninja-build", "device-tree-compiler", "gcc", "gcc-arm-none-eabi"}
    assert packages | {"qemu-system-arm", "qemu-system-x86", "libnewlib-arm-none-eabi"} <= named
    assert {each.lower() for each in _PACKAGES.values()} <= named
    context = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())["build"]
    assert (ROOT / ".devcontainer" / context["dockerfile"]).resolve() == ROOT / "Dockerfile"
