"""The graph to draw: states and transitions, with the differences marked."""

from dataclasses import dataclass

from .machine import Mealy, Word, divergences


@dataclass(frozen=True)
class Arrow:
    """A transition. `model` is what the model shows instead, where that differs."""

    source: int
    target: int
    name: str
    output: str
    model: str = ""


@dataclass(frozen=True)
class Graph:
    """A drawing's content.

    Nodes are numbered from 0; each has a name and a shortest word that leads there. A name with a slash means that device
    and model are in different states.
    """

    title: str
    inputs: Word
    nodes: tuple[str, ...]
    access: tuple[Word, ...]
    arrows: tuple[Arrow, ...]

    def row(self, node: int) -> dict[str, Arrow]:
        """Return the arrows that leave a node, by input."""
        return {arrow.name: arrow for arrow in self.arrows if arrow.source == node}


def of_machine(machine: Mealy, title: str) -> Graph:
    """Return the graph of one machine."""
    arrows = tuple(
        Arrow(state, after, name, output)
        for state, row in enumerate(machine.rows)
        for name, (output, after) in row.items()
    )
    names = tuple(f"S{state}" for state in range(len(machine.rows)))
    return Graph(title, machine.inputs, names, machine.access(), arrows)


def of_difference(device: Mealy, model: Mealy, title: str) -> Graph:
    """Return both machines as one graph: what they share, and where they differ in each shared state.

    States have the model's numbers. `S3/12`: the device does as in S3 where the model is in S12; `D23/7`: it
    is in its 23, to which none of the model's corresponds. An arrow that differs ends where it began: what
    comes after it cannot be compared.
    """
    wrong = {(each.states, each.word[-1]): each for each in divergences(device, model)}
    pairs: dict[tuple[int, int], Word] = {(0, 0): ()}
    order = [(0, 0)]
    for pair in order:  # grows while it is gone through
        for name in device.inputs:
            after = (device.rows[pair[0]][name][1], model.rows[pair[1]][name][1])
            if (pair, name) not in wrong and after not in pairs:
                pairs[after] = (*pairs[pair], name)
                order.append(after)
    numbers = {pair: number for number, pair in enumerate(order)}
    arrows = []
    for pair in order:
        for name in device.inputs:
            output, mine = device.rows[pair[0]][name]
            theirs = model.rows[pair[1]][name][1]
            source = numbers[pair]
            if divergence := wrong.get((pair, name)):
                arrows.append(Arrow(source, source, name, output, divergence.second))
            else:
                arrows.append(Arrow(source, numbers[mine, theirs], name, output))
    names = _names(order)
    return Graph(title, device.inputs, names, tuple(pairs[pair] for pair in order), tuple(arrows))


def _names(pairs: list[tuple[int, int]]) -> tuple[str, ...]:
    """Name pairs of states: those that are first met together, and with no other, correspond."""
    partner: dict[int, int] = {}
    for one, other in pairs:
        if one not in partner and other not in partner.values():
            partner[one] = other
    names = []
    for one, other in pairs:
        mine = f"S{partner[one]}" if one in partner else f"D{one}"
        names.append(mine if partner.get(one) == other else f"{mine}/{other}")
    return tuple(names)
