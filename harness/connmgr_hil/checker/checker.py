"""The checker: follows every internal move that could explain an observation; if none is left, the device fails.

Silence is an observation too: a timer of the model that must have run out, and an event that is owed when
the device answers its next command, are missed. The whole trace is consumed.
"""

from connmgr_hil.model import Model, Models, Profile, World
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
from connmgr_hil.vocabulary.requirements import requirements

from . import life
from .actors import CHANGING, as_command
from .evidence import Damage, Evidence, lacking
from .following import Following
from .hypothesis import distinct
from .idle_time import IdleTime
from .limits import Limits
from .looks import amid
from .stock import StockJudge
from .supposing import supposed_call
from .verdict import Failure, Verdict
from .waiting import JudgedRecord, Waiting

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
        self._limits = limits or Limits()
        self._limits_open = limits is None
        self._profile = profile
        self.ended = False
        """Whether the record was seen that a run ends with: a trace without it was cut."""
        self.records = 0
        self._unexplained = True
        self._nonce = ""
        self._greeting: HelloSeen | None = None
        self._waiting = Waiting()
        self._stock: StockJudge | None = None
        self._acted = ""
        self._tells_calls = False
        self._following = Following(self._limits)

    # --- feeding -------------------------------------------------------------------------

    @property
    def evidence(self) -> Evidence:
        """The evidence for and against the device so far."""
        return self._following.evidence

    @property
    def quirks(self) -> set[str]:
        """The requirements of class Q and R from which it deviated."""
        return self._following.quirks

    @property
    def model(self) -> Model | None:
        """The model that judges the device, once it has said hello."""
        return self._following.model

    @property
    def limits(self) -> Limits:
        """How exactly times are judged now."""
        return self._following.limits

    @property
    def failure(self) -> Failure | None:
        """The failure of the device, if it has failed so far."""
        return self.evidence.failure

    def feed(self, record: AnyRecord) -> Failure | None:
        """Judge one more record; return the failure, if the device has failed so far."""
        self.records += 1
        self._following.number = self.records
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
        self._tells_calls = True
        if self._following.recent and command.words[0] in CHANGING:
            self._acted = " ".join(command.words)
        if self._waiting.surround(self.records, command, reply):
            self._flush()

    def _hold_clock(self) -> None:
        """Judge exactly from the first command on, where time is granted; while a device boots it may not be."""
        if self.model is None or self.limits.is_exact or not self.model.world.hello.granted:
            return
        self._flush()
        self._following.judge_by(self.limits.granted(self.model.world.hello.ticks))

    def _note(self, record: AnyRecord) -> None:
        """Take a record about the run itself; some of them are not judged."""
        if isinstance(record, Header):
            self._following.actors = record.actors
            if self._limits_open:
                self._limits = Limits(late=record.late, jitter=record.jitter)
                self._following.limits = self._limits
        elif isinstance(record, HelloSeen):
            self._greeted(record)
        elif isinstance(record, Reset):
            self._greeting = None
            if record.expected:
                self._flush()
                self._following.forget()
            else:
                self._died(record)
        elif isinstance(record, Crashed | Stuck):
            self._died(record)
        elif isinstance(record, Lost):
            self._following.harm(
                Damage.LINE, f"frames {record.first:x} to {record.last:x} were lost"
            )
        elif isinstance(record, Foreign):
            self._following.harm(Damage.LINE, record.text)
        elif isinstance(record, Fault):
            self._following.harm(Damage.RIG, f"{record.kind}: {record.message}")
        elif isinstance(record, Quirk):
            self.quirks.add(record.requirement)
        elif isinstance(record, Complaint):
            self._miss(record)
        elif isinstance(record, Breach):
            self._breach(record)
        elif isinstance(record, VerdictGiven):
            self.ended = record.came_to_its_end

    def _hear_why(self, record: AnyRecord) -> None:
        """Blame what stopped in the device for what was missing, if the device says so before anything else is done to it."""
        if isinstance(record, Stimulus) and record.words[0] != "advance":
            self._unexplained = False
        elif self._unexplained and isinstance(record, EventSeen):
            assert self.failure is not None
            if life.was_held_up(record, self.failure):
                self.evidence.explain(life.held_up(record, self.records, self.failure))
                self._unexplained = False
        elif self._unexplained and isinstance(record, Crashed | Stuck):
            assert self.failure is not None
            if life.explains(record, self.failure.kind):
                since = self.failure.since
                cause = life.failure(record, self.records, self._following.clock.last, since)
                self.evidence.explain(cause)
                self._unexplained = False

    def _died(self, record: Crashed | Stuck | Reset) -> None:
        """Blame the device for its end; what it had not answered by then is not judged."""
        since = self._following.since(self._waiting.commands())
        self.evidence.fail(life.failure(record, self.records, self._following.clock.last, since))
        self._unexplained = False
        self._following.forget()

    def _miss(self, complaint: Complaint) -> None:
        """Note that a scenario or test did not reach what it wanted; the model judges what was seen instead."""
        if is_met(complaint):
            return
        idle = self._waiting.idle.hint() if self._following.clock.is_real else ""
        self.evidence.miss(self.records, complaint.text + idle)

    def _breach(self, breach: Breach) -> None:
        """Blame the device for what only the driver of the run can judge, or the device itself, once all that was seen has been."""
        if not self._waiting.unanswered:
            self._flush()
        if self._acted:
            self._following.harm(
                Damage.DOUBT,
                f"the application called '{self._acted}' by itself in the meantime; otherwise it would be: {breach.sentence}",
            )
            return
        known = requirements().get(breach.requirement)
        sentence = known.sentence if known else breach.sentence
        wanted = () if sentence == breach.sentence else (breach.sentence,)
        self.evidence.fail(
            Failure(
                (breach.requirement,), sentence, self.records, self._following.clock.last, breach.seen, wanted, (),
                self._following.since(), "", kind="breach",
            )
        )  # fmt: skip

    def finish(self, *, cut: bool = False) -> Verdict:
        """Judge what is left and give the verdict; calling it again gives the same, and the run may continue.

        `cut` says that the run did not come to its end: what may have come later does not count as missing. What came with
        a command that was never answered is not judged, because its beginning is unknown.
        """
        unanswered = bool(self._waiting.unanswered)
        if not unanswered:
            self._flush()
        evidence = self.evidence.copy()
        whole = not (cut or unanswered or evidence.settled)
        if whole and (failure := self._following.owed()):
            evidence.fail(failure)
        why = lacking(met=self.model is not None, unanswered=unanswered, cut=cut)
        if why and not evidence.settled:
            evidence.harm(Damage.CUT, self.records, why)
        elapsed = self._following.clock.elapsed
        return evidence.verdict(quirks=self.quirks, records=self.records, device_usec=elapsed)

    def states(self) -> list[State]:
        """Return the model states that the device may be in now; none when nothing is known."""
        return [each.state for each in self._following.hypotheses if not each.unpredicted]

    def remaining(self) -> tuple[int, ...]:
        """Return for each timer of the model how many microseconds it has left, at most."""
        clocks = self._following.hypotheses[0].clocks if self._following.hypotheses else ()
        return tuple(max(0, clock.high - self._following.clock.last) for clock in clocks)

    @property
    def unpredicted(self) -> bool:
        """Whether the device may be in a storm that the model predicted."""
        return any(each.unpredicted for each in self._following.hypotheses)

    # --- what is known of the device -----------------------------------------------------

    def _greeted(self, hello: HelloSeen) -> None:
        """Take a hello; another one of the same boot says the same."""
        if self._greeting is not None:
            if self._greeting.facts != hello.facts:
                self._following.harm(
                    Damage.DOUBT, "another device said hello, or it restarted unnoticed"
                )
            return
        self._greeting = hello
        self._flush()
        self._meet(hello)

    def _meet(self, hello: HelloSeen) -> None:
        if hello.facts.nonce == self._nonce:
            return
        self._nonce = hello.facts.nonce
        self._tells_calls = hello.facts.calls
        self._waiting.idle = IdleTime()
        world = World.of(hello.facts, hello.ifaces, self._profile)
        self._following.meet(hello, self._models.of(world), self._limits)
        stock = hello.facts.dialect == "stock"
        self._stock = StockJudge(hello.facts.track) if stock else None

    # --- judging a window ----------------------------------------------------------------

    def _flush(self) -> None:
        """Judge the waiting records, more closely where that alone explains them: it makes for many more ways, and hardly ever matters.

        When the application called is always looked at closely: before what else was done or in the midst of it, both may be true.
        """
        window = self._waiting.taken()
        unanswered, self._waiting.unanswered = self._waiting.unanswered, set()
        look, *closer = looks = self._following.looks(window)
        before = self._following.copy() if closer or self._has_others else self._following
        self._following.judge(look, unanswered)
        explained = not self.evidence.settled
        doubtful = None
        for look in closer:
            if explained and not look.has_calls:
                return
            twin = before.copy()
            twin.judge(look, unanswered)
            if not twin.evidence.settled:
                if explained:
                    twin.hypotheses = distinct([*self._following.hypotheses, *twin.hypotheses])
                self._following = twin
                return
            doubtful = doubtful if twin.evidence.failure else twin
        if explained:
            return
        self._following = doubtful or self._following
        failure = self.failure
        if failure is None:
            return
        if call := amid(looks):
            why = f"the application called '{call}' in the midst of a command"
        elif call := supposed_call(before, looks, failure, told=self._tells_calls):
            why = f"the application may have done '{call}' by itself"
        else:
            return
        self._following = before
        text = f"{why}; otherwise it would be: {failure.lines()[0]}"
        before.evidence.harm(Damage.DOUBT, failure.record, text)
        before.forget()

    @property
    def _has_others(self) -> bool:
        """Whether others than the run may act."""
        return self.model is not None and not self.model.world.is_sample

    @property
    def rules(self) -> set[tuple[str, str]]:
        """The rules of the model that explained something, each with what caused it."""
        search = self._following.search
        return search.rules if search else set()


def _ends(record: AnyRecord) -> bool:
    """Tell whether a record is the last of a run that came to its end."""
    return isinstance(record, VerdictGiven) and record.came_to_its_end
