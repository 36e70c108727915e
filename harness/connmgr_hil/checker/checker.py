"""The checker: every internal move that could explain an observation is followed; none left, failed.

Silence is an observation too: a timer of the model that must have run out, and an event that is owed when
the device answers its next command, are missed. The whole trace is consumed.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from connmgr_hil.model import Expire, Model, Profile, World
from connmgr_hil.model.commands import is_modelled
from connmgr_hil.model.observed import Chaos, Shown
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    Fault,
    HelloSeen,
    Lost,
    Part,
    Reply,
    Reset,
    StateSeen,
    Stimulus,
    Storm,
)
from connmgr_hil.vocabulary.stimuli import Words

from .explain import Explainer
from .hypothesis import COUNTERS, Hypothesis, Track
from .matching import Observation, matches, state_differences
from .verdict import Failure, Outcome, Verdict


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
    judged. The facts of the device, and with them the model, are taken from the hello record.
    """

    def __init__(self, limits: Limits | None = None, profile: Profile | None = None) -> None:
        self.limits = limits or Limits()
        self._profile = profile
        self.model: Model | None = None
        self.failure: Failure | None = None
        self.quirks: set[str] = set()
        self.records = 0
        self._nonce = ""
        self._hypotheses: list[Hypothesis] = []
        self._known = False
        self._doubt = ""
        self._rig = ""
        self._window: list[tuple[int, AnyRecord]] = []
        self._unanswered: set[int] = set()
        self._commands: list[_Command] = []
        self._recent: deque[str] = deque(maxlen=3)
        self._first_t: int | None = None
        self._last_t = 0
        self._elapsed = 0

    # --- feeding -------------------------------------------------------------------------

    def feed(self, record: AnyRecord) -> Failure | None:
        """Judge one more record; return the failure, if there is one by now."""
        self.records += 1
        if self.failure:
            return self.failure
        if isinstance(record, HelloSeen):
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
        elif isinstance(record, Fault):
            self._rig = f"{record.kind}: {record.message}"
        else:
            self._window.append((self.records, record))
            if isinstance(record, Stimulus):
                self._unanswered.add(record.id)
            elif isinstance(record, Reply):
                self._unanswered.discard(record.id)
                if not self._unanswered:
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
        elif self._rig:
            outcome, reason = Outcome.RIG, self._rig
        elif self._doubt or self.model is None or unanswered:
            outcome = Outcome.INCONCLUSIVE
            reason = self._doubt or (
                "a command was not answered" if unanswered else "the trace has no hello record"
            )
        return Verdict(outcome, failure, reason, tuple(sorted(self.quirks)), self.records, elapsed)

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

    def _rest(self) -> None:
        """After a `reset` command the device is as after boot."""
        assert self.model is not None
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
        self._unanswered.clear()
        replies = {record.id: record for _, record in window if isinstance(record, Reply)}
        self._commands = []
        for _, record in window:
            if isinstance(record, Stimulus):
                reply = replies.get(record.id)
                begins = reply.t0 if reply else self._last_t
                self._commands.append(_Command(record.id, record.words, begins))
        self._hypotheses = [
            Hypothesis(each.state, each.clocks, each.tracks, each.tallies, 0, each.chaotic)
            for each in self._hypotheses
        ]
        for number, record in window:
            if self.failure:
                return
            if isinstance(record, Stimulus):
                self._recent.append(" ".join(record.words))
            elif isinstance(record, CallSeen | EventSeen | Part | Reply | StateSeen | Storm):
                self._judge(number, record)

    def _judge(
        self, number: int, record: CallSeen | EventSeen | Part | Reply | StateSeen | Storm
    ) -> None:
        if self._first_t is None:
            self._first_t = record.t
        self._last_t = max(self._last_t, record.t)
        if isinstance(record, Reply) and self._words(record.id)[:1] == ("reset",):
            self._rest()
            return
        if not self._known or self.model is None:
            return
        if (fault := self._malformed(record)) is not None:
            self.failure = self._explainer(number, record.t).malformed(record, fault)
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
        if all(each.chaotic for each in self._hypotheses):
            self.quirks.add("REQ-EVT-020")
        if len(self._hypotheses) > self.limits.hypotheses:
            self._doubt = "too many explanations to follow"
            self._forget()

    def _malformed(self, record: object) -> str | None:
        assert self.model is not None
        ifaces = len(self.model.world.ifaces)
        index = getattr(record, "iface", 0)
        if not 0 <= index <= ifaces or (isinstance(record, CallSeen | StateSeen) and not index):
            return f"an iface from 1 to {ifaces}"
        if isinstance(record, EventSeen) and record.name != "-":
            code = next(
                (code for event, code in self.model.world.codes.items() if event == record.name),
                None,
            )
            if code is None:
                return f"an event of profile {self.model.world.profile.name}"
            if code != record.code:
                return f"event code {code:x} for {record.name}"
        return None

    def _words(self, ident: int) -> Words:
        return next((each.words for each in self._commands if each.id == ident), ())

    # --- internal moves ------------------------------------------------------------------

    def _expand(self, t: int) -> list[Hypothesis]:
        """Return every hypothesis reachable by internal moves up to time t, and still possible at t."""
        limits = self.limits
        reached: list[Hypothesis] = []
        waiting = list(self._hypotheses)
        seen: set[tuple[object, ...]] = set()
        while waiting:
            each = waiting.pop()
            idle = not any(track.command for track in each.tracks)
            may_start = idle and each.started < len(self._commands)
            begins = self._commands[each.started].begins if may_start else 0
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
                    waiting.extend(self._expire(each, clock.slot, max(0, clock.low), t))
            if len(seen) > limits.hypotheses:
                break
        return reached

    def _start(self, each: Hypothesis, begins: int) -> Iterable[Hypothesis]:
        assert self.model is not None
        command = self._commands[each.started]
        started = each.started + 1
        if command.words[0] == "reset" or each.chaotic:
            yield Hypothesis(each.state, (), (), each.tallies, started, chaotic=True)
            return
        cause = cause_of(command.words)
        if not is_modelled(command.words):
            anything = (Shown("anything", (), "returns"),)
            track = Track(anything, 0, command.id, cause, begins)
            yield Hypothesis(each.state, each.clocks, (*each.tracks, track), each.tallies, started)
            return
        for outcome in self.model.step(each.state, command.words):
            fresh = Hypothesis(
                outcome.state, each.clocks, each.tracks, each.tallies, started, each.chaotic
            )
            track = Track(outcome.items, 0, command.id, cause, begins)
            yield fresh.settle(track, begins, self.limits.jitter)

    def _expire(self, each: Hypothesis, slot: str, low: int, now: int) -> Iterable[Hypothesis]:
        assert self.model is not None
        clocks = tuple(clock for clock in each.clocks if clock.slot != slot)
        cause = slot.partition(":")[0]
        for outcome in self.model.step(each.state, Expire(slot)):
            fresh = Hypothesis(
                outcome.state, clocks, each.tracks, each.tallies, each.started, each.chaotic
            )
            yield fresh.settle(Track(outcome.items, 0, 0, cause, low), now, 0)

    # --- observations --------------------------------------------------------------------

    def _match(self, each: Hypothesis, record: Observation) -> Iterable[Hypothesis]:
        assert self.model is not None
        if each.chaotic:
            yield each
            return
        for track in each.tracks:
            head = track.head
            if isinstance(head, Chaos):
                yield Hypothesis(each.state, (), (), each.tallies, each.started, chaotic=True)
                continue
            assert head is not None
            if isinstance(record, Reply):
                if track.command != record.id or not self._may_answer(each, track, record):
                    continue
                if head.kind != "anything" and not matches(self.model.world, head, record):
                    continue
            elif not matches(self.model.world, head, record):
                continue
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
            (name, str(each.tally(iface, name)), reply.values[name])
            for name in COUNTERS
            if name in reply.values and reply.values[name] != str(each.tally(iface, name))
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


def cause_of(words: Words) -> str:
    """Return the word that names what a command does, looking into `on`."""
    while words[0] == "on":
        words = words[2:]
    return words[0]


def _distinct(hypotheses: list[Hypothesis]) -> list[Hypothesis]:
    if len(hypotheses) == 1:
        return hypotheses
    return list({each.key(): each for each in hypotheses}.values())
