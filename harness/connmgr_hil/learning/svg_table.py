"""Every transition of a graph, as a table: a row for each state, a column for each input."""

from .graph import Arrow, Graph
from .svg_text import Piece, escaped, lines_of, width_of

_LINE = 15
_PAD = 10

_Cell = list[tuple[str, str]]
"""Lines of a cell, each with its class."""


def draw_table(graph: Graph) -> Piece:
    """Return the table."""
    head: list[_Cell] = [[("head", "state")], *([("head", name)] for name in graph.inputs)]
    rows = [head]
    for node, name in enumerate(graph.nodes):
        way = " · ".join(graph.access[node]) or "start"
        first: _Cell = [("goes", name), *(("way", part) for part in _wrapped(way))]
        arrows = graph.row(node)
        rows.append([first, *(_cell(graph, arrows[each]) for each in graph.inputs)])
    widths = [
        max(width_of(text) for row in rows for _, text in row[column] or [("", "")]) + 2 * _PAD
        for column in range(len(head))
    ]
    body, top = "", 0
    for row in rows:
        height = max(len(cell) for cell in row) * _LINE + _PAD
        left = 0
        for cell, width in zip(row, widths, strict=True):
            body += _drawn(cell, left, top, width, height)
            left += width
        top += height
        body += f'<line class="line" x1="0" y1="{top}" x2="{sum(widths)}" y2="{top}"/>\n'
    return Piece(body, sum(widths), top)


def _cell(graph: Graph, arrow: Arrow) -> _Cell:
    if arrow.model:
        return [
            *(("bad", text) for text in lines_of(arrow.output) or ["nothing"]),
            ("way", "the model says"),
            *(("shown", text) for text in lines_of(arrow.model) or ["nothing"]),
        ]
    shown = [("shown", text) for text in lines_of(arrow.output)]
    if arrow.source == arrow.target:
        return shown or [("same", "·")]
    return [("goes", f"→ {graph.nodes[arrow.target]}"), *shown]


def _drawn(cell: _Cell, left: int, top: int, width: int, height: int) -> str:
    body = ""
    if any(kind == "bad" for kind, _ in cell):
        body = f'<rect class="badcell" x="{left}" y="{top}" width="{width}" height="{height}"/>'
    for number, (kind, text) in enumerate(cell):
        y = top + (number + 1) * _LINE
        body += f'<text class="{kind}" x="{left + _PAD}" y="{y}">{escaped(text)}</text>'
    return body


def _wrapped(way: str, most: int = 26) -> list[str]:
    lines = [""]
    for part in way.split(" · "):
        joined = f"{lines[-1]} · {part}" if lines[-1] else part
        if len(joined) <= most:
            lines[-1] = joined
        else:
            lines.append(part)
    return lines
