"""The whole project as a Zephyr module: what a west manifest entry brings into a build."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BUILD = yaml.safe_load((ROOT / "zephyr/module.yml").read_text())["build"]
SNIPPETS = ROOT / BUILD["settings"]["snippet_root"] / "snippets"


def _settings(path: Path) -> set[str]:
    return {line for line in path.read_text().splitlines() if line.startswith("CONFIG_")}


def test_it_names_the_probe_s_build_files() -> None:
    assert (ROOT / BUILD["cmake"] / "CMakeLists.txt").is_file()
    assert "menuconfig CM_PROBE\n" in (ROOT / BUILD["kconfig"]).read_text()


def test_it_bears_the_probe_s_own_name_so_that_a_build_has_it_once() -> None:
    names = {
        yaml.safe_load(path.read_text())["name"]
        for path in (ROOT / "zephyr/module.yml", ROOT / "zephyr_app/probe/zephyr/module.yml")
    }
    assert names == {"cm_probe"}


@pytest.mark.parametrize("folder", sorted(SNIPPETS.iterdir()), ids=lambda each: each.name)
def test_a_snippet_bears_the_name_of_its_folder_and_names_its_files(folder: Path) -> None:
    snippet = yaml.safe_load((folder / "snippet.yml").read_text())
    assert snippet["name"] == folder.name
    for file in snippet["append"].values():
        assert _settings(folder / file)


def test_the_snippet_gives_what_the_example_s_fragment_gives() -> None:
    snippet = _settings(SNIPPETS / "cm-probe/cm-probe.conf")
    assert "CONFIG_CM_PROBE=y" in snippet
    assert snippet <= _settings(ROOT / "examples/minimal/hil.conf")


def test_the_shell_starts_when_the_drivers_have_started() -> None:
    # With an earlier shell a hello came before the ifaces of an MPS2 were initialized, and the device failed.
    snippet = _settings(SNIPPETS / "cm-probe/cm-probe.conf")
    assert "CONFIG_SHELL_BACKEND_SERIAL_INIT_PRIORITY=99" in snippet
