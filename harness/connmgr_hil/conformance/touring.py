"""Generates the tour: commands that take every transition of the model, for each of several themes.

A theme is a small set of commands. The generator explores everything that the model can reach with it; the tour then has every
command in every situation, and every pair of commands in sequence. If these are too many, situations that differ only in
details outside the theme count as one. The result is checked in (`tour.toml`), so that it is the same on every target.

    python -m connmgr_hil.conformance.touring TRACE > harness/connmgr_hil/conformance/tour.toml

The trace says which ifaces there are.
"""

import sys
import textwrap
from collections import deque
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import NamedTuple

from connmgr_hil.model import Model
from connmgr_hil.model.world import World
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.facts import role_indexes
from connmgr_hil.vocabulary.observations import HelloSeen
from connmgr_hil.vocabulary.stimuli import Words

from .imagined import Imagined
from .themes import THEMES, Theme

MOST_SITUATIONS = 4_000
"""A theme that reaches more is too large."""


class _Edge(NamedTuple):
    situation: Hashable
    move: str


def words_of(line: str, letters: dict[str, int]) -> Words:
    """Return a command's words, with iface numbers for letters."""
    return tuple(str(letters.get(word, word)) for word in line.split())


class _Explorer:
    """What is reached by the moves of a theme, and where each of them leads."""

    def __init__(self, worlds: Iterable[World], theme: Theme) -> None:
        self._worlds = [(Model(world), role_indexes(world.hello, world.ifaces)) for world in worlds]
        self._theme = theme
        self.start = self._begun(0)

    def _begun(self, number: int) -> Imagined:
        model, letters = self._worlds[number]
        return Imagined(model).run(words_of(line, letters) for line in self._theme.first)

    def situation(self, device: Imagined) -> Hashable:
        """Return what tells where a device stands, as far as the theme is about it."""
        letters = self._worlds[0][1]
        if self._theme.sight is not None:
            timers = tuple(slot for slot, _ in device.pending)
            return self._theme.sight(device.state, letters), timers
        return device.state._replace(blames=(0, 0, 0)), device.pending

    def after(self, device: Imagined, move: str) -> Imagined:
        """Return the device after a move; the original is unchanged."""
        return device.fork().run([words_of(move, self._worlds[0][1])])


def _graph(explorer: _Explorer, theme: Theme) -> dict[Hashable, dict[str, Hashable]]:
    """Return where each move leads from each situation; those that storm are left out."""
    first = explorer.situation(explorer.start)
    found: dict[Hashable, dict[str, Hashable]] = {first: {}}
    waiting = deque([(first, explorer.start)])
    while waiting:
        situation, device = waiting.popleft()
        for move in theme.moves:
            after = explorer.after(device, move)
            if after.stormy:
                continue
            target = explorer.situation(after)
            found[situation][move] = target
            if target not in found:
                found[target] = {}
                if len(found) > MOST_SITUATIONS:
                    raise OverflowError(
                        f"{theme.name} reaches more than {MOST_SITUATIONS} situations"
                    )
                waiting.append((target, after))
    return found


def tour_of(theme: Theme, worlds: Iterable[World]) -> tuple[str, ...]:
    """Return the commands of a theme's tour, `first` included."""
    explorer = _Explorer(worlds, theme)
    graph = _graph(explorer, theme)
    wanted = {_Edge(each, move) for each, moves in graph.items() for move in moves}
    if theme.pairs:
        goals: set[Hashable] = {
            (edge, move) for edge in wanted for move in graph[graph[edge.situation][edge.move]]
        }
    else:
        goals = {(None, edge.move, edge.situation) for edge in wanted}
    route: list[str] = []
    device, before = explorer.start, None
    while goals:
        way = _way_to_a_goal(graph, explorer.situation(device), before, goals, pairs=theme.pairs)
        if way is None:
            break
        for move in way:
            here = explorer.situation(device)
            goals.discard((before, move) if theme.pairs else (None, move, here))
            before = _Edge(here, move)
            device = explorer.after(device, move)
            route.append(move)
        if device.stormy:
            break
    return (*theme.first, *route)


def _way_to_a_goal(
    graph: dict[Hashable, dict[str, Hashable]],
    situation: Hashable,
    before: _Edge | None,
    goals: set[Hashable],
    *,
    pairs: bool,
) -> list[str] | None:
    """Return the shortest way that ends with something not done yet."""
    waiting: deque[tuple[Hashable, _Edge | None, list[str]]] = deque([(situation, before, [])])
    seen: set[Hashable] = {(situation, before) if pairs else situation}
    while waiting:
        here, last, way = waiting.popleft()
        for move, target in graph.get(here, {}).items():
            goal = (last, move) if pairs else (None, move, here)
            if goal in goals:
                return [*way, move]
            edge = _Edge(here, move)
            key = (target, edge) if pairs else target
            if key not in seen:
                seen.add(key)
                waiting.append((target, edge, [*way, move]))
    return None


def written(themes: Iterable[Theme], worlds: list[World]) -> str:
    """Return the text of `tour.toml`."""
    parts = ["# Made by connmgr_hil.conformance.touring: change themes.py instead.\n"]
    for theme in themes:
        lines = textwrap.wrap(
            " | ".join(each.replace(" ", "\0") for each in tour_of(theme, worlds)), 110,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        text = "\n".join(lines).replace("\0", " ")
        parts.append(
            f'[{theme.name}]\nrequirements = "{theme.requirements}"\ntitle = "{theme.title}"\ncommands = """\n{text}\n"""\n'
        )
    return "\n".join(parts)


def _main(traces: list[str]) -> None:
    worlds = []
    for trace in traces:
        hello = next(each for each in read_records(Path(trace)) if isinstance(each, HelloSeen))
        worlds.append(World.of(hello.facts, hello.ifaces))
    sys.stdout.write(written(THEMES, worlds))


if __name__ == "__main__":
    _main(sys.argv[1:])
