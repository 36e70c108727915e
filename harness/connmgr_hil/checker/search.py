"""The search: every internal move that could explain an observation is followed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connmgr_hil.model import Expire, Model, Move, State, Successor
from connmgr_hil.model.commands import is_modelled
from connmgr_hil.model.heard import Called, Heard
from connmgr_hil.model.observed import Count, Item, Owed, Unpredicted
from connmgr_hil.model.real import Unprompted
from connmgr_hil.model.unseen import narrowed
from connmgr_hil.vocabulary.observations import Reply, StateSeen, Storm
from connmgr_hil.vocabulary.stimuli import Words

from .hypothesis import COUNTERS, OUTSIDE, Clock, Hypothesis, Track, place_of
from .limits import CLOCK_SLACK, Limits
from .matching import Observation, matches, state_differences
from .outside import (
    AHEAD_USEC,
    Foreseen,
    is_none_of_ours,
    is_of_driver,
    link_seen,
    settings_seen,
    together,
    ways_seen,
)

STORM_JUDGED = 40
"""Maximum number of steps of a storm that are judged; how a device breaks the storm is not."""


@dataclass
class Given:
    """A stimulus whose beginning is known from its reply.

    `done`: until when timers may run out in the midst of it, where time is real. What it then does to their ifaces it does
    as if they had run out before.
    """

    id: int
    words: Words
    begins: int
    done: int = 0


class Search:
    """Follows hypotheses through the moves of the model, for one window of commands at a time.

    `rules` collects the rules of the model that explained something, each with what caused it. `began` is when the
    device was first seen: its clock may have gone on long before its kernel started, under a boot loader. One whose time is granted
    has none. `limits` may change between two windows.
    """

    def __init__(self, model: Model, limits: Limits) -> None:
        self.world = model.world
        self._model = model
        self.limits = limits
        self.rules: set[tuple[str, str]] = set()
        self.commands: list[Given] = []
        self._words: dict[int, Words] = {}
        self.given: set[int] = set()
        self.record = 0
        self.calls: tuple[Called, ...] = ()
        """What the application called in callbacks in this window."""
        self.heard: Heard | None = None
        """What the window has of unknown ifaces; None if more may come later."""
        self.began = 0
        self._foreseen: list[Foreseen] = []
        self._left = 0

    def begin(self, commands: list[Given], foreseen: list[Foreseen], limits: Limits) -> None:
        """Start on other commands, none of them given yet, with the changes seen beside them and the tolerance for times."""
        self._foreseen = foreseen
        self.limits = limits
        self.commands = commands
        self._words = {each.id: each.words for each in commands}
        self.given = set()
        for each in commands:
            if "disconnect" in each.words:
                self._left = each.begins

    def outcomes(self, state: State, words: Words) -> tuple[Successor, ...]:
        """Return all that the model allows after a command."""
        return self._model.step(state, words, self.heard, self.calls)

    def words(self, ident: int) -> Words:
        """Return the words of a command, none if there is no such command."""
        return self._words.get(ident, ())

    # --- internal moves ------------------------------------------------------------------

    def expand(self, hypotheses: Iterable[Hypothesis], t: int) -> list[Hypothesis]:
        """Return every hypothesis reachable by internal moves up to time t, and still possible at t."""
        limits = self.limits
        horizon = t + limits.early
        reached: list[Hypothesis] = []
        waiting = [each for each in hypotheses if not self._stalled(each, t)]
        seen: set[tuple[object, ...]] = set()
        while waiting:
            each = waiting.pop()
            idle = not any(track.command for track in each.tracks)
            command = self.commands[each.started] if each.started < len(self.commands) else None
            may_start = idle and command is not None and command.id in self.given
            begins = command.begins if command else 0
            done = max(begins, command.done) if command and may_start else 0
            expirable = [
                clock for clock in each.clocks if clock.low <= max(horizon, done + limits.early)
            ]
            change = self._next_foreseen(each, t) if self._foreseen else None
            if not expirable and not change and not (may_start and begins <= t):
                reached.append(each)
                continue
            key = each.key()
            if key in seen:
                continue
            seen.add(key)
            late = any(clock.high + limits.late < t for clock in expirable)
            if not late and not (may_start and begins < t):
                reached.append(each)
            if may_start and begins <= t:
                waiting.extend(self._start(each, begins))
            if change:
                for move, changed in together(self._foreseen, change - 1):
                    waiting.extend(self._change(each, move, changed, t))
            for clock in _in_turn(expirable):
                if not (may_start and done < clock.low - limits.early):
                    waiting.extend(self._expire(each, clock, t))
            if len(seen) > limits.hypotheses:
                break
        return reached

    def _start(self, each: Hypothesis, begins: int) -> Iterable[Hypothesis]:
        command = self.commands[each.started]
        started = each.started + 1
        if command.words[0] == "reset" or each.unpredicted:
            gave_up = each.gave_up or "reset"
            yield Hypothesis(each.state, (), (), each.tallies, started, gave_up, each.changed)
            return
        cause = cause_of(command.words)
        if not is_modelled(command.words):
            anything = (Owed("anything", (), "returns"),)
            track = Track(anything, 0, command.id, cause, begins)
            tracks = (*each.tracks, track)
            yield each._replace(tracks=tracks, started=started)
            return
        for outcome in self._model.step(each.state, command.words, self.heard, self.calls):
            fresh = Hypothesis(
                outcome.state, each.clocks, each.tracks, each.tallies, started, each.gave_up,
                each.changed,
            )  # fmt: skip
            track = Track(outcome.items, 0, command.id, cause, begins)
            yield fresh.settle(track, begins, self.limits.jitter)

    def _next_foreseen(self, each: Hypothesis, t: int) -> int | None:
        """Return how many of the changes will have begun, if the next may begin now."""
        for number in range(each.changed, len(self._foreseen)):
            if self._foreseen[number].record >= self.record:
                return number + 1 if self._foreseen[number].t - AHEAD_USEC <= t else None
        return None

    def _change(self, each: Hypothesis, move: Move, changed: int, t: int) -> Iterable[Hypothesis]:
        for outcome in self._model.step(each.state, move, calls=self.calls):
            fresh = each._replace(state=outcome.state, changed=changed)
            yield fresh.settle(Track(outcome.items, 0, 0, OUTSIDE, t), t, self.limits.jitter)

    def supposing(
        self, hypotheses: Iterable[Hypothesis], words: Words, t: int
    ) -> Iterator[Hypothesis]:
        """Yield what hypotheses become where the application gave a command by itself, unseen, at time t."""
        for each in hypotheses:
            for outcome in self._model.step(each.state, words, self.heard):
                shown = tuple(item for item in outcome.items if not _is_reply(item))
                fresh = each._replace(state=outcome.state)
                yield fresh.settle(Track(shown, 0, 0, words[0], t), t, self.limits.jitter)

    def _expire(self, each: Hypothesis, clock: Clock, now: int) -> Iterable[Hypothesis]:
        """Let a timer run out; what it shows must come before it is too late."""
        also = _with(clock, each.clocks)
        over = {clock.slot, *also}
        clocks = tuple(other for other in each.clocks if other.slot not in over)
        cause = clock.slot.partition(":")[0]
        latest = min(now, clock.high + self.limits.late)
        if not clock.certain:
            yield each._replace(clocks=clocks)
        for outcome in self._model.step(each.state, Expire(clock.slot, also), calls=self.calls):
            fresh = Hypothesis(
                outcome.state, clocks, each.tracks, each.tallies, each.started, each.gave_up,
                each.changed,
            )  # fmt: skip
            track = Track(outcome.items, 0, 0, cause, max(0, clock.low))
            after = fresh.settle(track, latest, 0)
            if latest == now or len(after.tracks) == len(each.tracks):
                yield after

    def _stalled(self, each: Hypothesis, t: int) -> bool:
        """Tell whether something expected should have come long before this time."""
        if not each.tracks:
            return False
        slack = 0 if self.limits.is_exact else CLOCK_SLACK
        patience = self.limits.patience + slack
        late = any(
            isinstance(track.head, Owed)
            and track.head.kind not in ("reply", "anything")
            and not self._waits_for_driver(track)
            and max(track.since, self.began) + patience < t
            for track in each.tracks
        )
        return late and not may_wait(each)

    def _waits_for_driver(self, track: Track) -> bool:
        """Tell whether a real iface's driver may be at work, which takes its time to start and stop.

        How long a command takes is judged by its reply.
        """
        if not self.world.reals:
            return False
        if track.command or (track.cause == "boot" and not track.since):
            return True
        head = track.head
        if not isinstance(head, Owed) or head.kind != "event":
            return False
        _, name, iface, *_ = head.key
        return is_of_driver(self.world, name, iface)

    # --- observations --------------------------------------------------------------------

    def survivors(
        self, frontier: list[Hypothesis], record: Observation | StateSeen | Storm
    ) -> list[Hypothesis]:
        """Return what becomes of the explanations that a record leaves."""
        if isinstance(record, StateSeen):
            return [self.learnt(each, record) for each in frontier if self.state_fits(each, record)]
        if isinstance(record, Storm):
            return [each for each in frontier if each.unpredicted]
        return [after for each in frontier for after in self.match(each, record)]

    def match(self, each: Hypothesis, record: Observation) -> Iterable[Hypothesis]:
        """Yield what a hypothesis becomes by an observation; nothing if it does not explain it."""
        if each.unpredicted or is_none_of_ours(self.world, record):
            yield each
            return
        for track in each.tracks:
            head = track.head
            if _storms(track, record):
                last = track.items[-1]
                assert isinstance(last, Unpredicted)
                yield Hypothesis(
                    each.state, (), (), each.tallies, each.started, last.rule, each.changed
                )
                continue
            assert isinstance(head, Owed)
            if isinstance(record, Reply):
                if track.command != record.id or not self._may_answer(each, track, record):
                    continue
                if head.kind != "anything" and not matches(self.world, head, record):
                    continue
            elif not matches(self.world, head, record):
                continue
            self.rules.add((head.rule, track.cause))
            forward = Track(track.items, track.position + 1, track.command, track.cause, record.t)
            yield each.without(track).settle(forward, record.t, self.limits.jitter)

    def _may_answer(self, each: Hypothesis, track: Track, reply: Reply) -> bool:
        """A reply comes after everything else has come to rest, and its counters must be right."""
        others = [other for other in each.tracks if other is not track and not other.is_unseen]
        if self.world.hello.coop and others:
            return False
        return counters_fit(each.tallies, self.words(track.command), reply)

    def state_fits(self, each: Hypothesis, seen: StateSeen) -> bool:
        """Tell whether a dumped iface is as a hypothesis has it."""
        if each.unpredicted:
            return True
        if any(
            track.rest and track.rest[0].kind not in ("reply", "anything") and not track.is_unseen
            for track in each.tracks
        ):
            return False
        if self._just_changed(seen):
            return True
        iface = each.state.ifaces[seen.iface - 1]
        return not state_differences(self.world, iface, seen)

    def learnt(self, each: Hypothesis, seen: StateSeen) -> Hypothesis:
        """Return a hypothesis with what a dump shows for the first time: as what an iface was found, and with which settings."""
        place = seen.iface - 1
        ways = ways_seen(self.world, each.state.ifaces[place], seen)
        if ways and not each.unpredicted:
            families = self.world.profile.families
            state = narrowed(each.state, seen.iface, ways, families=families)
            each = each._replace(state=self._model.known(state))
        ifaces = each.state.ifaces
        now = settings_seen(ifaces[place], seen)
        if self.world.is_real(seen.iface):
            now = link_seen(self.world.iface(seen.iface), now, seen, self._left)
        if now is ifaces[place] or each.unpredicted:
            return each
        state = each.state._replace(ifaces=(*ifaces[:place], now, *ifaces[place + 1 :]))
        return each._replace(state=self._model.known(state))

    def _just_changed(self, seen: StateSeen) -> bool:
        """Tell whether a real iface changed by itself just before its dump; the dump may show the old state."""
        return any(
            isinstance(each.move, Unprompted)
            and each.move.iface == seen.iface
            and each.record < self.record
            and seen.t - each.t <= AHEAD_USEC
            for each in self._foreseen
        )


def counters_fit(tallies: tuple[int, ...], words: Words, reply: Reply) -> bool:
    """Tell whether the counters in a reply are as the model has them; other replies have none."""
    if len(words) != 2 or words[0] != "sim" or reply.status != "0":
        return True
    iface = int(words[1])
    return all(
        reply.values.get(name) == str(tallies[place_of(Count(iface, name))]) for name in COUNTERS
    )


def _in_turn(expirable: list[Clock]) -> list[Clock]:
    """Return those that may run out next: of each queue only the first."""
    first: dict[str, int] = {}
    for clock in expirable:
        if clock.queue:
            first[clock.queue] = min(clock.rank, first.get(clock.queue, clock.rank))
    if not first:
        return expirable
    return [clock for clock in expirable if not clock.queue or clock.rank == first[clock.queue]]


def _with(clock: Clock, clocks: Iterable[Clock]) -> tuple[str, ...]:
    """Return the slots of those behind a clock in its queue that run out in the same moment."""
    if not clock.queue or not clock.certain:
        return ()
    behind = sorted(
        (other.rank, other.slot)
        for other in clocks
        if (other.queue, other.low, other.high, other.certain)
        == (clock.queue, clock.low, clock.high, True)
        and other.rank > clock.rank
    )
    return tuple(slot for _, slot in behind)


def _is_reply(item: Item) -> bool:
    return isinstance(item, Owed) and item.kind == "reply"


def _storms(track: Track, record: Observation) -> bool:
    """Tell whether a predicted storm may be under way.

    A device that interrupts its storms answers commands in between, in an order of its own.
    """
    if not isinstance(track.items[-1], Unpredicted):
        return False
    return (
        isinstance(track.head, Unpredicted)
        or isinstance(record, Reply)
        or track.position > STORM_JUDGED
    )


def may_wait(each: Hypothesis) -> bool:
    """Tell whether the device may take its time: in a storm, or when its implementation blocks."""
    storms = each.unpredicted or any(
        isinstance(track.items[-1], Unpredicted) for track in each.tracks
    )
    return storms or any(iface.impl.block_ms for iface in each.state.ifaces)


def cause_of(words: Words) -> str:
    """Return the word that names what a command does, looking into `on`."""
    while words[0] == "on":
        words = words[2:]
    return words[0]
