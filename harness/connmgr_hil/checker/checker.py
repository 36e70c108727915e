"""The checker: follows every internal move that could explain an observation; if none is left, the device fails.

Silence is an observation too: a timer of the model that must have run out, and an event that is owed when
the device answers its next command, are missed. The whole trace is consumed.
"""

from collections import deque
from copy import deepcopy
from dataclasses import replace

from connmgr_hil.model import Model, Models, Profile, World
from connmgr_hil.model.kernel import Heard
from connmgr_hil.model.state import State
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
from connmgr_hil.vocabulary.parsing import normal

from . import life
from .actors import another_acted, as_command, supposed_calls
from .beginnings import booted, rested
from .device_clock import DeviceClock
from .evidence import Damage, Evidence, lacking
from .excuses import excuse
from .explain import Explainer
from .fast_path import follow
from .hypothesis import Hypothesis, distinct, without_unseen
from .idle_time import IdleTime
from .limits import Limits
from .options import Options
from .outside import foreseen, heard, is_of_driver
from .plausibility import malformed, waited
from .rest import Rest
from .search import Search
from .stock import StockJudge
from .verdict import Failure, Verdict
from .waiting import JudgedRecord, Numbered, Timed, Waiting, exchanges

_QUIRKS = {"storm": "REQ-EVT-020", "overflow": "REQ-MON-038"}
_JUDGED = (Stimulus, Reply, EventSeen, CallSeen, StateSeen, Part, Storm)


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
        self._greeting: HelloSeen | None = None
        self._hypotheses: list[Hypothesis] = []
        self._known = False
        self._waiting = Waiting()
        self._clock = DeviceClock()
        self._search: Search | None = None
        self._stock: StockJudge | None = None
        self._race = Rest()
        self._options = Options()
        self._actors: tuple[str, ...] = ()
        self._recent: deque[str] = deque(maxlen=3)

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

    def _take(self, record: JudgedRecord) -> None:
        """Wait with a record until every command that was given has been answered."""
        if isinstance(record, Part) and "name" in record.values:
            return  # a line of the list that 'defects' gives
        if isinstance(record, Stimulus):
            if record.id in self._waiting.unanswered:
                return  # sent again: the same command
            self._hold_clock()
            record = Stimulus(id=record.id, words=normal(record.words))
        if self._waiting.add(self.records, record):
            self._flush()

    def _hear_actor(self, record: ActorCall) -> None:
        """Judge a call of the application as a command that was given as soon as the last ones had been answered."""
        command, reply = as_command(record, self.records)
        if self._waiting.surround(self.records, command, reply):
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
            self._actors = record.actors
            if self._limits_open:
                self.limits = self._told_limits = Limits(late=record.late, jitter=record.jitter)
        elif isinstance(record, HelloSeen):
            self._greeted(record)
        elif isinstance(record, Reset):
            self._greeting = None
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
            self.ended = record.came_to_its_end

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
                since = self.failure.since
                cause = life.failure(record, self.records, self._clock.last, since)
                self.evidence.explain(cause)
                self._unexplained = False

    def _refuse(self, failure: Failure, record: AnyRecord) -> None:
        """Blame the device for a record that the model does not explain, unless something excuses it."""
        if why := excuse(record, self._searching, self._hypotheses):
            self._harm(Damage.DOUBT, f"{why}; otherwise it would be: {failure.lines()[0]}")
        else:
            self.evidence.fail(failure)

    def _died(self, record: Crashed | Stuck | Reset) -> None:
        """Blame the device for its end; what it had not answered by then is not judged."""
        since = " · ".join([*self._recent, *self._waiting.commands()][-3:]) or "boot"
        self.evidence.fail(life.failure(record, self.records, self._clock.last, since))
        self._unexplained = False
        self._forget()

    def _miss(self, complaint: Complaint) -> None:
        """Note that a scenario or test did not reach what it wanted; the model judges what was seen instead."""
        if is_met(complaint):
            return
        idle = self._waiting.idle.hint() if self._clock.is_real else ""
        self.evidence.miss(self.records, complaint.text + idle)

    def _breach(self, breach: Breach) -> None:
        """Blame the device for what only the driver of the run can judge, or the device itself, once all that was seen has been."""
        if not self._waiting.unanswered:
            self._flush()
        self.evidence.fail(
            Failure(
                (breach.requirement,), breach.sentence, self.records, self._clock.last, breach.seen, (), (),
                self._since(), "", kind="breach",
            )
        )  # fmt: skip

    def finish(self, *, cut: bool = False) -> Verdict:
        """Judge what is left and give the verdict; asking again gives the same, and the run may go on.

        `cut` says that the run did not come to its end: nothing is asked for that may only have come too late for it. What came with
        a command that was never answered is not judged, since nobody knows when it began.
        """
        unanswered = bool(self._waiting.unanswered)
        if not unanswered:
            self._flush()
        evidence = self.evidence.copy()
        whole = not (cut or unanswered or evidence.settled)
        if whole and self._known and (failure := self._owed_at_end()):
            evidence.fail(failure)
        why = lacking(met=self.model is not None, unanswered=unanswered, cut=cut)
        if why and not evidence.settled:
            evidence.harm(Damage.CUT, self.records, why)
        elapsed = self._clock.elapsed
        return evidence.verdict(quirks=self.quirks, records=self.records, device_usec=elapsed)

    def states(self) -> list[State]:
        """Return the model states that the device may be in now; none when nothing is known."""
        return [each.state for each in self._hypotheses if not each.unpredicted]

    def remaining(self) -> tuple[int, ...]:
        """Return for each timer of the model how many microseconds it has left, at most."""
        clocks = self._hypotheses[0].clocks if self._hypotheses else ()
        return tuple(max(0, clock.high - self._clock.last) for clock in clocks)

    @property
    def unpredicted(self) -> bool:
        """Whether the device may be in a storm that the model predicted."""
        return any(each.unpredicted for each in self._hypotheses)

    # --- what is known of the device -----------------------------------------------------

    def _greeted(self, hello: HelloSeen) -> None:
        """Take a hello; another one of the same boot says the same."""
        if self._greeting is not None:
            if self._greeting.facts != hello.facts:
                self._harm(Damage.DOUBT, "another device said hello, or it restarted unnoticed")
            return
        self._greeting = hello
        self._flush()
        self._meet(hello)

    def _meet(self, hello: HelloSeen) -> None:
        if hello.facts.nonce == self._nonce:
            return
        self._nonce = hello.facts.nonce
        self._waiting.idle = IdleTime()
        self._options.forget()
        self._clock = DeviceClock(hello.facts, self._clock.elapsed)
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
        self._hypotheses = booted(model, self.limits.jitter) if self._known else []

    def _forget(self) -> None:
        self._known = False
        self._hypotheses = []

    def _rest(self, reply: Reply) -> None:
        """After a `reset` command the device is as after boot."""
        assert self.model is not None
        if reply.status != "0":
            self._harm(Damage.DOUBT, f"the device could not reset itself: {reply.status}")
            return
        self._race.forget()
        commands = len(self._searching.commands)
        self._hypotheses = rested(self.model, self._clock.last, commands)
        self._known = True

    # --- judging a window ----------------------------------------------------------------

    def _flush(self) -> None:
        """Judge the waiting records; when each command began is known from its reply."""
        window = self._waiting.taken()
        closer = heard(self._search.world, window) if self._search else None
        if self._search:
            self._search.heard = closer._replace(changes=()) if closer else None
        if window and self._takes_the_short_way(window):
            return
        unanswered, self._waiting.unanswered = self._waiting.unanswered, set()
        words, replies = exchanges(window)
        if unanswered.intersection(list(words)[:-1]):
            self._harm(Damage.DOUBT, "a command was not answered, though later ones were")
            return
        if self._search:
            commands = self._clock.placed(words, replies)
            stall = self._clock.stall(replies, words)
            limits = replace(self.limits, late=self.limits.late + stall) if stall else self.limits
            self._search.begin(commands, foreseen(self._search.world, window), limits)
        hypotheses = self._hypotheses
        if self.limits.is_exact and self.model is not None and self.model.world.hello.coop:
            hypotheses = without_unseen(hypotheses)
        self._hypotheses = [
            each._replace(started=0, changed=0) if each.started or each.changed else each
            for each in hypotheses
        ]
        if closer and closer.changes and not self.evidence.settled:
            self._judge_twice(window, closer)
        else:
            self._judge_all(window)

    def _judge_all(self, window: list[Numbered]) -> None:
        for number, record in window:
            if self.evidence.settled:
                return
            if isinstance(record, Stimulus):
                if self._search:
                    self._search.given.add(record.id)
                self._recent.append(" ".join(record.words))
            else:
                self._judge(number, record)

    def _judge_twice(self, window: list[Numbered], closer: Heard) -> None:
        """Judge a window in which real ifaces change; if that explains it not, once more with changes in the midst of commands.

        These make for many more ways, and hardly ever matter.
        """
        search, given = self._searching, set(self._searching.given)
        before = self._standing()
        self._judge_all(window)
        if not self.evidence.settled:
            return
        first = self._standing()
        self._restore(before)
        search.given, search.heard = given, closer
        self._judge_all(window)
        if self.failure:
            self._restore(first)

    def _standing(self) -> dict[str, object]:
        """Return what judging changes."""
        kept = ("_clock", "_race", "_options", "_recent", "evidence", "quirks")
        inside = {name: deepcopy(vars(self)[name]) for name in kept}
        return inside | {"_hypotheses": self._hypotheses, "_known": self._known}

    def _restore(self, standing: dict[str, object]) -> None:
        """Go back to where judging stood."""
        vars(self).update(standing)

    def _takes_the_short_way(self, window: list[Numbered]) -> bool:
        """Take the short way through a window, where there is one."""
        search = self._search
        if len(self._hypotheses) != 1 or search is None or not self._known or search.world.reals:
            return False
        since = max(self._clock.last, self._clock.answered)
        after = follow(search, window, self._hypotheses[0], since, self.limits)
        if after is None:
            return False
        (_, command), (_, first), (_, reply) = window[0], window[1], window[-1]
        assert isinstance(command, Stimulus)
        assert isinstance(reply, Reply)
        if self._clock.first is None:
            assert not isinstance(first, Stimulus)
            self._clock.first = first.t
        self._clock.last = self._clock.answered = reply.t
        if not isinstance(first, Reply):
            self._clock.shown = reply.t
        self._recent.append(" ".join(command.words))
        self._hypotheses = [after]
        return True

    def _judge(self, number: int, record: Timed) -> None:
        if self.model is None:
            return
        if self._clock.first is None:
            self._clock.first = record.t
            if self._clock.is_real:
                self._searching.began = record.t
        if isinstance(record, EventSeen | CallSeen):
            self._clock.shown = record.t
        reply = record if isinstance(record, Reply) else None
        words = self._searching.words(reply.id) if reply else ()
        before, now = self._clock.backwards(record.t, reply, words)
        if before != now:
            self._harm(
                Damage.DOUBT,
                f"the device's clock ran backwards at record {number}, from {before / 1e6:.3f} s to {now / 1e6:.3f} s",
            )
            return
        if isinstance(record, Reply) and words[:1] == ("reset",):
            self._rest(record)
            return
        if not self._known:
            return
        if fault := self._senseless(record):
            self._refuse(self._explainer(number, record.t).malformed(record, *fault), record)
            return
        search = self._searching
        if isinstance(record, EventSeen) and is_of_driver(search.world, record.name, record.iface):
            self._clock.driver = record.t
        search.record = number
        frontier = search.expand(self._hypotheses, record.t)
        survivors = search.survivors(frontier, record) or [
            after
            for call in supposed_calls(self._actors, record)
            for after in search.survivors(list(search.supposing(frontier, call, record.t)), record)
        ]
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
        self._hypotheses = distinct(survivors)
        if fault := self._race.judge(search, self._hypotheses[0], record):
            self._refuse(self._explainer(number, record.t).malformed(record, *fault), record)
            return
        reasons = {each.gave_up for each in self._hypotheses}
        if reasons <= _QUIRKS.keys():
            self.quirks.add(_QUIRKS[self._hypotheses[0].gave_up])
        if "manifold" in reasons:
            self.evidence.harm(Damage.DOUBT, number, "more orders are possible than are followed")
        if len(self._hypotheses) > self.limits.hypotheses:
            self._harm(Damage.DOUBT, "too many explanations to follow")

    def _senseless(self, record: Timed) -> tuple[str, str] | None:
        """Return (what differs, what was wanted) for a record that is wrong whatever happened before."""
        world = self._searching.world
        if isinstance(record, Reply):
            words = self._searching.words(record.id)
            if not words:
                return "", "one reply to each command, and none to anything else"
            if kept := self._options.kept_refused(world, words, record):
                return "kept option", f"anything but {kept}, which was refused"
            return waited(world, record, words, self._hypotheses, self._clock.driver)
        return malformed(world, record)

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
        words = {each.id: each.words for each in self._searching.commands}
        late = self._searching.limits.late
        return Explainer(self.model, late, number, t, self._since(), words)

    def _owed_at_end(self) -> Failure | None:
        if any(each.rests or each.unpredicted for each in self._hypotheses):
            return None
        if self._clock.is_real and self._clock.last - self._clock.shown < self.limits.patience:
            return None  # more of it may have come after the end
        return self._explainer(self.records, self._clock.last).silent(self._hypotheses)


def _ends(record: AnyRecord) -> bool:
    """Tell whether a record is the last of a run that came to its end."""
    return isinstance(record, VerdictGiven) and record.came_to_its_end
