"""Runs of pytest in pytest, with the plugin, on the simulated board or on real firmware."""

import os
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from plugin_runs import HARNESS, RunTests

_INSTALLED = any(each.name == "connmgr_hil" for each in entry_points(group="pytest11"))
_PLUGIN = [] if _INSTALLED else ["-p", "connmgr_hil.pytest_plugin"]


@pytest.fixture
def run_tests(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> RunTests:
    """Run a test module, given as text or as a path; `apart` in a process of its own."""
    path = os.pathsep.join(filter(None, (str(HARNESS), os.environ.get("PYTHONPATH"))))
    monkeypatch.setenv("PYTHONPATH", path)

    def run(module: str | Path, *arguments: str, apart: bool = False) -> pytest.RunResult:
        text = module.read_text() if isinstance(module, Path) else module
        pytester.makepyfile(test_it=text)
        start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return start(*_PLUGIN, "--strict-markers", "-p", "no:cacheprovider", *arguments)

    return run


@pytest.fixture
def native() -> list[str]:
    """The options that choose real Zephyr as a native executable."""
    image = os.environ.get("CMHIL_NATIVE_IMAGE")
    if not image:
        pytest.skip("needs real firmware: CMHIL_NATIVE_IMAGE names a native image")
    platform = os.environ.get("CMHIL_NATIVE_PLATFORM", "native_posix_64")
    return ["--cm-platform", platform, "--cm-image", image]
