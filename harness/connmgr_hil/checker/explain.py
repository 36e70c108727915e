"""Says why an observation has no explanation, and which requirement it breaks."""

import re
from collections.abc import Sequence
from dataclasses import replace

from connmgr_hil.model import Model
from connmgr_hil.model.observed import Owed
from connmgr_hil.vocabulary.observations import CallSeen, EventSeen, Part, Reply, StateSeen, Storm
from connmgr_hil.vocabulary.stimuli import Words, listed
from connmgr_hil.vocabulary.wording import say

from .blame import blamed, sentence_of
from .hypothesis import COUNTERS, Clock, Hypothesis, Track
from .matching import Observation, same_name, state_differences
from .search import cause_of
from .situations import Situation
from .verdict import Failure

_LATER = 3
"""Maximum number of running timers that a failure names."""

_ONCE = "Every command is answered once, in order"
"""What the probe promises, and no requirement."""


class Explainer:
    """Makes the failure for one record."""

    def __init__(
        self, model: Model, late: int, record: int, t: int, since: str, commands: dict[int, Words]
    ) -> None:
        self._model = model
        self._late = late
        self._record = record
        self._t = t
        self._since = since
        self._commands = commands

    def _failure(
        self,
        requirements: Sequence[str],
        sentence: str,
        seen: str,
        hypotheses: Sequence[Hypothesis],
    ) -> Failure:
        allowed = dict.fromkeys(str(head) for each in hypotheses for head in _heads(each))
        owed = dict.fromkeys(
            f"{clock.rule} of iface {clock.slot.split(':')[1]} by {clock.high / 1e6:.3f} s"
            for each in hypotheses
            for clock in self._overdue(each)
        )
        later = dict.fromkeys(
            f"{clock.rule} of iface {clock.slot.split(':')[1]} from {clock.low / 1e6:.3f} s on"
            for each in hypotheses
            for clock in each.clocks
            if clock.low > self._t
        )
        about = _iface_in(seen, *owed, *allowed)
        state = hypotheses[0].state.table(self._model.world, about) if hypotheses else ""
        return Failure(
            tuple(requirements),
            sentence,
            self._record,
            self._t,
            seen,
            tuple(allowed),
            tuple(owed),
            self._since,
            state,
            about,
            tuple(later)[:_LATER],
        )

    def _overdue(self, each: Hypothesis) -> list[Clock]:
        return [clock for clock in each.clocks if clock.high + self._late < self._t]

    def malformed(
        self, record: Observation | StateSeen | Storm, differs: str, wanted: str
    ) -> Failure:
        """An observation that could never be right: an unknown iface, a wrong event code, an impossible time."""
        seen = say(record).line()
        words: Words = ()
        if isinstance(record, EventSeen):
            seen += f" code {record.code:x}"
        if isinstance(record, Reply):
            words = self._commands.get(record.id, ())
            told = " ".join(words) or "a command that was not given"
            seen += f" to '{told}', begun at {record.t0 / 1e6:.3f} s"
        rest = self._model.boot()[0].state
        situation = Situation(self._model.world, rest, words, cause_of(words) if words else "")
        requirements = blamed(differs, situation)
        told = (
            f"{sentence_of(requirements)}: wanted {wanted}" if requirements else f"Wanted {wanted}"
        )
        return replace(self._failure(requirements, told, seen, ()), kind=_kind_of(record))

    def silent(self, hypotheses: Sequence[Hypothesis]) -> Failure:
        """Something was still expected when the run ended."""
        each = hypotheses[0]
        track, head = _track_heads(each)[0]
        differs = f"missing {head.rule}"
        situation = self._situation(each, track, owed=head)
        failure = self._blame(differs, situation, "", "the end of the run", hypotheses)
        return replace(failure, kind="silence")

    def explain(
        self, record: Observation | StateSeen | Storm, hypotheses: Sequence[Hypothesis]
    ) -> Failure:
        """Return the failure for an observation that no hypothesis explains."""
        return replace(self._explained(record, hypotheses), kind=_kind_of(record))

    def _explained(
        self, record: Observation | StateSeen | Storm, hypotheses: Sequence[Hypothesis]
    ) -> Failure:
        # A command in progress explains more than one that has not begun.
        hypotheses = sorted(hypotheses, key=lambda each: not each.tracks)
        overdue = [clock for each in hypotheses for clock in self._overdue(each)]
        seen = say(record).line()
        if overdue and all(self._overdue(each) for each in hypotheses):
            first = overdue[0]
            kind, place, *_ = first.slot.split(":")
            situation = self._situation(hypotheses[0])._replace(about=int(place), cause="")
            differs = f"overdue {kind}"
            if not blamed(differs, situation):
                differs = f"missing {first.rule}"
            return self._blame(differs, situation, "", seen, hypotheses)
        if isinstance(record, Storm):
            return self._blame("storm", self._situation(hypotheses[0]), "", seen, hypotheses)
        if isinstance(record, StateSeen):
            return self._state(record, hypotheses)
        if isinstance(record, Reply):
            return self._reply(record, seen, hypotheses)
        return self._unexpected(record, seen, hypotheses)

    def _situation(
        self,
        each: Hypothesis,
        track: Track | None = None,
        seen: object = None,
        owed: Owed | None = None,
    ) -> Situation:
        """Return where something differed: about the iface that something is expected of, or else that of the command."""
        track = track or next(iter(each.tracks), None)
        words = self._commands.get(track.command, ()) if track else ()
        world, cause = self._model.world, track.cause if track else ""
        if owed is not None and owed.kind == "part":
            words = _words_of_part(words, owed)
        situation = Situation(
            world,
            each.state,
            words,
            cause,
            0,
            seen,
            owed,
            _shown(track),
            track.rest if track else (),
        )
        index: object = 0
        if owed is not None and owed.kind in ("call", "event"):
            index = owed.key[0 if owed.kind == "call" else 2]
        elif situation.word(1).isdigit():
            index = int(situation.word(1))
        known = isinstance(index, int) and 0 < index <= len(each.state.ifaces)
        return situation._replace(about=index if known and isinstance(index, int) else 0)

    def _blame(
        self,
        differs: str,
        situation: Situation,
        detail: str,
        seen: str,
        hypotheses: Sequence[Hypothesis],
        first: Sequence[str] = (),
    ) -> Failure:
        """Return the failure for what differed; requirements that are known already come `first`."""
        found = tuple(dict.fromkeys((*first, *blamed(differs, situation))))
        if not found:
            told = differs.removeprefix("missing ").removeprefix("returns ")
            return self._failure(
                (), f"'{told}' answers as the probe's protocol says{detail}", seen, hypotheses
            )
        return self._failure(found, sentence_of(found) + detail, seen, hypotheses)

    # --- kinds of failures ---------------------------------------------------------------

    def _state(self, record: StateSeen, hypotheses: Sequence[Hypothesis]) -> Failure:
        resting = [each for each in hypotheses if not _owes_more_than_reply(each)]
        if not resting:
            return self._missing(say(record).line(), hypotheses)
        candidates = [
            state_differences(self._model.world, each.state.ifaces[record.iface - 1], record)
            for each in resting
        ]
        best = min(candidates, key=len)
        each = resting[candidates.index(best)]
        situation = self._situation(each, seen=record)._replace(about=record.iface)
        text = ", ".join(f"{field} {value} (model: {model})" for field, model, value in best)
        seen = f"iface {record.iface}: {text}"
        return self._blame(f"dump {best[0][0]}", situation, "", seen, resting)

    def _reply(self, record: Reply, seen: str, hypotheses: Sequence[Hypothesis]) -> Failure:
        answering = [
            (each, track)
            for each in hypotheses
            for track in each.tracks
            if track.command == record.id and len(track.rest) == 1 and len(each.tracks) == 1
        ]
        if not answering:
            complete = f"{seen} (so everything must have been seen)"
            return self._missing(complete, hypotheses, record)
        each, track = answering[0]
        words = self._commands.get(record.id, ())
        situation = self._situation(each, track, record, track.rest[0])
        differs = f"missing {track.rest[0].rule}"
        if len(words) == 2 and words[0] == "sim":
            index = int(words[1])
            wrong = {
                name: (each.tally(index, name), int(record.values.get(name, "-1")))
                for name in COUNTERS
                if record.values.get(name) != str(each.tally(index, name))
            }
            told = [f"{name} {found} (model: {model})" for name, (model, found) in wrong.items()]
            seen = f"iface {index}: {', '.join(told) or seen}"
            if "attempts" in wrong and "connect" not in wrong:
                model, found = wrong["attempts"]
                counted = "count fewer" if found < model else "count more"
                differs = counted if blamed(counted, situation) else differs
        return self._blame(differs, situation, "", f"{seen} to {' '.join(words)!r}", hypotheses)

    def _missing(
        self, seen: str, hypotheses: Sequence[Hypothesis], record: Observation | None = None
    ) -> Failure:
        owed = [
            (each, track, shown)
            for each in hypotheses
            for track in each.tracks
            for shown in track.rest
            if shown.kind not in ("reply", "anything")
        ]
        if not owed:
            return self._failure((), _ONCE, seen, hypotheses)
        each, track, head = owed[0]
        situation = self._situation(each, track, record, head)
        detail = f": {head} is missing"
        return self._blame(f"missing {head.rule}", situation, detail, seen, hypotheses)

    def _unexpected(
        self, record: Observation, seen: str, hypotheses: Sequence[Hypothesis]
    ) -> Failure:
        heads = [(each, *under_way) for each in hypotheses for under_way in _track_heads(each)]
        for each, track, head in heads:
            if same_name(head, record):
                return self._wrong_detail(record, seen, each, track, head, hypotheses)
        for each, track, head in heads:
            registered = {listener.name for listener in each.state.listeners}
            situation = self._situation(each, track, record, head)
            detail = f": {head} must come first"
            if (
                isinstance(record, EventSeen)
                and record.listener in registered
                and _another_listener(head, record)
            ):
                differs = "another listener first"
                return self._blame(differs, situation, detail, seen, hypotheses)
            if any(_is_later(shown, record) for shown in track.rest[1:]):
                order = f"order {head.key[1]}/{getattr(record, 'name', '')}"
                differs, first = f"missing {head.rule}", blamed(order, situation)
                return self._blame(differs, situation, detail, seen, hypotheses, first)
        if not isinstance(record, CallSeen | EventSeen):
            return self._failure((), _ONCE, seen, hypotheses)
        owed = heads[0][2] if heads else None
        situation = self._situation(hypotheses[0], seen=record)
        situation = situation._replace(about=record.iface, owed=owed)
        what = record.name if isinstance(record, EventSeen) else f"call {record.op}"
        return self._blame(f"extra {what}", situation, "", seen, hypotheses)

    def _wrong_detail(
        self,
        record: Observation,
        seen: str,
        each: Hypothesis,
        track: Track,
        head: Owed,
        hypotheses: Sequence[Hypothesis],
    ) -> Failure:
        situation = self._situation(each, track, record, head)
        other, rule = _other(record, head, track.cause), f"missing {head.rule}"
        first = blamed(other, situation) if other else ()
        # The iface of an event is compared separately from what the event says.
        alone = bool(first) and (other != "other iface" or track.cause == "all")
        differs = other if alone else rule
        detail = f": {head} was expected"
        return self._blame(differs, situation, detail, seen, hypotheses, () if alone else first)


def _other(record: Observation, head: Owed, cause: str) -> str:
    """Return how an observation differs from the expected one; empty if the rule says it all."""
    if not isinstance(record, CallSeen | EventSeen):
        return ""
    if record.iface != head.key[0 if head.kind == "call" else 2]:
        return "other iface" if isinstance(record, EventSeen) or cause == "all" else ""
    if not isinstance(record, EventSeen) or not record.iface:
        return ""
    _, _, _, admin, oper, info = head.key
    if info is not None and record.info != info:
        return "other info"
    if bool(record.admin) != bool(admin):
        return "other admin-up" if record.admin else "other admin-down"
    return "other oper-up" if record.oper and not oper else ""


def _words_of_part(words: Words, part: Owed) -> Words:
    """Return the command inside a burst, or one of two at once, whose part is expected; none if that is not known."""
    place, hook, _ = part.key
    if hook or not isinstance(place, int):
        return ()
    if words[:1] == ("both",):
        commands = listed(words)
    elif "burst" in words:
        commands = listed(words[words.index("burst") :])
    else:
        return ()
    return commands[place] if place < len(commands) else ()


def _kind_of(record: Observation | StateSeen | Storm) -> str:
    """Return what sort of thing was seen, for those who compare failures."""
    if isinstance(record, EventSeen):
        return record.name
    if isinstance(record, CallSeen):
        return f"call {record.op}"
    return str(type(record).__struct_config__.tag)


def _iface_in(*texts: str) -> int:
    """Return the first iface that a text names, 0 if none does."""
    found = re.search(r"\biface (\d+)", " ".join(texts))
    return int(found[1]) if found else 0


def _shown(track: Track | None) -> tuple[Owed, ...]:
    """Return what a move has shown since it began, or since the last part of its burst."""
    items = track.items[: track.position] if track else ()
    shown = [item for item in items if isinstance(item, Owed)]
    parts = (place for place, item in enumerate(shown, 1) if item.kind == "part")
    return tuple(shown[max(parts, default=0) :])


def _track_heads(each: Hypothesis) -> list[tuple[Track, Owed]]:
    return [(track, track.rest[0]) for track in each.tracks if track.rest]


def _heads(each: Hypothesis) -> list[Owed]:
    return [head for _, head in _track_heads(each)]


def _is_later(shown: Owed, record: Observation) -> bool:
    """Tell whether an observation is expected later, perhaps with other details."""
    if isinstance(record, Part):
        return shown.kind == "part" and shown.key[:2] == (record.index, record.hook)
    if not same_name(shown, record) or not isinstance(record, CallSeen | EventSeen):
        return False
    return record.iface == shown.key[0 if shown.kind == "call" else 2]


def _another_listener(head: Owed, record: EventSeen) -> bool:
    """Tell whether another listener was due to get this event first."""
    return (
        head.kind == "event"
        and head.key[1:3] == (record.name, record.iface)
        and head.key[0] != record.listener
    )


def _owes_more_than_reply(each: Hypothesis) -> bool:
    return any(head.kind not in ("reply", "anything") for head in _heads(each))
