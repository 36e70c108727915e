"""What our pages show: fenced blocks, and what is said about them in comments.

A comment before a block tells what to do with it: `<!-- docs: file NAME -->` (the block is that file),
`exit N` (its last command ends so), `wide` (what is shortened here is shortened less), `skip REASON`, `native` (needs real
firmware), separated by semicolons. A `console` block has commands after `$ ` and what they print; `...` stands
for anything, and numbers that stand alone may differ. An `sh` block has commands only.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted({*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"})

_BLOCK = re.compile(
    r"^(?:<!-- docs: (?P<marks>.*?) -->\n+)?^```(?P<language>\S*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Command:
    """A command as it is shown, with what it is said to print."""

    line: str
    output: str = ""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str
    marks: dict[str, str]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def commands(self) -> list[Command]:
        """Return the commands that the block shows."""
        if self.language == "sh":
            lines = [line for line in self.text.splitlines() if line.strip()]
            return [Command(line) for line in lines if not line.startswith("#")]
        if self.language != "console":
            return []
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]
        return [Command(*part.split("\n", 1)) for part in parts]


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, match.start("language")) + 1,
            match["language"],
            match["text"],
            dict(
                (*mark.strip().split(" ", 1), "")[:2] for mark in (match["marks"] or "").split(";")
            ),
        )
        for match in _BLOCK.finditer(text)
    ]
