"""An answer that the model remembers is the one that it would work out, and memory has an end."""

import random
from functools import cache

import pytest
from hypothesis import given, settings, strategies as st

from connmgr_hil.model import Expire, Model, State
from connmgr_hil.model.kernel import Kernel
from model.commands import LINK_LOCAL, V4, V6, any_iface, sequences
from model.play import Play, world


@cache
def experienced(profile: str, dad: bool) -> Model:
    """Return a model that is asked by all examples, and so knows answers already."""
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


def test_an_equal_state_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model(world())
    [booted] = model.boot()
    once = model.step(booted.state, ("timeout", "1", "5"))
    monkeypatch.setattr(Kernel, "run", lambda _kernel: pytest.fail("worked out again"))
    equal = State(*booted.state)
    assert equal is not booted.state
    assert model.step(equal, ("timeout", "1", "5")) is once


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connmgr_hil.model.step.ANSWERS", 10)
    model = Model(world())
    [booted] = model.boot()
    state: State = booted.state
    for number in range(100):
        [outcome] = model.step(state, ("timeout", "1", str(number)))
        state = outcome.state
        assert state.ifaces[0].timeout == number
        assert len(model._answers) <= 10
        assert len(model._states) <= 12


def test_states_from_before_memory_was_cleared_are_known_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connmgr_hil.model.step.ANSWERS", 3)
    model = Model(world())
    [booted] = model.boot()
    once = model.step(booted.state, ("up", "1"))
    for number in range(5):
        model.step(booted.state, ("timeout", "1", str(number + 1)))
    again = model.step(booted.state, ("up", "1"))
    assert again is not once
    assert again == once
    monkeypatch.setattr(Kernel, "run", lambda _kernel: pytest.fail("worked out again"))
    assert model.step(booted.state, ("up", "1")) is again
