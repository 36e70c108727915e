"""Mealy machines: the smallest one, and where two differ."""

import pytest

from connmgr_hil.learning.graph import of_difference
from connmgr_hil.learning.machine import Divergence, Mealy, divergences, explore, minimal
from connmgr_hil.learning.outputs import Seen, line


def counter(limit: int, wrap: str = "over") -> Mealy:
    """Count `a` up to a limit, then begin anew and say so."""

    def step(at: int, name: str) -> tuple[str, int]:
        if name == "b":
            return "nothing", at
        return ("nothing", at + 1) if at + 1 < limit else (wrap, 0)

    return explore(0, ("a", "b"), step, 100)


def test_states_that_answer_alike_are_one() -> None:
    doubled = explore(
        0, ("a",), lambda at, _: ("over" if at % 3 == 2 else "nothing", (at + 1) % 6), 100
    )
    assert len(doubled.rows) == 6
    assert minimal(doubled) == Mealy(("a",), counter_rows())


def counter_rows() -> tuple[dict[str, tuple[str, int]], ...]:
    return ({"a": ("nothing", 1)}, {"a": ("nothing", 2)}, {"a": ("over", 0)})


def test_equal_machines_have_no_divergence() -> None:
    assert divergences(counter(4), minimal(counter(4))) == ()


def test_the_shortest_word_that_tells_them_apart_comes_first() -> None:
    found = divergences(counter(3), counter(4))
    assert found[0] == Divergence(("a", "a", "a"), (2, 2), "over", "nothing")
    for each in found:
        assert counter(3).answer(each.word)[-1] != counter(4).answer(each.word)[-1]
        assert counter(3).answer(each.word)[:-1] == counter(4).answer(each.word)[:-1]


def test_access_words_lead_to_their_states() -> None:
    machine = counter(5)
    assert machine.access() == ((), *((("a",) * count) for count in range(1, 5)))


def test_too_many_states_are_refused() -> None:
    with pytest.raises(OverflowError, match="more than 10"):
        explore(0, ("a",), lambda at, _: ("nothing", at + 1), 10)


def test_difference_marks_what_differs_and_nothing_else() -> None:
    graph = of_difference(counter(3, "over"), counter(3, "again"), "two")
    assert [
        (each.source, each.name, each.output, each.model) for each in graph.arrows if each.model
    ] == [(2, "a", "over", "again")]
    assert len(graph.arrows) == 6


def test_lines_are_equal_where_zephyr_promises_no_order() -> None:
    seen = [
        Seen(0, "l4", "L4_CONNECTED"),
        Seen(0, "iface", "IF_UP"),
        Seen(0, "call", "calls connect"),
    ]
    assert line(seen) == line(reversed(seen)) == "calls connect, IF_UP, L4_CONNECTED"
    later = [Seen(10, "iface", "IF_DOWN"), Seen(10, "iface", "IF_ADMIN_DOWN")]
    assert line(later) == "IF_DOWN at 1 s, IF_ADMIN_DOWN at 1 s"
    assert line([]) == "nothing"


def test_states_of_the_difference_bear_the_models_numbers() -> None:
    def step(at: int, name: str) -> tuple[str, int]:
        return (
            ("loud", 0)
            if (at, name) == (1, "b")
            else ("nothing", (at + 1) % 3 if name == "a" else at)
        )

    model = explore(0, ("a", "b"), step, 10)
    forgetful = Mealy(model.inputs, (*model.rows[:2], {**model.rows[2], "b": ("nothing", 1)}))
    graph = of_difference(forgetful, model, "one slips back unseen")
    assert graph.nodes[:3] == ("S0", "S1", "S2")
    assert "S1/2" in graph.nodes
