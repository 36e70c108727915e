"""The checker: every internal move that could explain an observation is followed; none left, failed.

Silence is an observation too: a timer of the model that must have run out, and an event that is owed when
the device answers its next command, are missed. The whole trace is consumed.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from connmgr_hil.model import Expire, Model, Profile, World
from connmgr_hil.model.commands import is_modelled
from connmgr_hil.model.observed import Chaos, Shown
from connmgr_hil.model.state import State
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    Complaint,
    EventSeen,
    Fault,
    Header,
    HelloSeen,
    Lost,
    Part,
    Quirk,
    Reply,
    Reset,
    StateSeen,
    Stimulus,
    Storm,
)
from connmgr_hil.vocabulary.stimuli import Words

from .explain import Explainer
from .hypothesis import COUNTERS, Clock, Hypothesis, Track
from .matching import Observation, matches, state_differences
from .verdict import Failure, Outcome, Verdict

_QUIRKS = {"storm": "REQ-EVT-020", "overflow": "REQ-MON-038"}
STORM_JUDGED = 40
"""So many steps of a storm are judged; what a device does to break it is its own business."""

_Timed = CallSeen | EventSeen | Part | Reply | StateSeen | Storm


WINDOW = 5_000
"""A command whose reply does not come within so many records was never answered."""

CLOCK_SLACK = 1_000_000
"""How far a real clock may read wrong, in microseconds: QEMU's SysTick now and then counts a turn too much."""

CALL_USEC = 100_000
"""An API call takes less than this (REQ-CTL-012, REQ-IMP-010)."""


@dataclass(frozen=True)
class Limits:
    """How exactly times are judged, in microseconds of device time.

    `early` is how much too soon a timer may be (rounding to ticks), `late` how much too late, `jitter` how long a
    step of the device may take that shows nothing by itself. `hypotheses` bounds the work; more of them than
    that makes a run inconclusive.
    """

    early: int = 2_000
    late: int = 500_000
    jitter: int = 50_000
    hypotheses: int = 4_000


@dataclass
class _Command:
    """A stimulus whose beginning is known from its reply."""

    id: int
    words: Words
    begins: int


class Checker:
    """Judges records one after another, as they come or from a file.

    `failure` is set at the first record that no conforming device could have shown; what comes after is not
    judged. The facts of the device, and with them the model, are taken from the hello record, the
    limits from the header if they are not given.
    """

    def __init__(self, limits: Limits | None = None, profile: Profile | None = None) -> None:
        self.limits = limits or Limits()
        self._limits_open = limits is None
        self._profile = profile
        self.model: Model | None = None
        self.failure: Failure | None = None
        self.quirks: set[str] = set()
        self.rules: set[tuple[str, str]] = set()
        """The rules of the model that explained something, each with what caused it."""
        self.records = 0
        self._nonce = ""
        self._hypotheses: list[Hypothesis] = []
        self._known = False
        self._doubt = ""
        self._rig = ""
        self._complaint = ""
        self._window: list[tuple[int, AnyRecord]] = []
        self._unanswered: set[int] = set()
        self._commands: list[_Command] = []
        self._given: set[int] = set()
        self._recent: deque[str] = deque(maxlen=3)
        self._first_t: int | None = None
        self._last_t = 0
        self._answered_t = 0
        self._elapsed = 0

    # --- feeding -------------------------------------------------------------------------

    def feed(self, record: AnyRecord) -> Failure | None:
        """Judge one more record; return the failure, if there is one by now."""
        self.records += 1
        if self.failure:
            return self.failure
        if isinstance(record, Header):
            if self._limits_open:
                self.limits = Limits(late=record.late, jitter=record.jitter)
        elif isinstance(record, HelloSeen):
            self._flush()
            self._meet(record)
        elif isinstance(record, Reset):
            self._flush()
            self._forget()
            if not record.expected and not self.failure:
                self.failure = Failure(
                    (), "The device restarted although nobody asked it to", self.records,
                    self._last_t, f"reset ({record.how})", (), (), self._since(), "",
                )  # fmt: skip
        elif isinstance(record, Lost):
            self._doubt = self._doubt or f"frames {record.first:x} to {record.last:x} were lost"
            self._forget()
        elif isinstance(record, Quirk):
            self.quirks.add(record.requirement)
        elif isinstance(record, Complaint):
            self._complaint = self._complaint or record.text
        elif isinstance(record, Fault):
            self._rig = f"{record.kind}: {record.message}"
        else:
            if isinstance(record, Stimulus):
                if record.id in self._unanswered:
                    return None  # sent again: the same command
                self._unanswered.add(record.id)
            self._window.append((self.records, record))
            if isinstance(record, Reply):
                self._unanswered.discard(record.id)
                if not self._unanswered or len(self._window) > WINDOW:
                    self._flush()
        return self.failure

    def finish(self) -> Verdict:
        """Judge what is left and give the verdict."""
        unanswered = bool(self._unanswered)
        self._flush()
        failure = self.failure
        if failure is None and self._known and not unanswered:
            failure = self._owed_at_end()
        elapsed = self._elapsed + self._last_t - (self._first_t or 0)
        outcome, reason = Outcome.CONFORMS, ""
        if failure:
            outcome = Outcome.FAILS
        elif self._complaint:
            outcome, reason = Outcome.FAILS, self._complaint
        elif self._rig:
            outcome, reason = Outcome.RIG, self._rig
        elif self._doubt or self.model is None or unanswered:
            outcome = Outcome.INCONCLUSIVE
            reason = self._doubt or (
                "a command was not answered" if unanswered else "the trace has no hello record"
            )
        return Verdict(outcome, failure, reason, tuple(sorted(self.quirks)), self.records, elapsed)

    def states(self) -> list[State]:
        """Return the model states that the device may be in now; none when nothing is known."""
        return [each.state for each in self._hypotheses if not each.chaotic]

    def remaining(self) -> tuple[int, ...]:
        """Return for each timer of the model how many microseconds it has left, at most."""
        clocks = self._hypotheses[0].clocks if self._hypotheses else ()
        return tuple(max(0, clock.high - self._last_t) for clock in clocks)

    @property
    def chaotic(self) -> bool:
        """Whether the device may be in a storm that the model predicted."""
        return any(each.chaotic for each in self._hypotheses)

    def doubt(self, reason: str) -> None:
        """Note why the run can no longer conform; a failure seen elsewhere still stands."""
        self._doubt = self._doubt or reason

    # --- what is known of the device -----------------------------------------------------

    def _meet(self, hello: HelloSeen) -> None:
        if hello.facts.nonce == self._nonce:
            return
        self._nonce = hello.facts.nonce
        self._elapsed += self._last_t - (self._first_t or 0)
        self._first_t = None
        self._last_t = self._answered_t = 0
        world = World.of(hello.facts, hello.ifaces, self._profile)
        if self.model is None or self.model.world != world:
            self.model = Model(world)
        self._known = hello.start == "boot"
        self._hypotheses = []
        if self._known:
            tallies = (0,) * (len(COUNTERS) * len(world.ifaces))
            for outcome in self.model.boot():
                fresh = Hypothesis(outcome.state, (), (), tallies)
                track = Track(outcome.items, 0, 0, "boot", 0)
                self._hypotheses.append(fresh.settle(track, 0, self.limits.jitter))

    def _forget(self) -> None:
        self._known = False
        self._hypotheses = []

    def _rest(self, reply: Reply) -> None:
        """After a `reset` command the device is as after boot."""
        assert self.model is not None
        if reply.status != "0":
            self.doubt(f"the device could not reset itself: {reply.status}")
            self._forget()
            return
        state = self.model.rested()
        tallies = [0] * (len(COUNTERS) * len(self.model.world.ifaces))
        for outcome in self.model.boot()[:1]:
            empty = Hypothesis(state, (), (), tuple(tallies))
            shown = [item for item in outcome.items if not isinstance(item, Shown)]
            settled = empty.settle(Track(tuple(shown), 0, 0, "reset", self._last_t), 0, 0)
            started = len(self._commands)
            self._hypotheses = [Hypothesis(state, (), (), settled.tallies, started)]
        self._known = True

    # --- judging a window ----------------------------------------------------------------

    def _flush(self) -> None:
        """Judge the waiting records; when each command began is known from its reply."""
        window, self._window = self._window, []
        unanswered, self._unanswered = self._unanswered, set()
        given = [record.id for _, record in window if isinstance(record, Stimulus)]
        if unanswered.intersection(given[:-1]):
            self.doubt("a command was not answered, though later ones were")
            self._forget()
            return
        replies = {record.id: record for _, record in window if isinstance(record, Reply)}
        words = {record.id: record.words for _, record in window if isinstance(record, Stimulus)}
        # Replies come in the order of execution; a command that was damaged on its way is overtaken.
        self._commands = [
            _Command(ident, words[ident], reply.t0)
            for ident, reply in replies.items()
            if ident in words
        ]
        self._commands += [_Command(i, words[i], self._last_t) for i in given if i not in replies]
        self._hypotheses = [
            Hypothesis(each.state, each.clocks, each.tracks, each.tallies, 0, each.chaos)
            for each in self._hypotheses
        ]
        self._given = set()
        for number, record in window:
            if self.failure:
                return
            if isinstance(record, Stimulus):
                self._given.add(record.id)
                self._recent.append(" ".join(record.words))
            elif isinstance(record, _Timed):
                self._judge(number, record)

    def _judge(self, number: int, record: _Timed) -> None:
        if self.model is None:
            return
        if self._first_t is None:
            self._first_t = record.t
        if self._ran_backwards(number, record):
            return
        self._last_t = max(self._last_t, record.t)
        if isinstance(record, Reply) and self._words(record.id)[:1] == ("reset",):
            self._rest(record)
            return
        if not self._known:
            return
        if fault := self._malformed(record):
            self.failure = self._explainer(number, record.t).malformed(record, *fault)
            return
        frontier = self._expand(record.t)
        if isinstance(record, StateSeen):
            survivors = [each for each in frontier if self._state_fits(each, record)]
        elif isinstance(record, Storm):
            survivors = [each for each in frontier if each.chaotic]
        else:
            survivors = [after for each in frontier for after in self._match(each, record)]
        if not survivors:
            self.failure = self._explainer(number, record.t).explain(
                record, frontier or self._hypotheses
            )
            return
        self._hypotheses = _distinct(survivors)
        if all(each.chaos in _QUIRKS for each in self._hypotheses):
            self.quirks.add(_QUIRKS[self._hypotheses[0].chaos])
        if any(each.chaos == "manifold" for each in self._hypotheses):
            self._doubt = self._doubt or "more orders are possible than are followed"
        if len(self._hypotheses) > self.limits.hypotheses:
            self._doubt = "too many explanations to follow"
            self._forget()

    def _ran_backwards(self, number: int, record: _Timed) -> bool:
        """A clock that jumps back (some emulated timers do) makes every time after it worthless."""
        assert self.model is not None
        slack = 2_000_000 // max(1, self.model.world.hello.ticks)
        before, now = self._last_t, record.t
        if isinstance(record, Reply) and self._words(record.id):
            if record.t0 + slack < self._answered_t:
                before, now = self._answered_t, record.t0
            elif record.t + slack < self._ends(record):
                before, now = self._ends(record), record.t
            self._answered_t = record.t
        if now + slack >= before:
            return False
        self.doubt(
            f"the device's clock ran backwards at record {number}, from {before / 1e6:.3f} s "
            f"to {now / 1e6:.3f} s"
        )
        self._forget()
        self._last_t = record.t
        return True

    def _malformed(self, record: object) -> tuple[str, str] | None:
        """Return (requirement, what was wanted) for a record that is wrong whatever happened before."""
        assert self.model is not None
        ifaces = len(self.model.world.ifaces)
        index = getattr(record, "iface", 0)
        if not 0 <= index <= ifaces or (isinstance(record, CallSeen | StateSeen) and not index):
            return "REQ-EVT-005", f"an iface from 1 to {ifaces}"
        if isinstance(record, EventSeen) and record.name != "-":
            code = next(
                (code for event, code in self.model.world.codes.items() if event == record.name),
                None,
            )
            if code is None:
                return "REQ-EVT-011", f"an event of profile {self.model.world.profile.name}"
            if code != record.code:
                return "REQ-EVT-011", f"event code {code:x} for {record.name}"
        if isinstance(record, Reply):
            if not self._words(record.id):
                return "", "one reply to each command, and none to anything else"
            return self._waited(record)
        return None

    def _ends(self, reply: Reply) -> int:
        """Return the earliest time at which a command can be answered."""
        words = self._words(reply.id)
        return reply.t0 + (int(words[1]) if words[:1] == ("advance",) else 0)

    def _waited(self, reply: Reply) -> tuple[str, str] | None:
        """Return (requirement, what was wanted) when a command that must not wait did."""
        assert self.model is not None
        words = self._words(reply.id)
        slack = 0 if self.model.world.hello.granted else CLOCK_SLACK
        if reply.t - reply.t0 <= CALL_USEC + slack or any(map(_may_wait, self._hypotheses)):
            return None
        if words[0] != "hook" and {"advance", "burst"} & set(words):
            return None
        requirement = "REQ-CTL-012" if cause_of(words) == "connect" else "REQ-EVT-019"
        return requirement, f"'{' '.join(words)}' to return without waiting, in less than 0.1 s"

    def _words(self, ident: int) -> Words:
        return next((each.words for each in self._commands if each.id == ident), ())

    # --- internal moves ------------------------------------------------------------------

    def _expand(self, t: int) -> list[Hypothesis]:
        """Return every hypothesis reachable by internal moves up to time t, and still possible at t."""
        limits = self.limits
        reached: list[Hypothesis] = []
        waiting = [each for each in self._hypotheses if not self._stalled(each, t)]
        seen: set[tuple[object, ...]] = set()
        while waiting:
            each = waiting.pop()
            idle = not any(track.command for track in each.tracks)
            command = self._commands[each.started] if each.started < len(self._commands) else None
            may_start = idle and command is not None and command.id in self._given
            begins = command.begins if command else 0
            expirable = [clock for clock in each.clocks if clock.low - limits.early <= t]
            if not expirable and not (may_start and begins <= t):
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
            for clock in expirable:
                if not (may_start and begins < clock.low - limits.early):
                    waiting.extend(self._expire(each, clock, t))
            if len(seen) > limits.hypotheses:
                break
        return reached

    def _start(self, each: Hypothesis, begins: int) -> Iterable[Hypothesis]:
        assert self.model is not None
        command = self._commands[each.started]
        started = each.started + 1
        if command.words[0] == "reset" or each.chaotic:
            chaos = each.chaos or "reset"
            yield Hypothesis(each.state, (), (), each.tallies, started, chaos)
            return
        cause = cause_of(command.words)
        if not is_modelled(command.words):
            anything = (Shown("anything", (), "returns"),)
            track = Track(anything, 0, command.id, cause, begins)
            yield Hypothesis(each.state, each.clocks, (*each.tracks, track), each.tallies, started)
            return
        for outcome in self.model.step(each.state, command.words):
            fresh = Hypothesis(
                outcome.state, each.clocks, each.tracks, each.tallies, started, each.chaos
            )
            track = Track(outcome.items, 0, command.id, cause, begins)
            yield fresh.settle(track, begins, self.limits.jitter)

    def _expire(self, each: Hypothesis, clock: Clock, now: int) -> Iterable[Hypothesis]:
        """Let a timer run out; what it shows must come before it is too late."""
        assert self.model is not None
        clocks = tuple(other for other in each.clocks if other.slot != clock.slot)
        cause = clock.slot.partition(":")[0]
        latest = min(now, clock.high + self.limits.late)
        if not clock.certain:
            yield replace(each, clocks=clocks)
        for outcome in self.model.step(each.state, Expire(clock.slot)):
            fresh = Hypothesis(
                outcome.state, clocks, each.tracks, each.tallies, each.started, each.chaos
            )
            track = Track(outcome.items, 0, 0, cause, max(0, clock.low))
            after = fresh.settle(track, latest, 0)
            if latest == now or len(after.tracks) == len(each.tracks):
                yield after

    def _stalled(self, each: Hypothesis, t: int) -> bool:
        """Tell whether something is owed that must have been seen long before this time."""
        assert self.model is not None
        if _may_wait(each):
            return False
        slack = 0 if self.model.world.hello.granted else CLOCK_SLACK
        patience = 2 * (self.limits.late + self.limits.jitter) + slack
        return any(
            isinstance(track.head, Shown)
            and track.head.kind not in ("reply", "anything")
            and track.since + patience < t
            for track in each.tracks
        )

    # --- observations --------------------------------------------------------------------

    def _match(self, each: Hypothesis, record: Observation) -> Iterable[Hypothesis]:
        assert self.model is not None
        if each.chaotic:
            yield each
            return
        for track in each.tracks:
            head = track.head
            if _storms(track, record):
                chaos = track.items[-1]
                assert isinstance(chaos, Chaos)
                yield Hypothesis(each.state, (), (), each.tallies, each.started, chaos.rule)
                continue
            assert isinstance(head, Shown)
            if isinstance(record, Reply):
                if track.command != record.id or not self._may_answer(each, track, record):
                    continue
                if head.kind != "anything" and not matches(self.model.world, head, record):
                    continue
            elif not matches(self.model.world, head, record):
                continue
            self.rules.add((head.rule, track.cause))
            forward = track._replace(position=track.position + 1, since=record.t)
            yield each.without(track).settle(forward, record.t, self.limits.jitter)

    def _may_answer(self, each: Hypothesis, track: Track, reply: Reply) -> bool:
        """A reply comes after everything else has come to rest, and its counters must be right."""
        assert self.model is not None
        if self.model.world.hello.coop and len(each.tracks) > 1:
            return False
        words = self._words(track.command)
        if len(words) == 2 and words[0] == "sim" and reply.status == "0":
            return not self.tally_differences(each, int(words[1]), reply)
        return True

    def tally_differences(
        self, each: Hypothesis, iface: int, reply: Reply
    ) -> list[tuple[str, str, str]]:
        """Return (counter, wanted, seen) for each counter that is not as the model has it."""
        return [
            (name, str(each.tally(iface, name)), reply.values.get(name, "missing"))
            for name in COUNTERS
            if reply.values.get(name) != str(each.tally(iface, name))
        ]

    def _state_fits(self, each: Hypothesis, seen: StateSeen) -> bool:
        assert self.model is not None
        if each.chaotic:
            return True
        if any(
            track.rest and track.rest[0].kind not in ("reply", "anything") for track in each.tracks
        ):
            return False
        iface = each.state.ifaces[seen.iface - 1]
        return not state_differences(self.model.world, iface, seen)

    # --- failures ------------------------------------------------------------------------

    def _since(self) -> str:
        return " · ".join(self._recent) or "boot"

    def _explainer(self, number: int, t: int) -> Explainer:
        assert self.model is not None
        return Explainer(
            self.model, self.limits.late, number, t, self._since(), self._commands_words()
        )

    def _commands_words(self) -> dict[int, Words]:
        return {each.id: each.words for each in self._commands}

    def _owed_at_end(self) -> Failure | None:
        if any(each.rests or each.chaotic for each in self._hypotheses):
            return None
        return self._explainer(self.records, self._last_t).silent(self._hypotheses)


def _storms(track: Track, record: Observation) -> bool:
    """Tell whether a predicted storm may be under way.

    A device that breaks its storms lets commands be answered in between, and then the order is its own.
    """
    if not isinstance(track.items[-1], Chaos):
        return False
    return (
        isinstance(track.head, Chaos) or isinstance(record, Reply) or track.position > STORM_JUDGED
    )


def _may_wait(each: Hypothesis) -> bool:
    """Tell whether the device may take its time: in a storm, or when its implementation blocks."""
    storms = each.chaotic or any(isinstance(track.items[-1], Chaos) for track in each.tracks)
    return storms or any(iface.impl.block_ms for iface in each.state.ifaces)


def cause_of(words: Words) -> str:
    """Return the word that names what a command does, looking into `on`."""
    while words[0] == "on":
        words = words[2:]
    return words[0]


def _distinct(hypotheses: list[Hypothesis]) -> list[Hypothesis]:
    if len(hypotheses) == 1:
        return hypotheses
    return list({each.key(): each for each in hypotheses}.values())
