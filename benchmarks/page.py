"""Puts the figures of a run into the page that shows them: `python -m benchmarks.page [BENCH_JSON [PAGE]]`."""

import json
import sys
from pathlib import Path

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def table(rows: list[dict[str, object]], machine: dict[str, object]) -> str:
    """Return the figures as Markdown."""
    facts = ", ".join(f"{key} {value}" for key, value in machine.items())
    columns = ["what", "unit", "ours", "peer", "peer's figure", "times better"]
    if not any(row["peer_name"] for row in rows):
        columns = columns[:3]
    lines = [f"Measured on: {facts}.", "", _line(columns), _line(["---"] * len(columns))]
    for row in rows:
        ours = f"not measured: {row['skipped']}" if row.get("skipped") else _figure(row["ours"])
        peer = [str(row["peer_name"] or ""), _figure(row["peer"]), _figure(row["ratio"])]
        cells = [str(row["name"]), str(row["unit"]), ours, *peer]
        lines.append(_line(cells[: len(columns)]))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(value: object) -> str:
    if not isinstance(value, float | int):
        return ""
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def main(results: Path, page: Path) -> None:
    """Replace the figures between the marks of a page."""
    rows = json.loads(results.read_text(encoding="utf-8"))
    machine = json.loads(results.with_suffix(".machine.json").read_text(encoding="utf-8"))
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table(rows, machine)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    defaults = [Path("out/bench.json"), Path("docs/explanation/how-fast.md")]
    main(*(given + defaults[len(given) :]))
