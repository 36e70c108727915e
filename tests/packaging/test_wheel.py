"""The wheel holds all that a user in an empty folder needs."""

import os
import re
import subprocess
import sys
import venv
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "-w",
        str(folder),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode and any(
        sign in done.stderr
        for sign in ("No matching distribution", "NewConnectionError", "ConnectTimeout", "Retry(")
    ):
        pytest.skip("hatchling cannot be had: no package index can be reached")
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_an_index_can_show_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith("dist-info/METADATA")]
        told = message_from_string(archive.read(name).decode())
    urls = dict(each.split(", ", 1) for each in told.get_all("Project-URL", []))
    assert set(urls) == {"Source", "Documentation", "Changelog", "Issues"}
    assert all(url.startswith(urls["Source"]) for url in urls.values())
    assert told["Summary"]
    assert told["Requires-Python"] == ">=3.11"
    assert told["Description-Content-Type"] == "text/markdown"
    targets = re.findall(r"\]\(([^)]*)\)", str(told.get_payload()))
    assert targets
    for target in targets:
        assert target.startswith("https://"), target
        _, own, path = target.partition(f"{urls['Source']}/blob/main/")
        assert not own or (ROOT / path.partition("#")[0]).exists(), path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, and with our own dependencies within reach."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    site = next((home / "lib").glob("python3*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # Dependencies come from the environment that runs the tests; its own connmgr_hil, if it has
    # one, stands behind the wheel's, and an editable one is not followed from here.
    own = Path(sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages")
    (site / "dependencies.pth").write_text(f"{own}\n")
    return home / "bin" / "python"


def cmhil(python: Path, *arguments: str, cwd: Path, stdin: str = "") -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    code = "import sys; from connmgr_hil.cli import main; sys.argv[0] = 'cmhil'; main()"
    done = subprocess.run(
        [str(python), "-P", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=cwd,
        env=environment,
        input=stdin,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tracked(folder: str, pattern: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(pattern)}


def test_wheel_holds_platforms_and_application(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    data = {name.removeprefix("connmgr_hil/data/") for name in names}
    assert tracked("platforms", "*.toml") <= data
    assert tracked("platforms", "renode/*.resc") | tracked("platforms", "renode/*.repl") <= data
    assert tracked("zephyr_app", "*.c") | tracked("zephyr_app", "Kconfig") <= data
    assert "zephyr_app/CMakeLists.txt" in data
    assert "connmgr_hil/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any("__pycache__" in name or name.startswith("tests/") for name in names)


def test_wheel_declares_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "cmhil = connmgr_hil.cli:main" in archive.read(entry).decode()


def test_installed_commands_work_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    code = "import connmgr_hil; print(connmgr_hil.__file__)"
    where = subprocess.run(
        [str(installed), "-P", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert str(ROOT) not in where.stdout
    assert "Commands:" in cmhil(installed, "--help", cwd=tmp_path)
    listed = cmhil(installed, "platforms", cwd=tmp_path)
    for path in (ROOT / "platforms").glob("*.toml"):
        assert f"\n{path.stem} " in listed
    shown = cmhil(installed, "shell", "-t", "simulated", cwd=tmp_path, stdin="up A\nwait 1\n")
    assert "IF_UP  iface 1" in shown


def test_installed_package_finds_the_application(installed: Path, tmp_path: Path) -> None:
    code = (
        "from connmgr_hil.resources import zephyr_app_dir; "
        "print((zephyr_app_dir() / 'prj.conf').is_file(), zephyr_app_dir())"
    )
    done = subprocess.run(
        [str(installed), "-P", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.startswith("True")
    assert "site-packages" in done.stdout


def test_checkout_finds_its_own_folders() -> None:
    from connmgr_hil.resources import platforms_dir, zephyr_app_dir

    assert platforms_dir() == ROOT / "platforms"
    assert zephyr_app_dir() == ROOT / "zephyr_app"


def test_the_pages_and_the_examples_travel_along(installed: Path, tmp_path: Path) -> None:
    pages = cmhil(installed, "docs", cwd=tmp_path)
    names = {path.stem for path in (ROOT / "docs").rglob("*.md")}
    assert names <= {line.split()[0] for line in pages.splitlines()[1:]}
    assert "# Known deviations" in cmhil(installed, "docs", "known-deviations", cwd=tmp_path)
    (line,) = [each for each in pages.splitlines() if each.startswith("compare ")]
    examples = Path(line.split()[-1]).parents[2] / "examples"
    assert (examples / "minimal").is_dir()


def test_a_failure_becomes_a_test_for_upstream(installed: Path, tmp_path: Path) -> None:
    cmhil(installed, "scenarios", "timeout", cwd=tmp_path)
    code = (
        "from connmgr_hil.files.templates import templates; "
        "print(templates('connmgr_hil.conformance', 'exported').list_templates())"
    )
    done = subprocess.run(
        [str(installed), "-P", "-c", code], capture_output=True, text=True, check=True
    )
    for name in ("test.py.jinja", "suite.robot.jinja", "ztest/main.c.jinja", "ztest/Kconfig"):
        assert name in done.stdout
