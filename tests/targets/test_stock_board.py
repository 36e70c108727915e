"""A board without the probe must show that it restarted."""

from pathlib import Path

import pytest

from connmgr_hil.targets import BoardTarget, Platform, read_platform
from connmgr_hil.vocabulary.errors import RigFault
from stand_ins.shell import ScriptedShell

BANNER = "*** Booting Zephyr OS build v4.1.0 ***\n"


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    path = tmp_path / "board.toml"
    path.write_text(
        'name = "board"\ndescription = "no probe"\nkind = "board"\ndialect = "stock"\n'
        '[zephyr]\nboard = "board"\n[reset]\nboot_seconds = 1.5\n'
    )
    return read_platform(path)


@pytest.mark.parametrize(
    "answers",
    [
        {"kernel reboot cold": BANNER, "kernel uptime": "Uptime: 99999999 ms\n"},
        {"kernel reboot cold": "", "kernel uptime": "Uptime: 3 ms\n"},
    ],
    ids=["banner", "uptime"],
)
def test_a_boot_is_seen(platform: Platform, answers: dict[str, str]) -> None:
    with ScriptedShell() as shell:
        shell.answers |= answers
        with BoardTarget(platform, shell.path) as target:
            target.start()
            assert target.last_restart is not None
            assert target.last_restart.by == "reboot command"
        assert shell.lines[0] == "kernel reboot cold"


def test_a_restart_that_did_not_happen_is_a_fault_of_the_rig(platform: Platform) -> None:
    with ScriptedShell() as shell:
        shell.answers["kernel uptime"] = "Uptime: 99999999 ms\n"
        with (
            BoardTarget(platform, shell.path) as target,
            pytest.raises(RigFault, match=r"reboot command: no sign of a boot; last heard .*ms"),
        ):
            target.start()
        assert "kernel uptime" in shell.lines
