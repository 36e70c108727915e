"""One explanation of the trace so far: a model state, running timers, and moves in progress."""

from collections.abc import Iterator
from typing import NamedTuple

from connmgr_hil.model.observed import Arm, Cancel, Count, Item, Owed, Unpredicted
from connmgr_hil.model.state import State

_OBSERVATIONS = (Owed, Unpredicted)

COUNTERS = ("init", "connect", "disconnect", "set_opt", "get_opt", "attempts", "timeouts")

_COUNTER_PLACES = {counter: place for place, counter in enumerate(COUNTERS)}

OUTSIDE = "outside"
"""The cause of a move without a command: a real iface changed."""


class Clock(NamedTuple):
    """A timer of the model: it runs out between `low` and `high` (device time, microseconds).

    One that is not `certain` may never do so: it was cancelled in the very moment of running out, perhaps too late, or
    the device may have forgotten it.
    """

    slot: str
    low: int
    high: int
    rule: str
    certain: bool = True
    queue: str = ""
    rank: int = 0
    """Its place in that queue: the lowest runs out first."""


class Track(NamedTuple):
    """A move that was begun and has not shown everything yet.

    `command` is the id of the stimulus, or 0 for a timer or the boot. `since` is the time of the last
    thing it showed.
    """

    items: tuple[Item, ...]
    position: int
    command: int
    cause: str
    since: int

    @property
    def head(self) -> Owed | Unpredicted | None:
        """What this move must show next."""
        if self.position >= len(self.items):
            return None
        item = self.items[self.position]
        assert isinstance(item, _OBSERVATIONS)
        return item

    @property
    def is_unseen(self) -> bool:
        """Whether this is a change from outside that has shown nothing yet."""
        return self.cause == OUTSIDE and not any(
            isinstance(item, Owed) for item in self.items[: self.position]
        )

    @property
    def rest(self) -> tuple[Owed, ...]:
        """Everything that this move must still show."""
        return tuple(item for item in self.items[self.position :] if isinstance(item, Owed))


class Hypothesis(NamedTuple):
    """A possible truth. `started` is how many of the stimuli so far have been begun."""

    state: State
    clocks: tuple[Clock, ...]
    tracks: tuple[Track, ...]
    tallies: tuple[int, ...]
    started: int = 0
    gave_up: str = ""
    """Why the model predicts nothing any more: `storm`, `overflow`, or `reset` while that is under way."""
    changed: int = 0
    """How many of the window's changes from outside have begun, or were explained otherwise."""

    def key(self) -> tuple[object, ...]:
        """Return what makes two hypotheses the same."""
        return (
            id(self.state), self.clocks, self.tracks, self.tallies, self.started, self.gave_up,
            self.changed,
        )  # fmt: skip

    @property
    def unpredicted(self) -> bool:
        """Whether anything may happen."""
        return bool(self.gave_up)

    @property
    def rests(self) -> bool:
        """Whether nothing is under way."""
        return not self.tracks

    def tally(self, iface: int, counter: str) -> int:
        """Return how often a counter of the simulated implementation went up."""
        return self.tallies[place_of(Count(iface, counter))]

    def settle(self, track: Track, now: int, jitter: int) -> "Hypothesis":
        """Return this hypothesis with a track put forward to its next observation.

        Timers that it starts on the way run from some moment between the track's last sign and `now` plus `jitter`.
        """
        clocks = self.clocks
        tallies = self.tallies
        position = track.position
        items = track.items
        while position < len(items):
            item = items[position]
            if isinstance(item, _OBSERVATIONS):
                break
            if isinstance(item, Arm):
                clocks = armed(clocks, item, track.since, now + jitter)
            elif isinstance(item, Cancel):
                clocks = tuple(_cancelled(clocks, item.slot, now))
            else:
                place = place_of(item)
                tallies = (*tallies[:place], tallies[place] + 1, *tallies[place + 1 :])
            position += 1
        tracks = self.tracks
        if position < len(items):
            forward = Track(items, position, track.command, track.cause, track.since)
            tracks = (*tracks, forward)
        return Hypothesis(
            self.state, clocks, tracks, tallies, self.started, self.gave_up, self.changed
        )

    def without(self, track: Track) -> "Hypothesis":
        """Return this hypothesis without one of its tracks."""
        rest = tuple(each for each in self.tracks if each is not track)
        return Hypothesis(
            self.state, self.clocks, rest, self.tallies, self.started, self.gave_up, self.changed
        )


def place_of(count: Count) -> int:
    """Return where a counter stands among the tallies."""
    return (count.iface - 1) * len(COUNTERS) + _COUNTER_PLACES[count.counter]


def armed(clocks: tuple[Clock, ...], item: Arm, first: int, last: int) -> tuple[Clock, ...]:
    """Return the clocks after one more was started, or restarted, between two moments."""
    others = [clock for clock in clocks if clock.slot != item.slot]
    if item.forgets and len(others) < len(clocks):
        others = [
            clock._replace(certain=False) if clock.queue == item.queue else clock
            for clock in others
        ]
    fresh = Clock(item.slot, first + item.usec, last + item.usec, item.rule)
    if item.queue:
        ranks = (clock.rank for clock in others if clock.queue == item.queue)
        fresh = fresh._replace(queue=item.queue, rank=1 + max(ranks, default=0))
    return tuple(sorted((*others, fresh)))


def _cancelled(clocks: tuple[Clock, ...], slot: str, now: int) -> Iterator[Clock]:
    """Stop a clock.

    The automation cancels an idle timer in the dispatcher, by when the timer's own event may be queued already.
    """
    for clock in clocks:
        if clock.slot != slot:
            yield clock
        elif slot.startswith("idle:") and clock.low <= now:
            yield clock._replace(certain=False)


def distinct(hypotheses: list[Hypothesis]) -> list[Hypothesis]:
    """Return explanations without those that say the same of all that may come."""
    if len(hypotheses) == 1:
        return hypotheses
    return list({each.key(): each for each in hypotheses}.values())


def without_unseen(hypotheses: list[Hypothesis]) -> list[Hypothesis]:
    """Return explanations without those in which a change is still to be seen whose event was explained otherwise.

    In granted time all that a change shows comes before the reply after it. Where no other is left, they stay.
    """
    shown = [each for each in hypotheses if not any(track.is_unseen for track in each.tracks)]
    return shown or hypotheses
