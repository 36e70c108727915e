"""A file that is not a valid trace is named on every face, and the others are shown all the same."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from connmgr_hil.cli.main import run
from connmgr_hil.report import gather, render_html, render_junit, render_markdown
from connmgr_hil.report.identity import Reality, identify
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.observations import Header


def test_one_bad_file_among_others(conforming: Path, tmp_path: Path) -> None:
    bad = conforming.with_name("bad.jsonl")
    bad.write_bytes(b"<b>no</b> trace\n")
    evidence = gather([conforming.parent])
    assert len(evidence.stories) == 1
    told = f"1 file not judged, not a valid trace: {bad}:1"
    assert told in render_html(evidence)
    assert "1 file not judged" in render_markdown(evidence)
    (error,) = ET.fromstring(render_junit(evidence)).iter("error")
    assert f"{bad}:1" in (error.get("message") or "")
    page = tmp_path / "page.html"
    assert run(["report", str(conforming.parent), "--html", str(page)]) == 2
    assert told in page.read_text()


def test_nothing_but_bad_files(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(b"no trace\n")
    with pytest.raises(BadInput, match=r"(?s)a\.jsonl:1.*none of 2 files"):
        gather([tmp_path])


@pytest.mark.parametrize(
    "name", ["{file}", "{file}.toml", "../platforms/simulated", "x\0y", "/dev/zero"]
)
def test_no_file_is_opened_by_a_name_that_a_trace_gave(tmp_path: Path, name: str) -> None:
    """A platform file somewhere on the disk could call itself a board, and a pipe would be waited for."""
    path = tmp_path / "board.toml"
    path.write_text('name = "b"\ndescription = "D"\nkind = "board"\n[zephyr]\nboard = "b"\n')
    told = name.replace("{file}", str(path.with_suffix("") if "toml" in name else path))
    identity = identify(Header(platform=told), [], "P34")
    assert identity.reality is Reality.UNKNOWN
    assert identity.name == told
    assert identify(Header(platform="frdm_k64f"), [], "P34").reality is Reality.BOARD


def test_what_cannot_be_written_is_the_rigs_fault(
    conforming: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in ("--html", "--junit", "--markdown"):
        assert run(["report", str(conforming), option, "/dev/full"]) == 3
        said = capsys.readouterr().err
        assert "cannot write /dev/full" in said
        assert "bug" not in said
