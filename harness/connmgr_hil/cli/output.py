"""Tables and files that commands print: rich on a terminal, plain text elsewhere."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from connmgr_hil.files import replace_file
from connmgr_hil.vocabulary.escaping import on_one_line

from .interrupting import settle


def fancy() -> bool:
    """Say whether output goes to a terminal that wants more than plain text."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def show_line(text: str) -> None:
    """Replace the last line of a terminal, to show how far it is; nothing is shown elsewhere."""
    if fancy():
        click.echo(f"\r\033[K{text[: shutil.get_terminal_size().columns - 1]}", nl=False)


def wipe_line() -> None:
    """Clear the last line of a terminal."""
    show_line("")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: drawn on a terminal (in colour unless NO_COLOR is set), aligned text elsewhere."""
    rows = [[on_one_line(cell) for cell in row] for row in rows]
    if fancy():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*columns, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)
        return
    lines = [list(columns), *(list(row) for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def write_json(path: Path, document: Any) -> None:
    """Write a document that a program will read, with its folders; an interrupt comes too late then.

    Raises `NotRecorded` when the file cannot be written.
    """
    settle()
    text = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    replace_file(path, text, "choose another folder with --json")
