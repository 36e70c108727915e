"""Follows a device through what it shows: every state of the model that explains all of it so far."""

from collections import deque
from collections.abc import Iterable
from copy import copy, deepcopy
from dataclasses import replace

from connmgr_hil.model import Model
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    HelloSeen,
    Reply,
    Stimulus,
)
from connmgr_hil.vocabulary.stimuli import Words

from .actors import another_acted, supposed_calls
from .beginnings import booted, rested
from .device_clock import DeviceClock
from .evidence import Damage, Evidence
from .excuses import excuse
from .explain import Explainer
from .fast_path import follow
from .hypothesis import Hypothesis, distinct, without_unseen
from .limits import Limits
from .looks import Look, closer_looks
from .option_values import OptionValues
from .outside import Foreseen, foreseen, heard, is_of_driver
from .plausibility import malformed, waited
from .rest import Rest
from .search import Search
from .verdict import Failure
from .waiting import Numbered, Timed, exchanges

_QUIRKS = {"storm": "REQ-EVT-020", "overflow": "REQ-MON-038"}


class Following:
    """What is known of a device, judged by one window of records after another.

    `known` says that its state is known: `hypotheses` are those states that explain all that was seen. `number` is the place of the
    newest record in the trace. A `copy` goes on by itself.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.evidence = Evidence()
        self.quirks: set[str] = set()
        self.number = 0
        self.actors: tuple[str, ...] = ()
        self.model: Model | None = None
        self.search: Search | None = None
        self.hypotheses: list[Hypothesis] = []
        self.known = False
        self.clock = DeviceClock()
        self.rest = Rest()
        self.option_values = OptionValues()
        self.recent: deque[str] = deque(maxlen=3)

    def copy(self) -> "Following":
        """Return what judges on apart from this one; only what the model remembers is shared."""
        twin = copy(self)
        twin.evidence = self.evidence.copy()
        twin.quirks = set(self.quirks)
        twin.search = copy(self.search)
        twin.clock = copy(self.clock)
        twin.rest = deepcopy(self.rest)
        twin.option_values = deepcopy(self.option_values)
        twin.recent = self.recent.copy()
        return twin

    # --- what is known of the device -----------------------------------------------------

    def meet(self, hello: HelloSeen, model: Model, limits: Limits) -> None:
        """Turn to a device that has just said hello."""
        self.clock = DeviceClock(hello.facts, self.clock.elapsed)
        self.option_values.forget()
        if self.model is not None and self.model.world.hello.build != hello.facts.build:
            other = self.model.world.hello.build
            self.harm(
                Damage.DOUBT, f"one trace with devices of 2 builds: {other}, {hello.facts.build}"
            )
        if why := hello.facts.unforeseen:
            self.harm(Damage.DOUBT, f"not supported: {why}")
        if self.model is not model or self.search is None:
            self.model = model
            self.search = Search(model, limits)
        self.search.began = 0
        self.limits = self.search.limits = limits
        stock = hello.facts.dialect == "stock"
        self.known = hello.start == "boot" and not stock and not self.evidence.settled
        self.hypotheses = booted(model, limits.jitter) if self.known else []

    def judge_by(self, limits: Limits) -> None:
        """Judge times by other limits from here on."""
        self.limits = self._searching.limits = limits

    def forget(self) -> None:
        """Take nothing for certain any more, until the device is reset."""
        self.known = False
        self.hypotheses = []

    def harm(self, damage: Damage, text: str) -> None:
        """Note a damage: from here on nothing is certain."""
        self.evidence.harm(damage, self.number, text)
        self.forget()

    def since(self, later: Iterable[str] = ()) -> str:
        """Return the last commands, as a failure tells them; `later` are those that are not judged yet."""
        return " · ".join([*self.recent, *later][-3:]) or "boot"

    def owed(self) -> Failure | None:
        """Return the failure of a device that has shown all it will show, if something is still expected."""
        if not self.known or any(each.rests or each.unpredicted for each in self.hypotheses):
            return None
        if self.clock.is_real and self.clock.last - self.clock.shown < self.limits.patience:
            return None  # more of it may have come after the end
        return self._explainer(self.number, self.clock.last).silent(self.hypotheses)

    # --- judging a window ----------------------------------------------------------------

    def looks(self, window: list[Numbered]) -> list[Look]:
        """Return the ways to look at records, the closest last; the first does for all but a few."""
        if self.search is None:
            return [Look(window, None)]
        found = heard(self.search.world, window)
        first = Look(window, found._replace(changes=()) if found else None)
        closer = () if self.evidence.settled else closer_looks(self.search.world, window, found)
        return [first, *closer]

    def suppose(self, calls: Iterable[Words]) -> None:
        """Go on as if the application had made some calls by itself, unseen."""
        for words in calls:
            self.hypotheses = distinct(
                list(self._searching.supposing(self.hypotheses, words, self.clock.last))
            )

    def judge(self, look: Look, unanswered: set[int], supposed: Iterable[Foreseen] = ()) -> None:
        """Judge records whose commands have been answered, except those in `unanswered`: when each began is known from its reply.

        `supposed` are calls of the application that nobody told.
        """
        window = look.window
        if self.search:
            self.search.heard, self.search.calls = look.heard, look.calls
        if window and not (look.calls or supposed) and self._takes_the_short_way(window):
            return
        words, replies = exchanges(window)
        if unanswered.intersection(list(words)[:-1]):
            self.harm(Damage.DOUBT, "a command was not answered, though later ones were")
            return
        if self.search:
            commands = self.clock.placed(words, replies)
            stall = self.clock.stall(replies, words)
            limits = replace(self.limits, late=self.limits.late + stall) if stall else self.limits
            changes = foreseen(self.search.world, window, look.acts)
            if supposed:
                changes = sorted((*changes, *supposed), key=lambda each: each.record)
            self.search.begin(commands, changes, limits)
        hypotheses = self.hypotheses
        if self.limits.is_exact and self.model is not None and self.model.world.hello.coop:
            hypotheses = without_unseen(hypotheses)
        self.hypotheses = [
            each._replace(started=0, changed=0) if each.started or each.changed else each
            for each in hypotheses
        ]
        for number, record in window:
            if self.evidence.settled:
                return
            if isinstance(record, Stimulus):
                if self.search:
                    self.search.given.add(record.id)
                self.recent.append(" ".join(record.words))
            else:
                self._judge(number, record)

    def _start_afresh(self, reply: Reply) -> None:
        """After a `reset` command the device is as after boot."""
        assert self.model is not None
        if reply.status != "0":
            self.harm(Damage.DOUBT, f"the device could not reset itself: {reply.status}")
            return
        self.rest.forget()
        commands = len(self._searching.commands)
        self.hypotheses = rested(self.model, self.clock.last, commands)
        self.known = True

    def _takes_the_short_way(self, window: list[Numbered]) -> bool:
        """Take the short way through a window, if there is one."""
        search = self.search
        if len(self.hypotheses) != 1 or search is None or not self.known or search.world.reals:
            return False
        since = max(self.clock.last, self.clock.answered)
        after = follow(search, window, self.hypotheses[0], since, self.limits)
        if after is None:
            return False
        (_, command), (_, first), (_, reply) = window[0], window[1], window[-1]
        assert isinstance(command, Stimulus)
        assert isinstance(reply, Reply)
        if self.clock.first is None:
            assert not isinstance(first, Stimulus)
            self.clock.first = first.t
        self.clock.last = self.clock.answered = reply.t
        if not isinstance(first, Reply):
            self.clock.shown = reply.t
        self.recent.append(" ".join(command.words))
        self.hypotheses = [after]
        return True

    def _judge(self, number: int, record: Timed) -> None:
        if self.model is None:
            return
        if self.clock.first is None:
            self.clock.first = record.t
            if self.clock.is_real:
                self._searching.began = record.t
        if isinstance(record, EventSeen | CallSeen):
            self.clock.shown = record.t
        reply = record if isinstance(record, Reply) else None
        words = self._searching.words(reply.id) if reply else ()
        before, now = self.clock.backwards(record.t, reply, words)
        if before != now:
            self.harm(
                Damage.DOUBT,
                f"the device's clock ran backwards at record {number}, from {before / 1e6:.3f} s to {now / 1e6:.3f} s",
            )
            return
        if isinstance(record, Reply) and words[:1] == ("reset",):
            self._start_afresh(record)
            return
        if not self.known:
            return
        if fault := self._senseless(record):
            self._refuse(self._explainer(number, record.t).malformed(record, *fault), record)
            return
        search = self._searching
        if isinstance(record, EventSeen) and is_of_driver(search.world, record.name, record.iface):
            self.clock.driver = record.t
        search.record = number
        frontier = search.expand(self.hypotheses, record.t)
        survivors = search.survivors(frontier, record) or [
            after
            for call in supposed_calls(self.actors, record)
            for after in search.survivors(list(search.supposing(frontier, call, record.t)), record)
        ]
        if not survivors:
            if isinstance(record, EventSeen) and (
                another := another_acted(search.world, record, frontier)
            ):
                self.evidence.harm(Damage.DOUBT, number, another)
                self.forget()
                return
            explainer = self._explainer(number, record.t)
            self._refuse(explainer.explain(record, frontier or self.hypotheses), record)
            return
        self.hypotheses = distinct(survivors)
        if fault := self.rest.judge(search, self.hypotheses[0], record):
            self._refuse(self._explainer(number, record.t).malformed(record, *fault), record)
            return
        reasons = {each.gave_up for each in self.hypotheses}
        if reasons <= _QUIRKS.keys():
            self.quirks.add(_QUIRKS[self.hypotheses[0].gave_up])
        if "manifold" in reasons:
            self.evidence.harm(Damage.DOUBT, number, "more orders are possible than are followed")
        if len(self.hypotheses) > self.limits.hypotheses:
            self.harm(Damage.DOUBT, "too many explanations to follow")

    def _senseless(self, record: Timed) -> tuple[str, str] | None:
        """Return (what differs, what was wanted) for a record that is wrong whatever happened before."""
        world = self._searching.world
        if isinstance(record, Reply):
            words = self._searching.words(record.id)
            if not words:
                return "", "one reply to each command, and none to anything else"
            if kept := self.option_values.kept_refused(world, words, record):
                return "kept option", f"anything but {kept}, which was refused"
            return waited(world, record, words, self.hypotheses, self.clock.driver)
        return malformed(world, record)

    def _refuse(self, failure: Failure, record: AnyRecord) -> None:
        """Blame the device for a record that the model does not explain, unless something excuses it."""
        if why := excuse(record, self._searching, self.hypotheses):
            self.harm(Damage.DOUBT, f"{why}; otherwise it would be: {failure.lines()[0]}")
        else:
            self.evidence.fail(failure)

    def _explainer(self, number: int, t: int) -> Explainer:
        assert self.model is not None
        words = {each.id: each.words for each in self._searching.commands}
        late = self._searching.limits.late
        return Explainer(self.model, late, number, t, self.since(), words)

    @property
    def _searching(self) -> Search:
        assert self.search is not None
        return self.search
