"""Another package brings a kind of target by an entry point."""

from pathlib import Path

import pytest

from connmgr_hil import open_target
from connmgr_hil.vocabulary.errors import UsageError

BROUGHT = """
from connmgr_hil import open_target
from connmgr_hil.targets import simulated_target


def open_board(rest, variant, wait):
    target = open_target("simulated")
    target.given = (rest, variant, wait)
    return target
"""


def test_a_kind_is_opened_by_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "our_targets.py").write_text(BROUGHT)
    about = tmp_path / "our_targets-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: our-targets\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[connmgr_hil.targets]\nrack = our_targets:open_board\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with open_target("rack:3:left", variant="dad", wait=5) as target:
        assert target.given == ("3:left", "dad", 5)  # type: ignore[attr-defined]
        assert target.start().name

    (about / "entry_points.txt").write_text("[connmgr_hil.targets]\nrack = our_target:open_board\n")
    with pytest.raises(UsageError, match=r"(?s)'rack' cannot be imported.*our_target:open_board"):
        open_target("rack:3")


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"(?s)no kind of target 'rack'.*rack:3.*kinds: labgrid"):
        open_target("rack:3")
