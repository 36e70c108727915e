"""A trace as a table in log.html. Texts from the device are escaped."""

from html import escape
from pathlib import Path

from connmgr_hil.checker import Failure
from connmgr_hil.testbed import rows

_MOST = 400


def trace_table(path: Path, failure: Failure | None = None, link: str = "") -> str:
    """Return a trace as HTML, the failing row marked; `link` is how the log reaches the file."""
    story = rows(path)
    failed = failure.record if failure else 0
    shown = story[-_MOST:]
    address = escape(link or path.as_posix(), quote=True)
    file = f'<a href="{address}">{escape(path.name)}</a>'
    lines = [f"<details open><summary>Trace of the device: {len(story)} rows, {file}</summary>"]
    if failure:
        text = escape("\n".join(failure.lines()))
        lines.append(f'<pre style="border-left:4px solid #ce3e01;padding-left:8px">{text}</pre>')
    if len(story) > len(shown):
        lines.append(f"<p>{len(story) - len(shown)} earlier rows are in the file.</p>")
    lines.append('<table style="border-collapse:collapse;font-family:monospace">')
    heads = "<th>line</th><th>device time</th><th></th><th>what</th>"
    lines.append(f'<tr style="text-align:left">{heads}</tr>')
    for row in shown:
        style = ' style="background:#fbd3c6;color:#000"' if row.line == failed else ""
        cells = "".join(
            f'<td style="padding:0 8px">{escape(cell)}</td>'
            for cell in (str(row.line), row.when, row.kind, row.text)
        )
        lines.append(f"<tr{style}>{cells}</tr>")
    lines.append("</table></details>")
    return "".join(lines)
