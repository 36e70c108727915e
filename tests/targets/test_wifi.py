"""The board's own iface and its implementation, on real Zephyr with a simulated Wi-Fi driver."""

from pathlib import Path

import pytest

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.targets import find_platform, image_path, open_target

BOARDS = ("native_sim_64", "native_posix_64", "native_sim", "native_posix")


def board() -> str:
    for name in BOARDS:
        if image_path(find_platform(name), "wifi").is_file():
            return name
    pytest.skip("no native image of variant wifi: cmhil build -p native_posix_64 --variant wifi")


def test_everything_about_a_real_iface_is_shown_there(tmp_path: Path) -> None:
    chosen = choose(["real-*", "imp-*"])
    report = verify(open_target(board(), variant="wifi"), tmp_path, scenarios=chosen)
    assert {each.name: each.outcome for each in report.results} == {
        each.name: Outcome.CONFORMS for each in chosen
    }


def test_without_the_variant_its_stimuli_are_not_there() -> None:
    for name in BOARDS:
        platform = find_platform(name)
        assert not platform.stimuli
        assert set(platform.variants["wifi"].stimuli) >= {"network-off", "network-on", "traffic"}
