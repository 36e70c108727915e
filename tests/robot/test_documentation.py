"""The documentation of the keywords, as libdoc makes it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from robot.libdocpkg import LibraryDocumentation
from robot_runs import with_harness

LIBRARY = LibraryDocumentation("connmgr_hil.robot.ConnMgrLibrary")
KEYWORDS = {each.name: each for each in LIBRARY.keywords}


@pytest.mark.parametrize("name", KEYWORDS)
def test_keyword_is_documented(name: str) -> None:
    keyword = KEYWORDS[name]
    sentence, _, rest = keyword.doc.partition("\n\n")
    assert re.fullmatch(r"[A-Z][a-z]+s\b.*\.", sentence, re.DOTALL), (
        "a sentence that says what it does"
    )
    for argument in keyword.args.argument_names:
        assert f"``{argument}``" in rest, f"argument {argument}"
        assert argument in keyword.args.types, f"type of {argument}"
    example = rest.partition("For example:\n")[2]
    assert f"| {name}" in example or f"=    {name}" in example


def test_import_is_documented() -> None:
    (init,) = LIBRARY.inits
    for argument in init.args.argument_names:
        assert f"``{argument}``" in init.doc


def test_types_say_what_is_valid() -> None:
    docs = {each.name: each.doc for each in LIBRARY.type_docs}
    for name in ("Iface", "Duration", "IpAddress", "FlagName", "ReturnValue"):
        assert "``" in docs[name], f"{name} with examples"


def test_page_can_be_made(tmp_path: Path) -> None:
    page = tmp_path / "keywords.html"
    subprocess.run(
        [sys.executable, "-m", "robot.libdoc", "ConnMgrLibrary", str(page)],
        check=True,
        capture_output=True,
        env=with_harness(),
        timeout=60,
    )
    text = page.read_text(encoding="utf-8")
    assert "Take Interface Up" in text
    assert "Drives Zephyr" in text
