"""The checker: every internal move that could explain an observation is followed; none left, failed.

Silence is an observation too: a timer of the model that must have run out, and an event that is owed when
the device answers its next command, are missed. The whole trace is consumed.
"""

from collections import deque
from dataclasses import replace

from connmgr_hil.model import Model, Models, Profile, World
from connmgr_hil.model.observed import Owed
from connmgr_hil.model.state import State
from connmgr_hil.vocabulary.commands import is_known
from connmgr_hil.vocabulary.expectation import is_met
from connmgr_hil.vocabulary.observations import (
    ActorCall,
    AnyRecord,
    Breach,
    CallSeen,
    Complaint,
    Crashed,
    EventSeen,
    Fault,
    Foreign,
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
    Stuck,
    VerdictGiven,
)
from connmgr_hil.vocabulary.stimuli import Words
from connmgr_hil.vocabulary.wording import say

from . import life
from .actors import another_acted, as_command, is_of_application
from .blame import blamed, sentence_of
from .evidence import Damage, Evidence
from .explain import Explainer
from .fast_path import follow
from .hypothesis import COUNTERS, Hypothesis, Track
from .idle_time import IdleTime
from .limits import Limits
from .outside import foreseen, heard, is_of_driver
from .plausibility import ends, malformed, waited
from .search import Given, Search
from .stock import StockJudge
from .verdict import UNENDED, Failure, Verdict

_QUIRKS = {"storm": "REQ-EVT-020", "overflow": "REQ-MON-038"}
_Timed = CallSeen | EventSeen | Part | Reply | StateSeen | Storm
_TIMED = (Reply, EventSeen, CallSeen, StateSeen, Part, Storm)
_Judged = Stimulus | _Timed
_JUDGED = (Stimulus, Reply, EventSeen, CallSeen, StateSeen, Part, Storm)


WINDOW = 5_000
"""A command whose reply does not come within so many records was never answered."""


class Checker:
    """Judges records one after another, as they come or from a file.

    `failure` is set at the first record that no conforming device could have shown; what comes after is not
    judged. The facts of the device, and with them the model, are taken from the hello record, the
    limits from the header if they are not given. Runs on devices alike go faster when they share `models`.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        profile: Profile | None = None,
        models: Models | None = None,
    ) -> None:
        self._models = models or Models()
        self.limits = self._told_limits = limits or Limits()
        self._limits_open = limits is None
        self._profile = profile
        self.model: Model | None = None
        self.evidence = Evidence()
        self.ended = False
        """Whether the record was seen that a run ends with: a trace without it was cut."""
        self._unexplained = True
        self.quirks: set[str] = set()
        self.records = 0
        self._nonce = ""
        self._hypotheses: list[Hypothesis] = []
        self._known = False
        self._window: list[tuple[int, _Judged]] = []
        self._unanswered: set[int] = set()
        self._idle = IdleTime()
        self._search: Search | None = None
        self._stock: StockJudge | None = None
        self._recent: deque[str] = deque(maxlen=3)
        self._first_t: int | None = None
        self._last_t = 0
        self._answered_t = 0
        self._driver_t = 0
        self._elapsed = 0

    # --- feeding -------------------------------------------------------------------------

    @property
    def failure(self) -> Failure | None:
        """The failure of the device, if there is one by now."""
        return self.evidence.failure

    def feed(self, record: AnyRecord) -> Failure | None:
        """Judge one more record; return the failure, if there is one by now."""
        self.records += 1
        if self.failure:
            self.ended = self.ended or _ends(record)
            self._hear_why(record)
            return self.failure
        if isinstance(record, _JUDGED):
            self._take(record)
        elif isinstance(record, ActorCall):
            self._hear_actor(record)
        else:
            self._note(record)
        if self._stock is not None:
            if failure := self._stock.judge(self.records, record):
                self.evidence.fail(failure)
            elif self._stock.damage:
                self.evidence.harm(Damage.LINE, self.records, self._stock.damage)
        return self.failure

    def _take(self, record: _Judged) -> None:
        """Wait with a record until every command that was given has been answered."""
        if isinstance(record, Part) and "name" in record.values:
            return  # a line of the list that 'defects' gives
        if isinstance(record, Stimulus):
            if record.id in self._unanswered:
                return  # sent again: the same command
            self._hold_clock()
            self._unanswered.add(record.id)
        self._window.append((self.records, record))
        if isinstance(record, Reply):
            self._idle = self._idle.replied(record)
            self._unanswered.discard(record.id)
            if not self._unanswered or len(self._window) > WINDOW:
                self._flush()

    def _hear_actor(self, record: ActorCall) -> None:
        """Judge a call of the application as a command that was given as soon as the last ones had been answered."""
        command, reply = as_command(record, self.records)
        self._window.insert(0, (self.records, command))
        self._window.append((self.records, reply))
        if not self._unanswered:
            self._flush()

    def _hold_clock(self) -> None:
        """Judge exactly from the first command on, where time is granted; while a device boots it may not be."""
        if self.model is None or self.limits.is_exact or not self.model.world.hello.granted:
            return
        self._flush()
        self.limits = self._searching.limits = self.limits.granted(self.model.world.hello.ticks)

    def _note(self, record: AnyRecord) -> None:
        """Take what is known of the run beside what the device showed; some records tell nothing that is judged."""
        if isinstance(record, Header):
            if self._limits_open:
                self.limits = self._told_limits = Limits(late=record.late, jitter=record.jitter)
        elif isinstance(record, HelloSeen):
            self._flush()
            self._meet(record)
        elif isinstance(record, Reset):
            if record.expected:
                self._flush()
                self._forget()
            else:
                self._died(record)
        elif isinstance(record, Crashed | Stuck):
            self._died(record)
        elif isinstance(record, Lost):
            self._harm(Damage.LINE, f"frames {record.first:x} to {record.last:x} were lost")
        elif isinstance(record, Foreign):
            self._harm(Damage.LINE, record.text)
        elif isinstance(record, Fault):
            self._harm(Damage.RIG, f"{record.kind}: {record.message}")
        elif isinstance(record, Quirk):
            self.quirks.add(record.requirement)
        elif isinstance(record, Complaint):
            self._miss(record)
        elif isinstance(record, Breach):
            self._breach(record)
        elif isinstance(record, VerdictGiven):
            self.ended = _ends(record)

    def _harm(self, damage: Damage, text: str) -> None:
        """Note a damage: from here on nothing is certain."""
        self.evidence.harm(damage, self.records, text)
        self._forget()

    def _hear_why(self, record: AnyRecord) -> None:
        """Blame what stopped in the device for what was missing, if the device says so before anything else is done to it."""
        if isinstance(record, Stimulus) and record.words[0] != "advance":
            self._unexplained = False
        elif self._unexplained and isinstance(record, Crashed | Stuck):
            assert self.failure is not None
            if life.explains(record, self.failure.kind):
                self.evidence.explain(self._end_of(record, self.failure.since))
                self._unexplained = False

    def _refuse(self, failure: Failure, record: AnyRecord) -> None:
        """Blame the device for a record that the model does not explain, unless it was not told what the model thinks.

        That is so where the model does not know a command, and where the probe, perhaps an older one, does not.
        """
        strange = [each.words for each in self._searching.commands if not is_known(each.words)]
        if strange:
            why = f"no model knows what '{' '.join(strange[0])}' does"
        elif isinstance(record, Reply) and "bad" in record.values:
            said = " ".join(self._searching.words(record.id))
            why = f"the device did not understand '{said}': bad={record.values['bad']}"
        elif any(iface.impl.block_ms for each in self._hypotheses for iface in each.state.ifaces):
            why = "an implementation that blocks (block_ms) makes others wait, which the model does not follow"
        else:
            self.evidence.fail(failure)
            return
        self._harm(Damage.DOUBT, f"{why}; otherwise it would be: {failure.lines()[0]}")

    def _died(self, record: Crashed | Stuck | Reset) -> None:
        """Blame the device for its end; what it had not answered by then is not judged."""
        given = [" ".join(each.words) for _, each in self._window if isinstance(each, Stimulus)]
        since = " · ".join([*self._recent, *given][-3:]) or "boot"
        self.evidence.fail(self._end_of(record, since))
        self._unexplained = False
        self._forget()

    def _end_of(self, record: Crashed | Stuck | Reset, since: str) -> Failure:
        requirements = blamed(life.kind_of(record))
        t = self._last_t if isinstance(record, Reset) else record.t or self._last_t
        said = say(record)
        return Failure(
            requirements, sentence_of(requirements), self.records, t, said.line(), (), (), since,
            "\n".join(said.more), kind=life.kind_of(record),
        )  # fmt: skip

    def _miss(self, complaint: Complaint) -> None:
        """Note that a scenario or test did not reach what it wanted; the model judges what was seen instead."""
        if is_met(complaint):
            return
        text = complaint.text
        if self._time_is_real and self._idle.usec:
            text += (
                f"\n  {self._idle.usec / 1e3:.0f} ms of device time passed between commands though nobody asked for it"
                "\n  next: run it again, with a host and a line that are less busy"
            )
        self.evidence.miss(self.records, text)

    def _breach(self, breach: Breach) -> None:
        """Blame the device for what only the driver of the run can judge, once all that was seen has been."""
        self._flush()
        self.evidence.fail(
            Failure(
                (breach.requirement,), breach.sentence, self.records, self._last_t, breach.seen, (), (),
                self._since(), "", kind="breach",
            )
        )  # fmt: skip

    def finish(self, *, cut: bool = False) -> Verdict:
        """Judge what is left and give the verdict; asking again gives the same, and the run may go on.

        `cut` says that the run did not come to its end: nothing is asked for that may only have come too late for it. What came with
        a command that was never answered is not judged, since nobody knows when it began.
        """
        unanswered = bool(self._unanswered)
        if not unanswered:
            self._flush()
        evidence = self.evidence.copy()
        whole = not (cut or unanswered or evidence.settled)
        if whole and self._known and (failure := self._owed_at_end()):
            evidence.fail(failure)
        if not evidence.settled and (lacking := self._lacking(unanswered=unanswered, cut=cut)):
            evidence.harm(Damage.CUT, self.records, lacking)
        elapsed = self._elapsed + self._last_t - (self._first_t or 0)
        return evidence.verdict(quirks=self.quirks, records=self.records, device_usec=elapsed)

    def _lacking(self, *, unanswered: bool, cut: bool) -> str:
        """Return what a run lacks at its end, empty if it is whole."""
        if self.model is None:
            return "the trace has no hello record"
        if unanswered:
            return "a command was not answered"
        return (
            "the trace was cut: its last record, which says how the run ended, is missing"
            if cut
            else ""
        )

    def states(self) -> list[State]:
        """Return the model states that the device may be in now; none when nothing is known."""
        return [each.state for each in self._hypotheses if not each.unpredicted]

    def remaining(self) -> tuple[int, ...]:
        """Return for each timer of the model how many microseconds it has left, at most."""
        clocks = self._hypotheses[0].clocks if self._hypotheses else ()
        return tuple(max(0, clock.high - self._last_t) for clock in clocks)

    @property
    def unpredicted(self) -> bool:
        """Whether the device may be in a storm that the model predicted."""
        return any(each.unpredicted for each in self._hypotheses)

    # --- what is known of the device -----------------------------------------------------

    def _meet(self, hello: HelloSeen) -> None:
        if hello.facts.nonce == self._nonce:
            return
        self._nonce = hello.facts.nonce
        self._idle = IdleTime()
        self._elapsed += self._last_t - (self._first_t or 0)
        self._first_t = None
        self._last_t = self._answered_t = self._driver_t = 0
        if self.model is not None and self.model.world.hello.build != hello.facts.build:
            other = self.model.world.hello.build
            self._harm(
                Damage.DOUBT, f"one trace with devices of 2 builds: {other}, {hello.facts.build}"
            )
        if why := hello.facts.unforeseen:
            self._harm(Damage.DOUBT, f"not supported: {why}")
        world = World.of(hello.facts, hello.ifaces, self._profile)
        model = self._models.of(world)
        if self.model is not model:
            self.model = model
            self._search = Search(model, self.limits)
        self._searching.began = 0
        self.limits = self._searching.limits = self._told_limits
        stock = hello.facts.dialect == "stock"
        self._stock = StockJudge(hello.facts.track) if stock else None
        self._known = hello.start == "boot" and not stock and not self.evidence.settled
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
            self._harm(Damage.DOUBT, f"the device could not reset itself: {reply.status}")
            return
        tallies = [0] * (len(COUNTERS) * len(self.model.world.ifaces))
        for outcome in self.model.boot()[:1]:
            empty = Hypothesis(outcome.state, (), (), tuple(tallies))
            shown = [item for item in outcome.items if not isinstance(item, Owed)]
            settled = empty.settle(Track(tuple(shown), 0, 0, "reset", self._last_t), 0, 0)
            started = len(self._searching.commands)
            self._hypotheses = [
                Hypothesis(state, (), (), settled.tallies, started) for state in self.model.rested()
            ]
        self._known = True

    # --- judging a window ----------------------------------------------------------------

    def _flush(self) -> None:
        """Judge the waiting records; when each command began is known from its reply."""
        window, self._window = self._window, []
        if self._search:
            self._search.heard = heard(self._search.world, window)
        if window and self._passes_calmly(window):
            return
        unanswered, self._unanswered = self._unanswered, set()
        given = [record.id for _, record in window if isinstance(record, Stimulus)]
        if unanswered.intersection(given[:-1]):
            self._harm(Damage.DOUBT, "a command was not answered, though later ones were")
            return
        replies = {record.id: record for _, record in window if isinstance(record, Reply)}
        words = {record.id: record.words for _, record in window if isinstance(record, Stimulus)}
        # Replies come in the order of execution; a command that was damaged on its way is overtaken.
        commands = [
            Given(ident, words[ident], reply.t0, self._done(words[ident], reply))
            for ident, reply in replies.items()
            if ident in words
        ]
        commands += [Given(i, words[i], self._last_t) for i in given if i not in replies]
        if self._search:
            stall = self._stall(replies, words)
            limits = replace(self.limits, late=self.limits.late + stall) if stall else self.limits
            self._search.begin(commands, foreseen(self._search.world, window), limits)
        self._hypotheses = [
            each._replace(started=0, befallen=0) if each.started or each.befallen else each
            for each in self._hypotheses
        ]
        for number, record in window:
            if self.evidence.settled:
                return
            if isinstance(record, Stimulus):
                if self._search:
                    self._search.given.add(record.id)
                self._recent.append(" ".join(record.words))
            else:
                self._judge(number, record)

    def _stall(self, replies: dict[int, Reply], words: dict[int, Words]) -> int:
        """Return for how long the device may have stood still, in microseconds of its own time.

        An emulator on a busy host does not run its CPU at times, though its clock goes on; then its waits end as late as its timers.
        """
        if not self._time_is_real:
            return 0
        before = self._answered_t or None
        longest = 0
        for ident, reply in replies.items():
            over = reply.t - ends(reply, words[ident]) if "advance" in words.get(ident, ()) else 0
            gap = reply.t0 - before if before is not None else 0
            longest = max(longest, over, gap)
            before = reply.t
        return longest

    def _done(self, words: Words, reply: Reply) -> int:
        """Return until when timers may run out in the midst of a command, if that is of any length."""
        return reply.t if self._time_is_real and "advance" not in words else 0

    def _passes_calmly(self, window: list[tuple[int, _Judged]]) -> bool:
        """Take the short way through a window, where there is one."""
        search = self._search
        if len(self._hypotheses) != 1 or search is None or not self._known or search.world.reals:
            return False
        since = max(self._last_t, self._answered_t)
        after = follow(search, window, self._hypotheses[0], since, self.limits)
        if after is None:
            return False
        (_, command), (_, first), (_, reply) = window[0], window[1], window[-1]
        assert isinstance(command, Stimulus)
        assert isinstance(reply, Reply)
        if self._first_t is None:
            assert not isinstance(first, Stimulus)
            self._first_t = first.t
        self._last_t = self._answered_t = reply.t
        self._recent.append(" ".join(command.words))
        self._hypotheses = [after]
        return True

    def _judge(self, number: int, record: _Timed) -> None:
        if self.model is None:
            return
        if self._first_t is None:
            self._first_t = record.t
            if self._time_is_real:
                self._searching.began = record.t
        if self._ran_backwards(number, record):
            return
        self._last_t = max(self._last_t, record.t)
        if isinstance(record, Reply) and self._searching.words(record.id)[:1] == ("reset",):
            self._rest(record)
            return
        if not self._known:
            return
        if fault := self._senseless(record):
            self._refuse(self._explainer(number, record.t).malformed(record, *fault), record)
            return
        search = self._searching
        if isinstance(record, EventSeen) and is_of_driver(search.world, record.name, record.iface):
            self._driver_t = record.t
        search.record = number
        frontier = search.expand(self._hypotheses, record.t)
        if isinstance(record, StateSeen):
            survivors = [
                search.learnt(each, record) for each in frontier if search.state_fits(each, record)
            ]
        elif isinstance(record, Storm):
            survivors = [each for each in frontier if each.unpredicted]
        else:
            survivors = [after for each in frontier for after in search.match(each, record)]
        if not survivors:
            if isinstance(record, EventSeen) and (
                another := another_acted(search.world, record.name, record.iface, frontier)
            ):
                self.evidence.harm(Damage.DOUBT, number, another)
                self._forget()
                return
            explainer = self._explainer(number, record.t)
            self._refuse(explainer.explain(record, frontier or self._hypotheses), record)
            return
        self._hypotheses = _distinct(survivors)
        chaos = {each.chaos for each in self._hypotheses}
        if chaos <= _QUIRKS.keys():
            self.quirks.add(_QUIRKS[self._hypotheses[0].chaos])
        if "manifold" in chaos:
            self.evidence.harm(Damage.DOUBT, number, "more orders are possible than are followed")
        if len(self._hypotheses) > self.limits.hypotheses:
            self._harm(Damage.DOUBT, "too many explanations to follow")

    def _ran_backwards(self, number: int, record: _Timed) -> bool:
        """A clock that jumps back (some emulated timers do) makes every time after it worthless."""
        assert self.model is not None
        slack = 2_000_000 // max(1, self.model.world.hello.ticks)
        before, now = self._last_t, record.t
        words = self._searching.words(record.id) if isinstance(record, Reply) else ()
        # The application calls while a command of the run may still go on.
        if isinstance(record, Reply) and words and not is_of_application(record.id):
            if record.t0 + slack < self._answered_t:
                before, now = self._answered_t, record.t0
            elif record.t + slack < ends(record, words):
                before, now = ends(record, words), record.t
            self._answered_t = record.t
        if now + slack >= before:
            return False
        self._harm(
            Damage.DOUBT,
            f"the device's clock ran backwards at record {number}, from {before / 1e6:.3f} s to {now / 1e6:.3f} s",
        )
        self._last_t = record.t
        return True

    def _senseless(self, record: _Timed) -> tuple[str, str] | None:
        """Return (what differs, what was wanted) for a record that is wrong whatever happened before."""
        world = self._searching.world
        if isinstance(record, Reply):
            words = self._searching.words(record.id)
            if not words:
                return "", "one reply to each command, and none to anything else"
            return waited(world, record, words, self._hypotheses, self._driver_t)
        return malformed(world, record)

    @property
    def _time_is_real(self) -> bool:
        """Whether the device's time passes by itself, once the device is known."""
        return self.model is not None and not self.model.world.hello.granted

    @property
    def _searching(self) -> Search:
        assert self._search is not None
        return self._search

    @property
    def rules(self) -> set[tuple[str, str]]:
        """The rules of the model that explained something, each with what caused it."""
        return self._search.rules if self._search else set()

    # --- failures ------------------------------------------------------------------------

    def _since(self) -> str:
        return " · ".join(self._recent) or "boot"

    def _explainer(self, number: int, t: int) -> Explainer:
        assert self.model is not None
        return Explainer(
            self.model,
            self._searching.limits.late,
            number,
            t,
            self._since(),
            self._commands_words(),
        )

    def _commands_words(self) -> dict[int, Words]:
        return {each.id: each.words for each in self._searching.commands}

    def _owed_at_end(self) -> Failure | None:
        if any(each.rests or each.unpredicted for each in self._hypotheses):
            return None
        return self._explainer(self.records, self._last_t).silent(self._hypotheses)


def _ends(record: AnyRecord) -> bool:
    """Tell whether a record is the last of a run that came to its end."""
    return isinstance(record, VerdictGiven) and not record.verdict.startswith(UNENDED)


def _distinct(hypotheses: list[Hypothesis]) -> list[Hypothesis]:
    if len(hypotheses) == 1:
        return hypotheses
    return list({each.key(): each for each in hypotheses}.values())
