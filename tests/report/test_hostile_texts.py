"""What a device says is text on every face: it runs nothing, renders as nothing, and controls no terminal."""

import json
import re
import shlex
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from handmade import HELLO, READY, Write, did
from markdown_it import MarkdownIt

from connmgr_hil.cli.main import run
from connmgr_hil.cli.readable import readable
from connmgr_hil.report import gather, render_html, render_junit, render_markdown
from connmgr_hil.robot.trace_table import trace_table
from connmgr_hil.testbed import timeline
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import WrongDevice

pytestmark = pytest.mark.slow

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end of script": "</script><script>alert(1)</script><!--",
    "image": '<img src=x onerror="alert(1)">',
    "attribute": "\" onmouseover=alert(1) x='",
    "template": "{{ 7 * 7 }}{% raw %}${7 * 7}",
    "XML": "]]></failure><failure>&xxe;\x00\x0b\ufffe\U0001ffff",
    "colours": "\x1b[31m\x1b[2J\x9b31m\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;ZWNobyBoaQ==\x1b\\\x1bP+q\x1b\\",
    "direction": "a\u202eb\u2066c\u2028d\u200b",
    "Markdown": "[x](javascript:alert(1)) ![x](http://e.example/x) | a | b |\n\n# head\n\n- [ ] `y` ~~~~\n~~~~",
    "links": "http://e.example www.e.example <http://e.example> a@e.example",
    "Robot": "*HTML* <b>bold</b> ${EMPTY}",
    "lines": "up\r\nVERDICT  conforms\r\n",
    "shell": "$(touch owned) `touch owned`; touch owned #",
}
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest, write: Write) -> tuple[str, Path]:
    """A text, and a trace of a device that says it wherever it can."""
    text = HOSTILE[request.param]
    facts: dict[str, Any] = HELLO["facts"]  # type: ignore[assignment]
    values = {"value": text, "why": text}
    shown: list[dict[str, object]] = [
        {"k": "event", "t": 0, "listener": text, "name": text, "code": 1, "iface": 2, "admin": True,
         "oper": True, "monitor": text, "info": text},
        {"k": "call", "t": 0, "iface": 2, "op": text},
        {"k": "state", "t": 0, "iface": 2, "admin": True, "oper": text, "carrier": True, "dormant": False,
         "bound": False, "ignored": False, "flags": 0, "timeout": 0, "monitor": text, "word": text,
         "a4": [text]},
        {"k": "log", "t": 0, "level": text, "module": text, "message": text},
        {"k": "noise", "text": text},
        {"k": "part", "t": 0, "index": 0, "status": text, "values": values},
        {"k": "outside", "name": text, "description": text},
    ]  # fmt: skip
    hello = {
        **HELLO, "facts": {**facts, "board": text, "build": text, "app": text},
        "ifaces": [{"index": n, "name": text, "l2": text, "bound": True, "impl": text} for n in (1, 2)],
    }  # fmt: skip
    answered = did(4, "ping")
    answered[-1] |= {"status": text, "values": values}
    path = write(
        "hostile.jsonl", {"k": "reset", "how": "power", "expected": True}, hello, *READY,
        *did(3, "up 2", *shown), *answered, {"k": "complaint", "text": text},
        {"k": "breach", "requirement": "REQ-MON-001", "sentence": text, "seen": text},
        {"k": "verdict", "verdict": f"none ({text})"}, platform="", scenario="E1",
    )  # fmt: skip
    # Who wrote the header is no more to be trusted.
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    header = json.loads(first) | {"requirements": [text, "REQ-MON-001"]}
    header |= dict.fromkeys(("target", "note", "tool", "profile"), text)
    path.write_text(f"{json.dumps(header)}\n{rest}", encoding="utf-8")
    return text, path


def html_is_text(path: Path, text: str) -> None:
    del text
    page = render_html(gather([path]))
    static = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    elements(static)
    assert not UNSAFE.search(page)
    assert page.count("<script") == page.count("</script>") == 3


def junit_is_text(path: Path, text: str) -> None:
    del text
    document = render_junit(gather([path]))
    ET.fromstring(document)
    assert not UNSAFE.search(document)
    for element in ET.fromstring(document).iter():
        said = [element.text or "", *element.attrib.values()]
        assert all(each.isprintable() for text in said for each in re.split("[\n\t]", text))
    assert len(list(ET.fromstring(document).iter("failure"))) == 1


def markdown_is_text(path: Path, text: str) -> None:
    del text
    source = render_markdown(gather([path]))
    assert not UNSAFE.search(source)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(source)
    harmless = re.sub("</?(details|summary)>", "", html)
    elements(harmless)
    assert "href" not in harmless
    assert html.count("<h1") == 0
    assert html.count("<table") == 1
    assert not re.search(r"(?<!\\)://|www\.", re.sub(r"(?s)~~~~text.*?~~~~\n", "", source))


def robot_log_is_text(path: Path, text: str) -> None:
    table = trace_table(path, gather([path]).stories[0].failure)
    elements(table)
    assert not UNSAFE.search(table)
    assert "\n" not in re.sub("<pre.*?</pre>", "", table, flags=re.DOTALL)
    if text.isprintable():
        assert text in unescape(table), "nothing is left out"


def pytest_report_is_text(path: Path, text: str) -> None:
    del text
    for line in timeline(path).split("\n"):
        assert line.isprintable()
        assert re.match(r"[ >] *\d+ ", line), line


def shell_is_text(path: Path, text: str) -> None:
    del text
    for record in read_records(path):
        for line in readable(record):
            assert line.isprintable(), line


FACES = [html_is_text, junit_is_text, markdown_is_text, robot_log_is_text, pytest_report_is_text,
         shell_is_text]  # fmt: skip


def elements(markup: str) -> None:
    """Assert that only harmless elements stand there, with no attribute that runs or loads anything."""
    assert "<b>bold" not in markup
    for tag in re.findall(r"<[a-zA-Z!][^<>]*>", markup):
        assert not re.match(r"<(script|img|iframe|object|embed|failure)", tag), tag
        bare = re.sub(r'"[^"]*"', '""', tag)
        assert not re.search(r"\son\w+\s*=|\ssrc\s*=", bare), tag


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_it_is_text(face: Callable[[Path, str], None], hostile: tuple[str, Path]) -> None:
    text, path = hostile
    face(path, text)


def test_check_prints_text(hostile: tuple[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, path = hostile
    assert run(["check", str(path)]) == 1
    said = capsys.readouterr().out
    assert all(line.isprintable() for line in said.split("\n"))
    assert re.findall("(?m)^VERDICT.*", said) == ["VERDICT  fails"]
    run(["coverage", str(path)])
    assert all(line.isprintable() for line in capsys.readouterr().out.split("\n"))


def test_errors_and_commands_to_copy_are_text(hostile: tuple[str, Path]) -> None:
    text, path = hostile
    told = str(WrongDevice("board x", text, text, text))
    assert all(line.replace("\t", "").isprintable() for line in told.split("\n"))
    (case,) = (each for each in ET.fromstring(render_junit(gather([path]))).iter("failure"))
    command = re.search(r"(?ms)^replay: (.*)", case.text or "")
    assert command
    assert len(shlex.split(command[1])) == 5
