"""The documentation can be built without a warning, and its hand-written tables name all that there is."""

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from shown import ROOT

import connmgr_hil
from connmgr_hil.cli.main import _COMMANDS
from connmgr_hil.targets.bench import BoardFlash, LineStep, ResetLadder
from connmgr_hil.targets.platforms import (
    Emulator,
    Flash,
    Must,
    Platform,
    Renode,
    Time,
    Uart,
    Variant,
    Zephyr,
)
from connmgr_hil.targets.stimuli import OutsideStimulus
from connmgr_hil.vocabulary.requirements import requirements

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-d", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "harness"), "NO_MKDOCS_2_WARNING": "1"},
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return folder


def _text(site: Path, page: str) -> str:
    return (site / page / "index.html").read_text(encoding="utf-8")


def test_every_page_is_in_the_site(site: Path) -> None:
    pages = {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")}
    made = {path.parent.relative_to(site) for path in site.rglob("index.html")}
    assert {page for page in pages if page.name != "index"} <= made
    assert not list(site.rglob("*.py"))


def test_the_first_page_names_every_other() -> None:
    named = set(re.findall(r"\]\(([^)#]+\.md)", (DOCS / "index.md").read_text(encoding="utf-8")))
    assert named == {str(each.relative_to(DOCS)) for each in DOCS.rglob("*.md")} - {"index.md"}


def test_each_page_says_its_version(site: Path) -> None:
    for page in ("", "tutorial", "reference/requirements"):
        assert f"connmgr-hil {connmgr_hil.__version__}" in _text(site, page)


def test_nothing_is_left_to_be_made(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert "<!-- made:" not in page.read_text(encoding="utf-8")


def test_every_command_has_its_help(site: Path) -> None:
    text = _text(site, "reference/command-line")
    for name in _COMMANDS:
        assert f"Usage: cmhil {name} [OPTIONS]" in text
    assert "Usage: cmhil new platform [OPTIONS] NAME" in text
    assert "Usage: cmhil new application [OPTIONS] NAME" in text


def test_every_requirement_is_listed(site: Path) -> None:
    text = _text(site, "reference/requirements")
    missing = [ident for ident in requirements() if f"<td>{ident}</td>" not in text]
    assert missing == []


def test_keywords_have_their_page(site: Path) -> None:
    assert "<td>Take Interface Up</td>" in _text(site, "reference/keywords")
    assert "Take Interface Up" in (site / "reference/keywords-in-full.html").read_text(
        encoding="utf-8"
    )


def test_protocol_and_trace_are_whole(site: Path) -> None:
    assert "The simulated implementation's contract" in _text(site, "reference/protocol")
    trace = _text(site, "reference/trace")
    assert "Every record" not in trace
    for heading in ("Header", "EventSeen", "VerdictGiven", "IfaceFacts"):
        assert f">{heading}<" in trace


@pytest.mark.parametrize(
    ("section", "table"),
    [
        ("Top", Platform),
        ("must", Must),
        ("zephyr", Zephyr),
        ("emulator", Emulator),
        ("renode", Renode),
        ("emulator.flash", Flash),
        ("console", Uart),
        ("time", Time),
        ("variants.NAME", Variant),
        ("reset", ResetLadder),
        ("reset.line", LineStep),
        ("flash", BoardFlash),
        ("stimuli.NAME", OutsideStimulus),
    ],
)
def test_platform_keys_are_all_described(section: str, table: type[msgspec.Struct]) -> None:
    text = (DOCS / "reference" / "platform-file.md").read_text(encoding="utf-8")
    part = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+?) \|", part, re.MULTILINE)
    described = dict(rows)
    tables = {
        "zephyr",
        "emulator",
        "renode",
        "console",
        "time",
        "must",
        "variants",
        "reset",
        "flash",
        "stimuli",
    }
    fields = {
        field.name: field
        for field in msgspec.structs.fields(table)
        if table is not Platform or field.name not in tables
    }
    assert set(described) == set(fields)
    for name, default in described.items():
        field = fields[name]
        if field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT:
            assert default == "required"
        elif default == "empty":
            assert field.default in ((), {}, Must(), msgspec.NODEFAULT)
        else:
            assert default == f"`{msgspec.json.encode(field.default).decode()}`"


def test_architecture_names_every_room() -> None:
    package = Path(connmgr_hil.__file__).parent
    rooms = {path.parent.name for path in package.glob("*/__init__.py")} | {"resources"}
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert {room for room in rooms if f"`{room}`" not in text} == set()


def test_files_shown_are_those_in_snippets() -> None:
    """The examples that pytest and Robot Framework are tested with are the ones that pages show."""
    from shown import PAGES, blocks

    shown = {
        block.marks["file"]: block.text
        for page in PAGES
        for block in blocks(page)
        if "file" in block.marks
    }
    snippets = {
        path.name: path.read_text(encoding="utf-8")
        for pattern in ("*.py", "*.robot")
        for path in (DOCS / "snippets").glob(pattern)
    }
    assert {name: shown.get(name) for name in snippets} == snippets


def test_trace_shown_is_sound(tmp_path: Path) -> None:
    from shown import blocks

    from connmgr_hil.trace import read_trace

    (example,) = (
        block for block in blocks(DOCS / "reference" / "trace.md") if block.language == "json"
    )
    path = tmp_path / "shown.jsonl"
    path.write_text(example.text, encoding="utf-8")
    trace = read_trace(path)
    assert not trace.truncated
    assert len(trace.records) >= 3


def test_each_release_has_the_traces_that_are_there(site: Path) -> None:
    page = _text(site, "reference/releases")
    folders = [each for each in (ROOT / "tests" / "traces").iterdir() if any(each.glob("*.jsonl"))]
    assert len(folders) > 40
    for folder in folders:
        row = next(line for line in page.split("<tr>") if f"<code>{folder.name}</code>" in line)
        assert f"<td>{len(list(folder.glob('*.jsonl')))}</td>" in row
        assert "fails" not in row
    assert "Zephyr 4.1.99, judged as P43" in page
    kinds = next(line for line in page.split("<tr>") if "native_p42_kinds" in line)
    assert "PPP" in kinds
    assert "conforms" in kinds
