"""The states of a graph, in layers."""

import math
from collections import defaultdict

from .graph import Arrow, Graph
from .svg_text import Piece, escaped

_RADIUS = 21
_ACROSS, _DOWN = 118, 112

_Point = tuple[float, float]


def draw_states(graph: Graph) -> Piece:
    """Return the states and all transitions between them."""
    places, width, height = _places(graph)
    bundles: dict[tuple[int, int], list[Arrow]] = defaultdict(list)
    for arrow in graph.arrows:
        if arrow.source != arrow.target:
            bundles[arrow.source, arrow.target].append(arrow)
    drawn: list[tuple[bool, str]] = []
    for (source, target), arrows in bundles.items():
        tree = any(graph.access[target] == (*graph.access[source], arrow.name) for arrow in arrows)
        drawn.append((tree, _edge(graph, arrows, places[source], places[target], tree)))
    body = "".join(text for _, text in sorted(drawn, key=lambda each: each[0]))
    body += "".join(_node(graph, number, place) for number, place in enumerate(places))
    return Piece(body, width, height)


def _places(graph: Graph) -> tuple[list[_Point], int, int]:
    """Return where each node's middle is; nodes of a layer stand in the order of where they are reached from."""
    layers: dict[int, list[int]] = defaultdict(list)
    for node, word in enumerate(graph.access):
        layers[len(word)].append(node)
    widest = max(len(layer) for layer in layers.values())
    width = max(widest, 2) * _ACROSS
    places: list[_Point] = [(0, 0)] * len(graph.nodes)
    for depth, layer in sorted(layers.items()):
        parents = {
            arrow.target: places[arrow.source][0]
            for arrow in graph.arrows
            if len(graph.access[arrow.source]) == depth - 1
            and graph.access[arrow.target] == (*graph.access[arrow.source], arrow.name)
        }
        layer.sort(key=lambda node, known=parents: (known.get(node, 0.0), node))  # type: ignore[misc]
        room = width / len(layer)
        for position, node in enumerate(layer):
            # Neighbours stand a little higher and lower, so that lines along a layer stay apart.
            shift = 16 * (position % 2) if len(layer) > 2 else 0
            places[node] = (room * (position + 0.5), _RADIUS + 12 + depth * _DOWN + shift)
    return places, width, round(max(y for _, y in places) + _RADIUS + 20)


def _node(graph: Graph, number: int, place: _Point) -> str:
    told = [" · ".join(graph.access[number]) or "start"]
    wrong = [arrow for arrow in graph.row(number).values() if arrow.model]
    kind = "node"
    if "/" in graph.nodes[number]:
        kind += " other"
    if number == 0:
        kind += " first"
    badge = ""
    if wrong:
        kind += " wrong"
        names = ", ".join(arrow.name for arrow in wrong)
        badge = f'<text class="label" x="{place[0]:.0f}" y="{place[1] + _RADIUS + 13:.0f}">{escaped(names)}</text>'
        told += [f"{arrow.name}: {arrow.output} (model: {arrow.model})" for arrow in wrong]
    return (
        f'<g class="{kind}"><title>{escaped(chr(10).join(told))}</title>'
        f'<circle cx="{place[0]:.0f}" cy="{place[1]:.0f}" r="{_RADIUS}"/>'
        f'<text x="{place[0]:.0f}" y="{place[1] + 4:.0f}">{escaped(graph.nodes[number])}</text>'
        f"{badge}</g>\n"
    )


def _edge(graph: Graph, arrows: list[Arrow], start: _Point, end: _Point, tree: bool) -> str:
    path, label = _curve(start, end, 0.0 if tree else 0.16)
    ends = f"{graph.nodes[arrows[0].source]} → {graph.nodes[arrows[0].target]}"
    told = "\n".join(f"{ends}  {arrow.name}: {arrow.output}" for arrow in arrows)
    text = ""
    if tree:
        names = ", ".join(arrow.name for arrow in arrows)
        text = f'<text class="label" x="{label[0]:.0f}" y="{label[1]:.0f}">{escaped(names)}</text>'
    kind, marker = ("edge tree", "tree") if tree else ("edge", "thin")
    return (
        f'<g class="{kind}"><title>{escaped(told)}</title>'
        f'<path d="{path}" marker-end="url(#{marker})"/>{text}</g>\n'
    )


def _curve(start: _Point, end: _Point, bend: float) -> tuple[str, _Point]:
    """Return a line from rim to rim, bent to the right of its direction, and the place of its label."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    middle = ((start[0] + end[0]) / 2 - dy * bend, (start[1] + end[1]) / 2 + dx * bend)
    begin, stop = _rim(start, middle), _rim(end, middle)
    path = (
        f"M{begin[0]:.1f} {begin[1]:.1f}"
        f"Q{middle[0]:.1f} {middle[1]:.1f} {stop[0]:.1f} {stop[1]:.1f}"
    )
    share = 0.56
    label = tuple(
        (1 - share) ** 2 * a + 2 * share * (1 - share) * m + share**2 * b
        for a, m, b in zip(begin, middle, stop, strict=True)
    )
    return path, (label[0], label[1])


def _rim(centre: _Point, towards: _Point) -> _Point:
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    length = math.hypot(dx, dy) or 1.0
    return centre[0] + dx / length * (_RADIUS + 2), centre[1] + dy / length * (_RADIUS + 2)
