"""What a person waits for: `cmhil --help`, and the page of a thousand scenarios."""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from connmgr_hil import report
from connmgr_hil.conformance.run import verify
from connmgr_hil.conformance.selection import choose
from connmgr_hil.targets import open_target

from .rows import Contest, Row, Size

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def start_up(size: Size) -> list[Row]:
    """Measure `cmhil --help` beside Python that does nothing."""
    contest = Contest(
        {
            "ours": lambda: _seconds(sys.executable, "-m", "connmgr_hil.cli", "--help") * 1000,
            "python -c pass": lambda: _seconds(sys.executable, "-c", "pass") * 1000,
        }
    )
    found = contest.run(size.rounds)
    return [
        Row("cmhil --help", "ms", found["ours"], runs=size.rounds),
        Row("python -c pass, for comparison", "ms", found["python -c pass"], runs=size.rounds),
    ]


def page(folder: Path, size: Size) -> list[Row]:
    """Make the report of many scenarios, and load it in a browser."""
    count = size.of(1000, 3)
    traces = folder / "page"
    scenarios = choose(["E1"] if size.quick else [])
    verify(open_target("simulated"), folder / "suite-page", scenarios=scenarios)
    sources = sorted((folder / "suite-page").glob("*.jsonl"))
    traces.mkdir()
    for number in range(count):
        source = sources[number % len(sources)]
        shutil.copy(source, traces / f"{source.stem}.{number:04}.jsonl")
    times = []
    for _ in range(size.rounds):
        began = time.perf_counter()
        html = report.render_html(report.gather([traces]), None)
        times.append(time.perf_counter() - began)
    html_file = folder / "report.html"
    html_file.write_text(html, encoding="utf-8")
    rows = [
        Row(f"report of {count} scenarios: making it", "s", median(times), runs=size.rounds),
        Row(f"report of {count} scenarios: size", "MB", html_file.stat().st_size / 1e6),
    ]
    title = f"report of {count} scenarios: loading it"
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        return [*rows, Row(title, "s", skipped="no Chromium on this machine")]
    return [*rows, Row(title, "s", _load(browser, html_file, size), runs=size.rounds)]


def _load(browser: str, page_file: Path, size: Size) -> float:
    """Return how much longer the browser runs for the page than for an empty one."""
    with TemporaryDirectory(prefix="cmhil-bench-") as profile:
        empty = Path(profile, "empty.html")
        empty.write_text("<!doctype html><title>empty</title>")
        start = (browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom")
        kept = f"--user-data-dir={profile}/profile"
        contest = Contest(
            {
                "page": lambda: _seconds(*start, kept, page_file.absolute().as_uri()),
                "empty": lambda: _seconds(*start, kept, empty.absolute().as_uri()),
            }
        )
        found = contest.run(size.rounds)
    return found["page"] - found["empty"]
