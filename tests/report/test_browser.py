"""The page in a real browser: nothing cut, nothing overlapping, and quick."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from handmade import READY, UNREADY, Write, did

from connmgr_hil.report import gather, render_html

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not CHROMIUM, reason="no Chromium on this machine: the page was not looked at"
    ),
    pytest.mark.timeout(180),
]
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()

# Runs in the page: opens what can be opened, waits for the drawing, and measures.
MEASURE = """
addEventListener("load", async () => {
  const frame = () => new Promise((done) => setTimeout(done, 150));
  for (const story of document.querySelectorAll(".story")) { story.open = true; }
  for (const each of document.querySelectorAll("details.sentences")) each.open = true;
  await frame();
  for (const each of document.querySelectorAll("details.records")) each.open = true;
  await frame(); await frame();
  const width = document.documentElement.clientWidth;
  const cut = [...document.querySelectorAll("body *")].filter((element) => {
    if (!element.getClientRects().length || element.closest(".skip, thead")) return false;
    const { right, left } = element.getBoundingClientRect();
    return right > width + 1 || left < -1;
  }).map((element) => element.outerHTML.slice(0, 120));
  const outside = [], overlapping = [];
  for (const svg of document.querySelectorAll("svg.strip")) {
    const frameBox = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    texts.forEach(([text, box], index) => {
      if (box.left < frameBox.left - 1 || box.right > frameBox.right + 1 || box.bottom > frameBox.bottom + 1) outside.push(text);
      for (const [other, that] of texts.slice(index + 1)) {
        const across = Math.min(box.right, that.right) - Math.max(box.left, that.left);
        const down = Math.min(box.bottom, that.bottom) - Math.max(box.top, that.top);
        if (across > 1 && down > 3) overlapping.push(`${text} / ${other}`);
      }
    });
  }
  const figure = document.querySelector(".timeline");
  let spoken = "";
  if (figure) {
    for (const key of ["ArrowRight", "ArrowRight"]) figure.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    spoken = figure.parentElement.querySelector(".readout").textContent;
  }
  const tile = document.querySelector(".tile");
  tile.focus();
  const told = document.getElementById("popover").textContent;
  tile.click();
  await frame();
  const listed = [...document.querySelectorAll(".story")].filter((story) => !story.hidden).length;
  const result = { width, cut, outside, overlapping, spoken, told, listed,
    strips: document.querySelectorAll("svg.strip").length, wrong: document.querySelectorAll(".is-wrong").length,
    stories: document.querySelectorAll(".story").length, rows: document.querySelectorAll(".records tbody tr").length };
  const place = document.createElement("pre");
  place.id = "measured";
  place.textContent = JSON.stringify(result);
  document.body.append(place);
});
"""


def browse(file: Path, folder: Path, *flags: str) -> str:
    """Open a file in Chromium and return the document as it then is."""
    done = subprocess.run(
        [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={folder / 'browser'}", "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


def look(page: str, folder: Path, width: int = 1280) -> dict[str, object]:
    """Open a page in Chromium in a frame of this width and return what was measured there."""
    report = folder / "report.html"
    # A window cannot be made narrow enough, a frame can; what it measures is handed to its parent.
    tell = 'new MutationObserver(() => { const m = document.getElementById("measured"); if (m) parent.postMessage(m.textContent, "*"); }).observe(document.body, { childList: true });'
    report.write_text(
        page.replace("</body>", f"<script>{MEASURE}{tell}</script></body>"), encoding="utf-8"
    )
    outer = folder / "frame.html"
    outer.write_text(
        f'<iframe src="{report.name}" width="{width}" height="900" style="border:0"></iframe>'
        '<script>onmessage = (e) => { document.body.textContent = "MEASURED" + e.data + "END"; };</script>',
        encoding="utf-8",
    )
    dump = browse(outer, folder, f"--window-size={width + 40},1000", "--virtual-time-budget=20000")
    found = re.search(r"MEASURED({.*)END", dump, re.DOTALL)
    assert found, dump[-2000:]
    measured: dict[str, object] = json.loads(html.unescape(found[1]))
    return measured


@pytest.fixture
def crowded(write: Write) -> Path:
    """A trace with long commands, long silences, bursts, several listeners and a failure at the end."""
    late = [{**READY[-2], "listener": "late1", "t": 9_000_000 + n * 250_000} for n in range(4)]
    return write(
        "crowded.jsonl", *READY,
        *did(4, "burst addr6 1 add 2001:db8:1234:5678:9abc:def0:1234:5678 ; ignore 1 ; watch 1 ; opt-set 3 1 0011223344556677"),
        *did(5, "advance 5000000", t0=0, t=5_000_000), *UNREADY, *did(6, "advance 4000000", *late, t0=5_000_000, t=9_900_000), *did(7, "down 2", t=11_000_000),
        {"k": "reset", "how": "the supply was switched off and on again by hand", "expected": False},
        scenario="a-scenario-with-quite-a-long-name-as-people-give-them",
    )  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.slow
def test_nothing_is_cut_and_nothing_overlaps(
    conforming: Path, failing: Path, crowded: Path, tmp_path: Path, width: int
) -> None:
    seen = look(render_html(gather([conforming, failing, crowded])), tmp_path, width)
    assert seen["width"] == width
    assert seen["cut"] == []
    assert seen["outside"] == []
    assert seen["overlapping"] == []
    assert seen["wrong"] == 2
    assert seen["stories"] == 3


def test_keys_and_pointing_tell_what_is_drawn(
    conforming: Path, failing: Path, tmp_path: Path
) -> None:
    seen = look(render_html(gather([conforming, failing])), tmp_path)
    # The first story is the failing one, and stepping begins at the failure.
    assert "NOT ALLOWED; allowed here: L4_CONNECTED  iface 1" in str(seen["spoken"])
    assert str(seen["told"]).startswith("REQ-MON-001normative")
    assert seen["listed"] == 2
    assert seen["rows"]


@pytest.mark.slow
def test_a_thousand_scenarios_are_one_page(write: Write, tmp_path: Path) -> None:
    paths = [
        write(f"{number:04}.jsonl", *READY, *did(9, "advance 5000000", t0=0, t=5_000_000), *UNREADY)
        for number in range(1000)
    ]
    script = 'addEventListener("load", () => { document.title = "loaded"; });'
    page = render_html(gather(paths)).replace("</body>", f"<script>{script}</script></body>")
    report = tmp_path / "report.html"
    report.write_text(page, encoding="utf-8")
    dump = browse(report, tmp_path, "--window-size=1280,1000")
    assert "<title>loaded</title>" in dump, dump[:2000]
    assert dump.count('<details class="story') == 1000
