"""HTML, JUnit and Markdown: complete, harmless whatever a device says, and the same each time."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from handmade import READY, Write, did

from connmgr_hil.cli.report import report
from connmgr_hil.report import gather, read_scores, render_html, render_junit, render_markdown
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.requirements import requirements

EVIL = "<script>alert(1)</script></script><b>&\x00\x1b[31m\u2028]]>|`"


DOCUMENTATION = "https://docs.zephyrproject.org/"
"""Where links lead that a reader may follow; the page itself fetches nothing."""


class Page(HTMLParser):
    """Collects the elements of a page, and what would be fetched from elsewhere."""

    VOID = ("meta", "link", "input", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.fetched: list[str] = []
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.scripts += tag == "script"
        self.ids += [value for name, value in attrs if name == "id" and value]
        link = given.get("href") or ""
        if link.startswith("#"):
            self.targets.append(link[1:])
        elif link and link != "data:," and not (tag == "a" and link.startswith(DOCUMENTATION)):
            self.fetched.append(link)
        self.fetched += [given["src"] or ""] if "src" in given else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def evil(write: Write) -> Path:
    """A trace of a device that says what would be markup, in every place where it can."""
    shown = {"k": "event", "t": 0, "listener": EVIL, "name": EVIL, "code": 1, "iface": 1, "admin": True,
             "oper": True, "monitor": EVIL, "info": EVIL}  # fmt: skip
    return write(
        "evil.jsonl", *READY, *did(3, "up 2", shown), {"k": "complaint", "text": EVIL},
        {"k": "verdict", "verdict": f"none ({EVIL})"}, scenario=f"E1{EVIL}",
    )  # fmt: skip


def test_the_page_is_whole_and_needs_no_network(conforming: Path, failing: Path) -> None:
    text = render_html(gather([conforming, failing]))
    page = Page(text)
    assert page.open == []
    assert page.fetched == []
    known = rf'"http://www\.w3\.org/2000/svg"|<a href="{re.escape(DOCUMENTATION)}'
    assert "http" not in re.sub(known, "", text)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.targets) <= set(page.ids)
    assert set(requirements()) <= set(page.ids)


def test_a_failure_is_told_without_a_script(failing: Path) -> None:
    text = render_html(gather([failing]))
    assert "1 trace of 1 shows what no conforming device does" in text
    assert "REQ-MON-001" in text
    assert "Allowed here" in text
    assert f"cmhil replay {failing} -t native_posix_64" in text


def test_what_a_device_says_stays_text(evil: Path, conforming: Path) -> None:
    evidence = gather([evil, conforming])
    text = render_html(evidence)
    harmless = Page(render_html(gather([conforming, conforming.with_name("evil.jsonl")])))
    page = Page(text)
    assert page.scripts == harmless.scripts == len(evidence.stories) + 2
    assert "<script>alert" not in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u2028]", text)
    blocks = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    slots = [slot for block in blocks for slot in json.loads(block)["timeline"]["slots"]]
    assert any(slot[4].startswith("<script>") for slot in slots), "nothing is left out"


def test_junit_is_legal_and_says_what_it_stands_for(evil: Path, conforming: Path) -> None:
    root = ET.fromstring(render_junit(gather([evil, conforming])))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    good = cases["addresses-come-and-go"]
    properties = [(each.get("name"), each.get("value")) for each in good.iter("property")]
    assert ("requirement", "REQ-MON-001") in properties
    assert ("trace", str(conforming)) in properties
    assert ("target", "native_posix_64") in properties
    (failure,) = root.iter("failure")
    assert failure.text
    assert f"cmhil replay {evil}" in failure.text
    skipped = [case.find("skipped") for case in cases.values() if case.find("skipped") is not None]
    assert skipped
    assert root.get("failures") == "1"
    assert root.get("skipped") == str(len(skipped))


def test_a_rig_fault_is_an_error_and_not_a_failure(write: Write) -> None:
    path = write("rig.jsonl", *READY, {"k": "fault", "kind": "LineClosed", "message": "gone"})
    evidence = gather([path])
    root = ET.fromstring(render_junit(evidence))
    (error,) = root.iter("error")
    assert "LineClosed: gone" in (error.get("message") or "")
    assert not list(root.iter("failure"))
    assert "no device failed" in render_markdown(evidence)


def test_markdown_tells_verdict_failure_and_what_was_not_shown(failing: Path, evil: Path) -> None:
    text = render_markdown(gather([failing, evil]))
    assert text.startswith("## ❌ 2 traces of 2 show")
    assert "REQ-MON-001" in text
    assert "What this does not show" in text
    assert "\x1b" not in text
    outside = re.sub(r"~~~~text.*?~~~~", "", text, flags=re.DOTALL)
    assert "<script>" not in outside.replace("\\<script\\>", "")


def test_the_same_traces_give_the_same_bytes(conforming: Path, failing: Path) -> None:
    paths = [conforming, failing]
    for render in (render_html, render_junit, render_markdown):
        assert render(gather(paths)) == render(gather(reversed(paths)))


def test_defects_are_told_worst_first(conforming: Path, tmp_path: Path) -> None:
    path = tmp_path / "defects.json"
    defects = [
        {"name": "good-one", "standing": "caught", "scenario": "E1"},
        {"name": "unseen", "standing": "missed", "sentence": "Nobody notices"},
        {"name": "silent", "standing": "equivalent", "equivalent": "never read"},
    ]
    path.write_text(json.dumps({"target": "simulated", "defects": defects}), encoding="utf-8")
    scores = read_scores(path)
    page = render_html(gather([conforming]), scores)
    assert "1 of 2 seeded defects caught for the right reason" in page
    assert page.index("unseen") < page.index("good-one")
    assert "- unseen, missed: Nobody notices" in render_markdown(gather([conforming]), scores)
    path.write_text('{"defects": [{"name": 1}]}', encoding="utf-8")
    with pytest.raises(BadInput, match=r"defects\.json"):
        read_scores(path)


def test_the_command_writes_what_was_asked_for(failing: Path, tmp_path: Path) -> None:
    html, junit, markdown = (tmp_path / "out" / name for name in ("a.html", "a.xml", "a.md"))
    arguments = [
        str(failing),
        "--html",
        str(html),
        "--junit",
        str(junit),
        "--markdown",
        str(markdown),
    ]
    result = CliRunner().invoke(report, arguments)
    assert result.exit_code == 0, result.output
    assert html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert ET.parse(junit).getroot().tag == "testsuites"
    assert markdown.read_text(encoding="utf-8").startswith("## ❌")


def test_the_command_prints_the_summary_when_no_file_is_named(conforming: Path) -> None:
    result = CliRunner().invoke(report, [str(conforming)])
    assert result.exit_code == 0
    assert result.output.startswith("## ✅")
