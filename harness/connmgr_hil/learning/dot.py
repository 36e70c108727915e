"""A graph in Graphviz's language."""

from .graph import Arrow, Graph

_HEAD = """digraph "{title}" {{
  rankdir=TB; labelloc=t; label="{title}"; fontname="sans-serif";
  node [shape=circle, style=filled, fillcolor="#eef3fb", color="#3b5b92", fontname="sans-serif"];
  edge [color="#7a869a", fontname="sans-serif", fontsize=9];
  start [shape=point];
  start -> n0;
"""


def dot_text(graph: Graph) -> str:
    """Return the graph as DOT. Transitions that show nothing and go nowhere are left out."""
    lines = [_HEAD.format(title=_quoted(graph.title))]
    for number, name in enumerate(graph.nodes):
        way = " · ".join(graph.access[number]) or "start"
        lines.append(f'  n{number} [label="{name}", tooltip="{_quoted(way)}"];\n')
    bundles: dict[tuple[int, int, bool], list[Arrow]] = {}
    for arrow in graph.arrows:
        if arrow.model or arrow.source != arrow.target or arrow.output != "nothing":
            key = arrow.source, arrow.target, bool(arrow.model)
            bundles.setdefault(key, []).append(arrow)
    for (source, target, wrong), arrows in bundles.items():
        label = "\\l".join(_label(arrow) for arrow in arrows) + "\\l"
        style = ', color="#c62828", fontcolor="#c62828", penwidth=2' if wrong else ""
        lines.append(f'  n{source} -> n{target} [label="{label}"{style}];\n')
    return "".join(lines) + "}\n"


def _label(arrow: Arrow) -> str:
    shown = f"{arrow.name} / {arrow.output}"
    return _quoted(f"{shown}  (model: {arrow.model})" if arrow.model else shown)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
