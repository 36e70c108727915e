"""Writes the automata to files: DOT for Graphviz, Markdown with a Mermaid diagram and a table to look at."""

from pathlib import Path

from connmgr_hil.files import replace_file

from .graph import Arrow, Graph, of_difference, of_machine
from .study import Learned

_HEAD = """digraph "{title}" {{
  rankdir=TB; labelloc=t; label="{title}"; fontname="sans-serif";
  node [shape=circle, style=filled, fillcolor="#eef3fb", color="#3b5b92", fontname="sans-serif"];
  edge [color="#7a869a", fontname="sans-serif", fontsize=9];
  start [shape=point];
  start -> n0;
"""
_LEGEND = """\
`S3/12`: the device does as in S3 where the model is in S12. `D7`: only the device has this state. Bold in the
table, red in the diagram: here device and model differ.
"""


def graphs(learned: Learned) -> dict[str, Graph]:
    """Return what is drawn of a result, by file name: the device, the model, and both in one."""
    about = f"{learned.name} of {learned.target}"
    drawn = {
        "model": of_machine(learned.reference, f"Model {learned.profile}: {learned.name}, computed")
    }
    if learned.device.rows:
        guess = " (a guess; not complete)" if learned.unfinished else ""
        drawn["device"] = of_machine(learned.device, f"Device: {about}, learned{guess}")
        count = len(learned.divergences)
        found = f"{count} differences" if count != 1 else "1 difference"
        drawn["difference"] = of_difference(
            learned.device,
            learned.reference,
            f"{about} and model {learned.profile}: {found if count or guess else 'equal'}{guess}",
        )
    return drawn


def write(learned: Learned, folder: Path) -> tuple[Path, ...]:
    """Write all graphs as `NAME.dot` and `NAME.md`; return the paths. Raises `NotRecorded` when a disk refuses."""
    written = []
    for name, graph in graphs(learned).items():
        for suffix, text in (("dot", dot_text(graph)), ("md", markdown_text(graph))):
            path = folder / f"{name}.{suffix}"
            replace_file(path, text, "choose another --out")
            written.append(path)
    return tuple(written)


def dot_text(graph: Graph) -> str:
    """Return the graph as DOT. Transitions that show nothing and go nowhere are left out."""
    lines = [_HEAD.format(title=_quoted(graph.title))]
    for number, name in enumerate(graph.nodes):
        lines.append(f'  n{number} [label="{name}", tooltip="{_quoted(_way(graph, number))}"];\n')
    for (source, target, wrong), arrows in _bundles(graph).items():
        label = "".join(f"{_quoted(_label(arrow))}\\l" for arrow in arrows)
        style = ', color="#c62828", fontcolor="#c62828", penwidth=2' if wrong else ""
        lines.append(f'  n{source} -> n{target} [label="{label}"{style}];\n')
    return "".join(lines) + "}\n"


def markdown_text(graph: Graph) -> str:
    """Return the graph as Markdown: a Mermaid diagram of where inputs lead, and a table of all that is shown."""
    lines = [f"# {graph.title}", "", "```mermaid", "flowchart TD"]
    lines += [f'  n{number}(("{name}"))' for number, name in enumerate(graph.nodes)]
    for number, ((source, target, wrong), arrows) in enumerate(_bundles(graph).items()):
        names = ", ".join(arrow.name for arrow in arrows).replace('"', "#quot;")
        lines.append(f'  n{source} -->|"{names}"| n{target}')
        lines += [f"  linkStyle {number} stroke:#c62828,color:#c62828"] * wrong
    lines += [
        "```",
        "",
        *_row("state", "reached by", *graph.inputs),
        *_row("---", "---", *("---" for _ in graph.inputs)),
    ]
    for number, name in enumerate(graph.nodes):
        row = graph.row(number)
        cells = (_cell(graph, row[each]) for each in graph.inputs)
        lines += _row(f"**{name}**", _way(graph, number), *cells)
    legend = ["", _LEGEND] if any(arrow.model for arrow in graph.arrows) else [""]
    return "\n".join(lines + legend)


def _bundles(graph: Graph) -> dict[tuple[int, int, bool], list[Arrow]]:
    """Return the transitions that show something or go somewhere, by their ends, those that differ apart."""
    bundles: dict[tuple[int, int, bool], list[Arrow]] = {}
    for arrow in graph.arrows:
        if arrow.model or arrow.source != arrow.target or arrow.output != "nothing":
            bundles.setdefault((arrow.source, arrow.target, bool(arrow.model)), []).append(arrow)
    return bundles


def _way(graph: Graph, node: int) -> str:
    return " · ".join(graph.access[node]) or "start"


def _label(arrow: Arrow) -> str:
    shown = f"{arrow.name} / {arrow.output}"
    return f"{shown}  (model: {arrow.model})" if arrow.model else shown


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _cell(graph: Graph, arrow: Arrow) -> str:
    if arrow.model:
        return f"**{arrow.output}; the model: {arrow.model}**"
    goes = f"→ {graph.nodes[arrow.target]} " if arrow.target != arrow.source else ""
    return f"{goes}{arrow.output if arrow.output != 'nothing' else ''}".strip() or "·"


def _row(*cells: str) -> list[str]:
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"]
