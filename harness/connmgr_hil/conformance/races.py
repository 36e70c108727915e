"""Walks in which several threads call the API at once, in an order that a seed decides.

Between races the model judges as in any walk. After a race `checker.rest` judges, until a reset lets the model judge again.
"""

from random import Random
from typing import TYPE_CHECKING

from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.stimuli import TO_BOOT_STATE, Words, race

from .choices import KINDS, Choices, at_once, simple
from .session import Session

if TYPE_CHECKING:
    from .walker import WalkReport

_LEAD_IN = frozenset(
    {
        "up", "down", "connect", "disconnect", "address", "carrier", "dormant", "flag", "timeout", "option", "ignore", "watch",
        "l2", "resend", "bulk", "lose", "fatal", "advance", "elsewhere", "query", "knob",
    }
)  # fmt: skip
"""The commands before a race. Events that contradict `net_if` are left out, because after them the monitor may differ from it."""

_READINESS = ("address", "carrier", "dormant", "up", "down", "ignore", "watch", "l2", "resend")
"""Half of the racing commands change readiness, which the monitor and the callers both write."""

AT_ONCE = 0.3
"""The share of commands before a race that are two commands at once, which the model follows."""

MOST_CHANGES, LONGEST_BOTH = 2, 12
"""At how many locks the two commands swap, and how often."""

MOST_POINTS = 4
FIRST_POINTS, LONGEST = 60, 400
"""The number of points is unknown before the first race, and unlimited in a storm."""


def steps(session: Session, random: Random, steps: int, report: "WalkReport") -> None:
    """Give about this many commands; a race counts as one. Raises `UsageError` if the firmware does not support races."""
    assert session.checker.model is not None
    world = session.checker.model.world
    length = FIRST_POINTS
    end = report.steps + steps
    while report.steps < end:
        few = tuple(random.sample(range(1, len(world.ifaces) + 1), min(2, len(world.ifaces))))
        choices = Choices(world, frozenset(KINDS) - _LEAD_IN, few=few)
        for _ in range(random.randint(2, 10)):
            if not session.checker.unpredicted:
                drawn = random.random() < AT_ONCE and at_once(
                    choices, random, _points(random, LONGEST_BOTH, MOST_CHANGES)
                )
                session.attempt(drawn or choices.draw(random))
                report.steps += 1
        for _ in range(random.randint(1, 4)):
            reply = session.attempt(_race(choices, random, length))
            if reply.values.get("bad") in ("command", "unsupported"):
                raise UsageError(
                    "this firmware cannot let threads race",
                    f"the device answers bad={reply.values['bad']} to 'race'",
                    "build and run the variant 'schedules' of a native platform",
                )
            length = min(int(reply.values.get("points", length)) or FIRST_POINTS, LONGEST)
            session.execute(("state",))
            report.steps += 1
        for words in TO_BOOT_STATE:
            session.execute(words)


def _of_readiness(choices: Choices, random: Random) -> Words | None:
    return KINDS[random.choice(_READINESS)][1](choices, random)


def _points(random: Random, length: int, most: int) -> list[int]:
    return sorted(random.randint(1, length) for _ in range(random.randint(0, most)))


def _race(choices: Choices, random: Random, length: int) -> Words:
    draw = random.choice((simple, _of_readiness))
    drawn = [draw(choices, random) for _ in range(random.randint(2, 6))]
    points = _points(random, length, MOST_POINTS)
    commands = [each for each in drawn if each] or [("resend",)]
    return race(random.getrandbits(32), points, *commands)
