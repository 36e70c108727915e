"""A graph as a picture that stands by itself: the states in layers, and below it every transition in a table.

A state's layer is how many inputs it is away from the start. Only the shortest ways there carry labels; all
others are thin, and tell what they are when pointed at. The table says everything.
"""

from .graph import Graph
from .svg_graph import draw_states
from .svg_table import draw_table
from .svg_text import escaped

_STYLE = """
text { font: 12px system-ui, "Segoe UI", sans-serif; fill: #1f2937; }
.title { font-size: 18px; font-weight: 600; }
.hint, .way, .same { fill: #6b7280; }
.way, .same, .shown { font-size: 11px; }
.same { fill: #b4bac5; }
.head, .goes { font-weight: 600; }
.node circle { fill: #eef3fb; stroke: #3b5b92; stroke-width: 1.5; }
.node text { text-anchor: middle; font-weight: 600; }
.first circle { stroke-width: 3.5; }
.edge path { fill: none; stroke: #c3cad6; stroke-width: 1; }
.edge:hover path { stroke: #3b5b92; stroke-width: 3; }
.tree path { stroke: #3b5b92; stroke-width: 1.6; }
.other circle { fill: #fdf3dc; stroke: #b7791f; }
.wrong circle { fill: #fdecea; stroke: #c62828; stroke-width: 2.5; }
.label { text-anchor: middle; font-size: 11px; stroke: #fff; stroke-width: 4px; paint-order: stroke; }
.wrong .label, .bad { fill: #c62828; font-weight: 600; }
.line { stroke: #e5e7eb; }
.badcell { fill: #fdecea; }
"""
_MARKERS = "".join(
    f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="{size}" '
    f'markerHeight="{size}" markerUnits="userSpaceOnUse" orient="auto">'
    f'<path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'
    for name, colour, size in (
        ("thin", "#9aa5b8", 7),
        ("tree", "#3b5b92", 9),
    )
)
_MARGIN = 24


def svg_text(graph: Graph) -> str:
    """Return the graph as an SVG document."""
    states = draw_states(graph)
    table = draw_table(graph)
    width = max(states.width, table.width, 480) + 2 * _MARGIN
    top = 64
    below = top + states.height + 24
    height = below + table.height + _MARGIN
    legend = "bold ring: start · dark: a shortest way · thin: point at it · the table has them all"
    if any(arrow.model for arrow in graph.arrows):
        legend += " · red: here device and model differ, at the inputs named below the state"
        legend += (
            " · S3/12: the device does as in S3, the model is in S12; D: only the device has it"
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">\n<title>{escaped(graph.title)}</title>\n'
        f"<style>{_STYLE}</style>\n<defs>{_MARKERS}</defs>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n'
        f'<text class="title" x="{_MARGIN}" y="32">{escaped(graph.title)}</text>\n'
        f'<text class="hint" x="{_MARGIN}" y="52">{escaped(legend)}</text>\n'
        f'<g transform="translate({(width - states.width) / 2:.0f} {top})">\n{states.body}</g>\n'
        f'<g transform="translate({_MARGIN} {below})">\n{table.body}</g>\n</svg>\n'
    )
