"""What is read from a device, a user or an emulator, given any bytes, in any pieces: never a traceback, hang, or flood.

Each target takes bytes, and places where they are cut. Hypothesis calls them with bytes that nearly make sense (the tests beside
this file), atheris with bytes that reach further into the code (`guided.py`).
"""

import contextlib
import io
import itertools
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

from connmgr_hil.cli.main import run
from connmgr_hil.device.frames import MAX_FRAME, FrameParser, Received
from connmgr_hil.device.stock.output import parse
from connmgr_hil.device.stock.screen import Screen
from connmgr_hil.targets import read_platform
from connmgr_hil.targets.renode.monitor import MonitorLine, MonitorParser, Prompt
from connmgr_hil.vocabulary.errors import BadInput, RigFault


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """Cut bytes; places beyond their end come round again."""
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[begin:end] for begin, end in itertools.pairwise(edges)]


def items(parts: Sequence[bytes]) -> list[Received] | str:
    """What is found in pieces, or why it is refused."""
    parser = FrameParser()
    found: list[Received] = []
    try:
        for part in parts:
            found += parser.feed(part)
    except RigFault as error:
        return str(error)
    assert len(parser.rest()) <= 2 * MAX_FRAME
    return found


def frames(data: bytes, cuts: Sequence[int] = ()) -> None:
    assert items([data]) == items(pieces(data, cuts))


def stock_lines(data: bytes, cuts: Sequence[int] = ()) -> None:
    whole = Screen().feed(data)
    screen = Screen()
    assert whole == [line for part in pieces(data, cuts) for line in screen.feed(part)]
    for line in whole:
        assert "\x1b" not in line
        assert "\n" not in line
        fact = parse(line)
        assert fact is None or (is_dataclass(fact) and fields(fact))


def monitor_replies(data: bytes, cuts: Sequence[int] = ()) -> None:
    whole = MonitorParser().feed(data)
    parser = MonitorParser()
    assert whole == [item for part in pieces(data, cuts) for item in parser.feed(part)]
    assert all(isinstance(item, MonitorLine | Prompt) for item in whole)


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="cmhil-fuzz-")


def written(data: bytes, name: str) -> Path:
    path = Path(_folder().name, name)
    path.write_bytes(data)
    return path


def platform_file(data: bytes, _cuts: Sequence[int] = ()) -> None:
    path = written(data, "any.toml")
    try:
        read_platform(path)
    except BadInput as error:
        told = str(error)
        assert str(path) in told, told


def trace(data: bytes, _cuts: Sequence[int] = ()) -> None:
    judge(written(data, "any.jsonl"))


def cmhil(*arguments: str) -> tuple[int, str]:
    """Run it in this process; return its exit code and all that it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(list(arguments))
    return code, said.getvalue()


def judge(path: Path) -> None:
    """Give a file to both commands that read traces: a verdict, or an error that says where."""
    code, said = cmhil("check", str(path))
    assert code in (0, 1, 2, 3, 4), said
    assert "Traceback" not in said
    assert "bug in cmhil" not in said
    if code == 2:
        place = re.search(re.escape(str(path)) + r"(?::(\d+))?[: ]", said)
        assert place, said
        lines = path.read_bytes().splitlines()
        assert not lines or not place[1] or 1 <= int(place[1]) <= len(lines)
    else:
        assert re.search(r"^VERDICT  ", said, re.MULTILINE)
    reported, words = cmhil("report", str(path), "--junit", str(path.with_suffix(".xml")))
    assert reported == (2 if code == 2 else 0), words
    if reported == 2:
        assert str(path) in words


TARGETS: dict[str, Callable[[bytes, Sequence[int]], None]] = {
    "frames": frames,
    "stock-lines": stock_lines,
    "monitor-replies": monitor_replies,
    "platform-file": platform_file,
    "trace": trace,
}
