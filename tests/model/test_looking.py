"""What a move looked at decides its answer: one that is recalled is the one that would be worked out."""

import random
from functools import cache

import pytest
from hypothesis import given, settings, strategies as st

from connmgr_hil.model import Expire, Model, State
from connmgr_hil.model.kernel import Kernel
from connmgr_hil.model.looking import NO_IFACE, Change, Look, Memory, Way
from connmgr_hil.model.observed import Cancel
from model.commands import LINK_LOCAL, V4, V6, any_iface, sequences
from model.play import Play, world


@cache
def experienced(profile: str, dad: bool) -> Model:
    """Return a model that is asked by all examples, and so knows answers for other states."""
    return Model(world(profile, dad=dad))


@pytest.mark.parametrize(
    ("profile", "dad"),
    [("P34", False), ("P34", True), ("P37", False), ("P43", False), ("P45", True)],
)
@settings(deadline=None, derandomize=True, max_examples=8)
@given(commands=sequences(index=any_iface, addresses=V4 + V6 + LINK_LOCAL), seed=st.integers(0, 99))
def test_what_is_recalled_is_what_would_be_worked_out(
    profile: str, dad: bool, commands: list[str], seed: int
) -> None:
    old = experienced(profile, dad)
    device = Play(world(profile, dad=dad), random.Random(seed).choice)
    for command in commands:
        moves = [tuple(command.split()), *map(Expire, device.clocks)]
        for move in moves:
            fresh = Model(device.world)
            assert old.step(device.state, move) == fresh.step(device.state, move)
        device.do(command)
        if device.stormed:
            break


def test_a_state_that_differs_elsewhere_is_not_worked_out_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = Model(world())
    [booted] = model.boot()
    [other] = model.step(booted.state, ("up", "4"))
    [once] = model.step(booted.state, ("timeout", "1", "5"))
    monkeypatch.setattr(Kernel, "run", lambda _kernel: pytest.fail("worked out again"))
    [again] = model.step(other.state, ("timeout", "1", "5"))
    assert again.items == once.items
    assert again.state.ifaces[0] == once.state.ifaces[0]
    assert again.state.ifaces[3].admin
    assert not once.state.ifaces[3].admin


def test_a_glass_notes_what_is_as_it_was_and_nothing_that_was_written() -> None:
    model = Model(world())
    [booted] = model.boot()
    kernel = Kernel(model.world, booted.state, ())
    before = kernel.iface(1)
    kernel.put(1, admin=True)
    kernel.put_impl(1, delay_ms=7)
    after = kernel.iface(1)
    assert after.admin
    assert after.impl.delay_ms == 7
    assert kernel.notes == {}
    assert not before.admin  # as it was when it was looked at
    assert after.impl.phase == "idle"
    assert kernel.total(0) == 0
    assert kernel.notes == {
        Look(0, "admin"): False, Look(0, "impl.phase"): "idle", Look(NO_IFACE, "counts.0"): 0,
    }  # fmt: skip
    changed = Change.of(kernel.written).applied(booted.state, lambda iface: iface)
    assert changed.ifaces[0] == booted.state.ifaces[0]._replace(
        admin=True, impl=booted.state.ifaces[0].impl._replace(delay_ms=7)
    )
    assert changed.ifaces[1:] == booted.state.ifaces[1:]


def test_a_memory_tells_states_apart_by_what_was_looked_at() -> None:
    model = Model(world())
    [booted] = model.boot()
    [ignored] = model.step(booted.state, ("ignore", "2"))
    memory = Memory()
    assert memory.recall(booted.state) is None
    admin, word = Look(1, "admin"), Look(1, "word")
    first, second = ((Way((Cancel(slot),), Change.of({})),) for slot in ("a", "b"))
    memory.keep({admin: False, word: booted.state.ifaces[1].word}, first)
    assert memory.recall(booted.state) is first
    assert memory.recall(ignored.state) is None
    memory.keep({admin: False, word: ignored.state.ifaces[1].word}, second)
    assert memory.recall(ignored.state) is second
    assert memory.recall(booted.state) is first


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connmgr_hil.model.step.WAYS", 10)
    monkeypatch.setattr("connmgr_hil.model.step.ANSWERS", 10)
    model = Model(world())
    [booted] = model.boot()
    state: State = booted.state
    for number in range(100):
        [outcome] = model.step(state, ("timeout", "1", str(number)))
        state = outcome.state
        assert state.ifaces[0].timeout == number
        assert len(model._answers) <= 10
        assert len(model._states) <= 11
        assert len(model._memories) <= 10
