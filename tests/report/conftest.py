"""Traces to report on: written by hand, one that conforms and one that does not."""

import json
from pathlib import Path

import pytest
from handmade import BOOT, HELLO, READY, UNREADY, Write, did


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a trace: `write("name.jsonl", record, ...)`."""

    def writing(
        name: str,
        *records: dict[str, object],
        platform: str = "native_posix_64",
        scenario: str = "E1",
    ) -> Path:
        header = {
            "k": "header", "target": platform, "platform": platform, "scenario": scenario,
            "requirements": ["REQ-MON-001", "REQ-MON-010"],
        }  # fmt: skip
        path = tmp_path / "traces" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        ended = any(record["k"] == "verdict" for record in records)
        last = () if ended else ({"k": "verdict", "verdict": "unjudged"},)
        lines = [json.dumps(record) + "\n" for record in (header, HELLO, BOOT, *records, *last)]
        path.write_text("".join(lines), encoding="utf-8")
        return path

    return writing


@pytest.fixture
def conforming(write: Write) -> Path:
    """A trace of a device that conforms."""
    return write(
        "conforming.jsonl", *READY, *did(9, "advance 5000000", t0=0, t=5_000_000), *UNREADY
    )


@pytest.fixture
def failing(write: Write) -> Path:
    """A trace in which L4_CONNECTED is missing."""
    kept = [record for record in READY if record.get("name") != "L4_CONNECTED"]
    return write("failing.jsonl", *kept, scenario="E2")
