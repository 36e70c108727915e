"""A Connection Manager that is newer than its kernel says can be declared in the platform file."""

from pathlib import Path

import pytest

from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.resources import platforms_dir
from connmgr_hil.targets import open_target, read_platform
from connmgr_hil.vocabulary.errors import BadInput


def declared(folder: Path, profile: str) -> Path:
    path = folder / "simulated.toml"
    text = (platforms_dir() / "simulated.toml").read_text()
    path.write_text(text.replace("\n[time]", f'profile = "{profile}"\n\n[time]', 1))
    return path


def test_a_declared_profile_is_judged_by(tmp_path: Path) -> None:
    path = declared(tmp_path, "P37")
    report = verify(
        open_target(str(path)), tmp_path / "out", scenarios=choose(["addresses-come-and-go"])
    )
    assert report.profile == "P37"
    assert str(report.outcome) == "fails"  # the board behaves as 3.4: no event for IPv4 alone
    report = verify(
        open_target(str(path), variant="p37"),
        tmp_path / "out",
        scenarios=choose(["addresses-come-and-go"]),
    )
    assert (report.profile, str(report.outcome)) == ("P37", "conforms")


def test_a_profile_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="profile"):
        read_platform(declared(tmp_path, "P99"))
