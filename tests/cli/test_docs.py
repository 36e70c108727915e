"""The pages are listed, searched and shown."""

from pathlib import Path

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.targets import variant_of

DOCS = Path(__file__).parents[2] / "docs"


def test_case_does_not_matter(capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for page in ("protocol", "Protocol"):
        assert run(["docs", page]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert variant_of("native", "DAD") == variant_of("native_sim", "Dad") == "dad"
    assert run(["verify", "-t", "native", "--variant", "DAD", "--image", "/no/such"]) == 2
    assert "no file /no/such" in capsys.readouterr().err


def test_pages_are_listed_and_searched(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["docs"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert {path.stem for path in DOCS.rglob("*.md")} == set(names)
    assert run(["docs", "--search", "BISECT", "--search", "worktree"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == ["bisect"]
    assert run(["docs", "--search", "no-such-word-anywhere"]) == 2


def test_a_page_is_shown_without_marks_for_our_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["docs", "compare"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# What changed\n")
    assert "<!--" not in shown
    assert run(["docs", "protocol"]) == 0
    assert "## 3." in capsys.readouterr().out


def test_a_slip_is_met_with_the_right_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["docs", "comparee"]) == 2
    assert "did you mean 'compare'?" in capsys.readouterr().err
