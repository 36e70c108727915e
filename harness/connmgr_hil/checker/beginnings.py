"""What is known about a device that has just started: after a boot, and after the probe's `reset`."""

from connmgr_hil.model import Model
from connmgr_hil.model.observed import Owed

from .hypothesis import COUNTERS, Hypothesis, Track


def booted(model: Model, jitter: int) -> list[Hypothesis]:
    """Return the explanations of a booting device: anything that the model owes during the boot may still come."""
    fresh = [Hypothesis(each.state, (), (), _zeros(model)) for each in model.boot()]
    tracks = [Track(each.items, 0, 0, "boot", 0) for each in model.boot()]
    return [each.settle(track, 0, jitter) for each, track in zip(fresh, tracks, strict=True)]


def rested(model: Model, t: int, commands: int) -> list[Hypothesis]:
    """Return the explanations of a device that has reset itself by `t`, with this many commands in its window.

    It is as after boot, but shows nothing of it; what counts calls has counted those of the boot.
    """
    outcome = model.boot()[0]
    counted = tuple(item for item in outcome.items if not isinstance(item, Owed))
    settled = Hypothesis(outcome.state, (), (), _zeros(model)).settle(
        Track(counted, 0, 0, "reset", t), 0, 0
    )
    return [Hypothesis(state, (), (), settled.tallies, commands) for state in model.rested()]


def _zeros(model: Model) -> tuple[int, ...]:
    return (0,) * (len(COUNTERS) * len(model.world.ifaces))
