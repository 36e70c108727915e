"""Another application than ours, with the probe in its build: it is built, and the suite runs on it."""

import os
from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.conformance.shrinker import replay
from connmgr_hil.targets import open_target, read_platform
from connmgr_hil.toolchain.building import plan_build, run_build
from connmgr_hil.toolchain.machine import lacking

PLATFORM = Path(__file__).parents[2] / "examples" / "minimal" / "native.toml"


def test_it_says_where_it_is() -> None:
    platform = read_platform(PLATFORM)
    assert platform.zephyr is not None
    assert platform.zephyr.app_dir == PLATFORM.parent
    source = (PLATFORM.parent / "src" / "main.c").read_text()
    assert all(f'"{name}"' in source for name in platform.ifaces)
    assert "cm_" not in source, "it should know nothing of the probe"


def test_the_suite_runs_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = read_platform(PLATFORM)
    if missing := lacking(platform):
        pytest.skip("building needs " + ", ".join(each.name for each in missing))
    if not os.environ.get("CMHIL_MINIMAL_IMAGE"):
        monkeypatch.setenv("CMHIL_BUILD_DIR", str(tmp_path))
        image = run_build(plan_build(platform))
    else:
        image = Path(os.environ["CMHIL_MINIMAL_IMAGE"])
    report = verify(open_target(str(PLATFORM), image=image), tmp_path / "out", scenarios=choose(()))
    ran = [each for each in report.results if each.outcome]
    assert len(ran) >= 30
    assert not [each.name for each in ran if each.outcome is not Outcome.CONFORMS]
    imp = [each.name for each in ran if each.name.startswith("imp-")]
    assert len(imp) >= 16
    # A second request began the timeout of an attempt that had none.
    words = "network off, timeout 2 0, connect 2, timeout 2 1, connect 2, advance 1100000"
    commands = [tuple(each.split()) for each in words.split(", ")]
    with open_target(str(PLATFORM), image=image) as again:
        assert replay(again, commands, tmp_path / "again.jsonl", note="connect twice") is None
    reasons = {each.reason for each in report.results if not each.outcome}
    assert "needs iface bound0 (role A)" in reasons
