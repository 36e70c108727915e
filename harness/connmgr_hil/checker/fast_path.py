"""The shortcut for most windows: one explanation, one command, and nothing else that can happen in between.

In such a simple window the search would reach the same result: exactly one way that the model allows shows what
was seen, and then rests. Any other window is left to the search.
"""

import math
from collections.abc import Sequence

from connmgr_hil.model import State, Successor, World
from connmgr_hil.model.commands import is_modelled
from connmgr_hil.model.observed import Arm, Cancel, Count, Item, Owed, Unpredicted
from connmgr_hil.vocabulary.observations import (
    CallSeen,
    EventSeen,
    Part,
    Reply,
    StateSeen,
    Stimulus,
    Storm,
)

from .hypothesis import Hypothesis, armed, place_of
from .limits import CALL_USEC, Limits
from .matching import matches, state_differences
from .plausibility import malformed
from .search import Search, cause_of, counters_fit

SeenRecord = CallSeen | EventSeen | Part | Reply | StateSeen
Window = Sequence[tuple[int, SeenRecord | Stimulus | Storm]]

_MORE = (Stimulus, Reply, Storm)


def follow(
    search: Search, window: Window, each: Hypothesis, since: int, limits: Limits
) -> Hypothesis | None:
    """Return what an explanation becomes by such a window; None if the search must decide.

    `since` is the time up to which everything was judged.
    """
    command, reply = window[0][1], window[-1][1]
    if type(command) is not Stimulus or type(reply) is not Reply or reply.id != command.id:
        return None
    if each.tracks or each.gave_up or not _goes_on(command, reply, since, limits):
        return None
    for clock in each.clocks:
        if clock.low <= reply.t + limits.early:
            return None
    seen = _seen(window, reply)
    if seen is None:
        return None
    outcomes = search.outcomes(each.state, command.words)
    if len(outcomes) >= limits.hypotheses:
        return None
    for outcome in outcomes:
        if type(outcome.items[-1]) is Unpredicted:
            return None
    after = None
    for outcome in outcomes:
        fitting = _fit(search, each, outcome, command, seen, limits)
        if fitting is not None:
            if after is not None:
                return None  # two explanations
            after = fitting
    return after


def _goes_on(command: Stimulus, reply: Reply, since: int, limits: Limits) -> bool:
    """Tell whether time goes on, and the command takes as long as it must and no longer."""
    words = command.words
    if reply.t0 < since or not is_modelled(words):
        return False
    if words[0] == "advance":
        return reply.t >= reply.t0 + int(words[1])
    return reply.t - reply.t0 <= min(CALL_USEC, limits.patience)


def _seen(window: Window, reply: Reply) -> list[SeenRecord] | None:
    """Return what was seen, the reply last, in order of time; None if that is not all there is."""
    seen: list[SeenRecord] = []
    now = reply.t0
    for _, record in window[1:-1]:
        if isinstance(record, _MORE) or record.t < now:
            return None
        now = record.t
        seen.append(record)
    if reply.t < now:
        return None
    seen.append(reply)
    return seen


def _fit(
    search: Search,
    each: Hypothesis,
    outcome: Successor,
    command: Stimulus,
    seen: list[SeenRecord],
    limits: Limits,
) -> Hypothesis | None:
    """Return the explanation after one outcome, if it shows exactly what was seen."""
    world, reply = search.world, seen[-1]
    assert isinstance(reply, Reply)
    cause = cause_of(command.words)
    course = _Course(outcome.items, each, reply.t0, limits.jitter)
    for record in seen:
        head = course.head()
        if head is None:
            return None
        if isinstance(record, StateSeen):
            if head.kind != "reply" or not _stands(world, outcome.state, record):
                return None
            continue
        if not matches(world, head, record):
            return None
        if type(record) is EventSeen:
            if malformed(world, record):
                return None
        elif record is reply and not counters_fit(course.tallies, command.words, reply):
            return None
        search.rules.add((head.rule, cause))
        course.show(record.t)
    if course.head() is not None or course.soonest <= reply.t + limits.early:
        return None
    return Hypothesis(outcome.state, course.clocks, (), course.tallies)


def _stands(world: World, state: State, seen: StateSeen) -> bool:
    """Tell whether a dumped iface is as a state has it."""
    return malformed(world, seen) is None and not state_differences(
        world, state.ifaces[seen.iface - 1], seen
    )


class _Course:
    """An outcome on its way: what it shows next, and the timers and counters that it leaves behind."""

    __slots__ = ("_items", "_jitter", "_now", "_place", "clocks", "soonest", "tallies")

    def __init__(self, items: tuple[Item, ...], each: Hypothesis, now: int, jitter: int) -> None:
        self._items = items
        self._place = 0
        self._now = now
        self._jitter = jitter
        self.clocks = each.clocks
        self.tallies = each.tallies
        self.soonest = math.inf
        """When the first timer may run out that was started on the way."""

    def head(self) -> Owed | None:
        """Return what must be shown next, once all has happened that comes before it; None at the end."""
        items = self._items
        while self._place < len(items):
            item = items[self._place]
            if type(item) is Owed:
                return item
            if type(item) is Count:
                tallies, place = self.tallies, place_of(item)
                self.tallies = (*tallies[:place], tallies[place] + 1, *tallies[place + 1 :])
            elif type(item) is Arm:
                self.soonest = min(self.soonest, self._now + item.usec)
                self.clocks = armed(self.clocks, item, self._now, self._now + self._jitter)
            elif type(item) is Cancel:
                self.clocks = tuple(clock for clock in self.clocks if clock.slot != item.slot)
            self._place += 1
        return None

    def show(self, t: int) -> None:
        """Go on after what had to be shown was seen."""
        self._now = t
        self._place += 1
