"""What a platform file says its build must have is asked for before anything is judged."""

from pathlib import Path

import pytest

from connmgr_hil.conformance.run import one_by_one, verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.model import Models
from connmgr_hil.resources import platforms_dir
from connmgr_hil.targets import open_target
from connmgr_hil.vocabulary.errors import ExitCode


def with_must(folder: Path, line: str, instead: str) -> Path:
    text = (platforms_dir() / "simulated.toml").read_text()
    assert line in text
    path = folder / "simulated.toml"
    path.write_text(text.replace(line, instead, 1))
    return path


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("autodown = true", "autodown = false", "CONFIG_NET_CONNECTION_MANAGER_AUTO_IF_DOWN"),
        ("dad = false", "dad = true", "off instead of on (CONFIG_NET_IPV6_DAD)"),
        ("ipv6 = true", "ipv6 = false", "CONFIG_NET_IPV6"),
        ("queue = 64", "queue = 5", "64 instead of 5"),
        ("[must]", '[must]\nauto = ["auto0", "free0"]', "auto0 instead of auto0, free0"),
        ("[must]", "[must]\nbound = []", "instead of none (CONN_MGR_BIND_CONN)"),
    ],
)
def test_a_changed_default_ends_the_run_at_once(
    tmp_path: Path, line: str, instead: str, told: str
) -> None:
    path = with_must(tmp_path, line, instead)
    report = verify(
        open_target(str(path)),
        tmp_path / "out",
        scenarios=choose(["addresses-come-and-go", "two-ifaces"]),
    )
    assert report.exit_code is ExitCode.RIG
    (only,) = report.results
    assert told in only.reason
    key = instead.removeprefix("[must]\n").partition(" ")[0]
    assert f"`must.{key}`" in only.reason


def test_it_is_refused_not_broken(tmp_path: Path) -> None:
    """So a mutant that loses a binding is not taken for a rig that failed."""
    path = with_must(tmp_path, "[must]", "[must]\nbound = []")
    (played,) = one_by_one(open_target(str(path)), choose(["two-ifaces"]), tmp_path, Models())
    assert played.refused


@pytest.mark.parametrize("variant", ["", "dad", "no_auto_down", "queue5", "p37"])
def test_the_builds_have_what_they_must(tmp_path: Path, variant: str) -> None:
    target = open_target("simulated", variant=variant)
    report = verify(target, tmp_path, scenarios=choose(["highest-index"]))
    assert report.exit_code in (ExitCode.CONFORMS, ExitCode.INCONCLUSIVE), report.results


def test_a_variant_says_for_itself_what_it_must_have() -> None:
    assert open_target("simulated", variant="dad").platform.must.dad is True
    assert open_target("simulated", variant="dad").platform.must.queue is None
    assert open_target("simulated").platform.must.queue == 64
