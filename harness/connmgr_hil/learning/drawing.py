"""Writes the automata to files: DOT for Graphviz, SVG to look at."""

from pathlib import Path

from connmgr_hil.files import replace_file

from .dot import dot_text
from .graph import Graph, of_difference, of_machine
from .study import Learned
from .svg import svg_text


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
    """Write all graphs as `NAME.dot` and `NAME.svg`; return the paths. Raises `NotRecorded` when a disk refuses."""
    written = []
    for name, graph in graphs(learned).items():
        for suffix, text in (("dot", dot_text(graph)), ("svg", svg_text(graph))):
            path = folder / f"{name}.{suffix}"
            replace_file(path, text, "choose another --out")
            written.append(path)
    return tuple(written)
