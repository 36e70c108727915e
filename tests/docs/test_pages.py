"""Every command that README and documentation show is run, and every file that they show is used."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from reader import Reader
from shown import PAGES, ROOT, Block, blocks

from connmgr_hil.targets import read_platform

# Languages that nobody runs here: drawings and excerpts, and what only a Zephyr build reads.
SHOWN_ONLY = {"text", "c", "cmake", "kconfig", "yaml", "json"}
RUN = {"console", "sh"}
FILES = {"python", "robotframework", "toml"}
ALL = [block for page in PAGES for block in blocks(page)]
SKIPPED = [block for block in ALL if {"skip", "native"} & set(block.marks)]


def _obstacle(block: Block) -> str:
    if "skip" in block.marks:
        return block.marks["skip"]
    if "native" in block.marks and not os.environ.get("CMHIL_NATIVE_IMAGE"):
        return "needs real firmware: CMHIL_NATIVE_IMAGE names a native image"
    return ""


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=_name)
def test_commands_do_what_the_page_says(page: Path, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for block in blocks(page):
        if not _obstacle(block):
            reader.follow(block)


@pytest.mark.parametrize("block", SKIPPED, ids=str)
def test_block_was_run(block: Block) -> None:
    """Make visible what is not run here, and why."""
    if reason := _obstacle(block):
        pytest.skip(reason)


@pytest.mark.parametrize("block", ALL, ids=str)
def test_block_is_run_or_plainly_cannot_be(block: Block) -> None:
    assert block.language in SHOWN_ONLY | RUN | FILES
    if block.language in RUN:
        assert block.commands()
    if block.language in FILES:
        name = block.marks.get("file", "")
        assert name, "a file's text needs <!-- docs: file NAME --> so that it is used"
        used = " ".join(each.line for other in blocks(block.page) for each in other.commands())
        assert re.search(rf"\b{re.escape(name)}\b", used), f"no command of the page uses {name}"
    assert set(block.marks) <= {"", "file", "exit", "wide", "skip", "native"}


def test_platform_files_shown_are_sound(tmp_path: Path) -> None:
    shown = [
        block
        for block in ALL
        if block.language == "toml" and "deviation" not in tomllib.loads(block.text)
    ]
    assert shown
    for block in shown:
        path = tmp_path / "shown.toml"
        path.write_text(block.text, encoding="utf-8")
        read_platform(path)
