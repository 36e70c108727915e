"""Tells why an observation has no explanation, and which requirement it breaks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from connmgr_hil.model import Model
from connmgr_hil.model.observed import Shown
from connmgr_hil.model.rules import Rule, rule_for
from connmgr_hil.model.state import IGNORED, NO_AUTO_CONNECT, NO_AUTO_DOWN, PERSISTENT, READY
from connmgr_hil.vocabulary.observations import CallSeen, EventSeen, Part, Reply, StateSeen, Storm
from connmgr_hil.vocabulary.stimuli import Words
from connmgr_hil.vocabulary.wording import say

from . import attribution
from .attribution import Reason, Scene
from .hypothesis import COUNTERS, Clock, Hypothesis, Track
from .matching import Observation, same_name, state_differences
from .verdict import Failure

_ORDER = {
    ("IF_UP", "L4_CONNECTED"): "REQ-EVT-007",
    ("IF_DOWN", "L4_DISCONNECTED"): "REQ-EVT-007",
    ("IF_ADMIN_UP", "IF_UP"): "REQ-EVT-008",
    ("IF_ADMIN_DOWN", "IF_DOWN"): "REQ-EVT-008",
    ("IF_DOWN", "IF_ADMIN_DOWN"): "REQ-EVT-009",
}
_OPER = ("REQ-EVT-010", "The oper state changes with an event, by carrier and dormant")
_ADDRESSES = ("REQ-MON-001", "Addresses change with an event")
_FIELDS = {
    "admin": ("REQ-EVT-008", "The admin state changes with an event"),
    "oper": _OPER,
    "carrier": _OPER,
    "dormant": _OPER,
    "bound": ("REQ-CTL-036", "is_bound is true exactly for bound ifaces"),
    "ignored": ("REQ-IGN-008", "is_iface_ignored reflects the last ignore or watch"),
    "flags": ("REQ-CTL-033", "Flags change only by the API"),
    "timeout": ("REQ-CTL-030", "Timeouts change only by the API"),
    "a4": _ADDRESSES,
    "a6": _ADDRESSES,
    "monitor": (
        "REQ-MON-034",
        "After quiet the monitor's state equals the state computed from net_if",
    ),
}


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
        related: Iterable[str] = (),
    ) -> Failure:
        allowed = dict.fromkeys(str(head) for each in hypotheses for head in _heads(each))
        owed = dict.fromkeys(
            f"{clock.rule} of iface {clock.slot.split(':')[1]} by {clock.high / 1e6:.3f} s"
            for each in hypotheses
            for clock in self._overdue(each)
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
            tuple(related),
            about,
        )

    def _overdue(self, each: Hypothesis) -> list[Clock]:
        return [clock for clock in each.clocks if clock.high + self._late < self._t]

    def malformed(
        self, record: Observation | StateSeen | Storm, requirement: str, wanted: str
    ) -> Failure:
        """An observation that could never be right: an unknown iface, a wrong event code, an impossible time."""
        seen = say(record).line()
        if isinstance(record, EventSeen):
            seen += f" code {record.code:x}"
        if isinstance(record, Reply):
            words = " ".join(self._commands.get(record.id, ("a command that was not given",)))
            seen += f" to '{words}', begun at {record.t0 / 1e6:.3f} s"
        failure = self._failure((requirement,) if requirement else (), f"Wanted {wanted}", seen, ())
        return replace(failure, kind=_kind_of(record))

    def silent(self, hypotheses: Sequence[Hypothesis]) -> Failure:
        """Something was owed when the run ended."""
        head = _heads(hypotheses[0])[0]
        rule = rule_for(head.rule, hypotheses[0].tracks[0].cause)
        failure = self._failure(rule.requirements, rule.sentence, "the end of the run", hypotheses)
        return replace(failure, kind="silence")

    def explain(
        self, record: Observation | StateSeen | Storm, hypotheses: Sequence[Hypothesis]
    ) -> Failure:
        """Return the failure for an observation that no hypothesis explains."""
        return replace(self._explained(record, hypotheses), kind=_kind_of(record))

    def _explained(
        self, record: Observation | StateSeen | Storm, hypotheses: Sequence[Hypothesis]
    ) -> Failure:
        # What is under way tells more than what has not begun.
        hypotheses = sorted(hypotheses, key=lambda each: not each.tracks)
        overdue = [clock for each in hypotheses for clock in self._overdue(each)]
        seen = say(record).line()
        if overdue and all(self._overdue(each) for each in hypotheses):
            first = overdue[0]
            reason = attribution.of_overdue(self._scene(hypotheses[0]), first)
            return self._blame(reason, rule_for(first.rule, ""), "", seen, hypotheses)
        if isinstance(record, Storm):
            rule = rule_for("storm", "")
            return self._failure(rule.requirements, rule.sentence, seen, hypotheses)
        if isinstance(record, StateSeen):
            return self._state(record, hypotheses)
        if isinstance(record, Reply):
            return self._reply(record, seen, hypotheses)
        return self._unexpected(record, seen, hypotheses)

    def _scene(self, each: Hypothesis, track: Track | None = None) -> Scene:
        track = track or next(iter(each.tracks), None)
        words = self._commands.get(track.command, ()) if track else ()
        return Scene(self._model.world, each.state, words, track.cause if track else "")

    def _blame(
        self,
        reason: Reason | None,
        rule: Rule,
        detail: str,
        seen: str,
        hypotheses: Sequence[Hypothesis],
    ) -> Failure:
        requirements = (reason[0],) if reason else rule.requirements
        sentence = reason[1] if reason else rule.sentence
        return self._failure(requirements, sentence + detail, seen, hypotheses)

    # --- kinds of failures ---------------------------------------------------------------

    def _state(self, record: StateSeen, hypotheses: Sequence[Hypothesis]) -> Failure:
        resting = [each for each in hypotheses if not _owes_more_than_reply(each)]
        if not resting:
            return self._missing(f"state of iface {record.iface}", hypotheses)
        candidates = [
            state_differences(self._model.world, each.state.ifaces[record.iface - 1], record)
            for each in resting
        ]
        best = min(candidates, key=len)
        field = best[0][0]
        scene = self._scene(resting[candidates.index(best)])
        requirement, sentence = attribution.of_dump(scene, record.iface, field) or _FIELDS[field]
        text = ", ".join(f"{field} {value} (model: {model})" for field, model, value in best)
        return self._failure((requirement,), sentence, f"iface {record.iface}: {text}", resting)

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
        rule = rule_for(track.rest[0].rule, track.cause)
        words = self._commands.get(record.id, ())
        scene = self._scene(each, track)
        reason = attribution.of_reply(scene, record)
        if len(words) == 2 and words[0] == "sim":
            index = int(words[1])
            wrong = {
                name: (each.tally(index, name), int(record.values.get(name, "-1")))
                for name in COUNTERS
                if record.values.get(name) != str(each.tally(index, name))
            }
            told = [f"{name} {found} (model: {model})" for name, (model, found) in wrong.items()]
            seen = f"iface {index}: {', '.join(told) or seen}"
            reason = attribution.of_counters(scene, index, wrong)
        return self._blame(reason, rule, "", f"{seen} to {' '.join(words)!r}", hypotheses)

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
            return self._failure((), "Every command is answered once, in order", seen, hypotheses)
        each, track, head = owed[0]
        rule = rule_for(head.rule, track.cause)
        reason = attribution.of_missing(self._scene(each, track), head, record)
        return self._blame(reason, rule, f": {head} is missing", seen, hypotheses)

    def _unexpected(
        self, record: Observation, seen: str, hypotheses: Sequence[Hypothesis]
    ) -> Failure:
        heads = [(each, *under_way) for each in hypotheses for under_way in _track_heads(each)]
        for each, track, head in heads:
            if same_name(head, record):
                return self._wrong_detail(record, seen, each, track, head, hypotheses)
        for each, track, head in heads:
            registered = {listener.name for listener in each.state.listeners}
            if (
                isinstance(record, EventSeen)
                and record.listener in registered
                and _another_listener(head, record)
            ):
                return self._failure(
                    ("REQ-EVT-017",),
                    f"The newest listener is called first: {head} must come first",
                    seen,
                    hypotheses,
                )
            if any(_is_later(shown, record) for shown in track.rest[1:]):
                rule = rule_for(head.rule, track.cause)
                reason = attribution.of_missing(self._scene(each, track), head, record)
                pair = (str(head.key[1]), getattr(record, "name", ""))
                if pair in _ORDER:
                    related = tuple(dict.fromkeys((_ORDER[pair], *rule.requirements)))
                    reason, rule = None, rule._replace(requirements=related)
                return self._blame(reason, rule, f": {head} must come first", seen, hypotheses)
        if not isinstance(record, CallSeen | EventSeen):
            return self._failure((), "Every command is answered once", seen, hypotheses)
        bound = record.iface > 0 and self._model.world.iface(record.iface).bound
        reason = attribution.of_extra(
            self._scene(hypotheses[0]), record, heads[0][2] if heads else None
        )
        requirement, sentence = reason or forbidden(hypotheses[0], record, bound=bound)
        return self._failure((requirement,), sentence, seen, hypotheses)

    def _wrong_detail(
        self,
        record: Observation,
        seen: str,
        each: Hypothesis,
        track: Track,
        head: Shown,
        hypotheses: Sequence[Hypothesis],
    ) -> Failure:
        rule = rule_for(head.rule, track.cause)
        reason = attribution.of_detail(self._scene(each, track), record, head)
        if reason:
            return self._blame(reason, rule, f": {head} was expected", seen, hypotheses)
        requirements = list(rule.requirements)
        if isinstance(record, EventSeen) and record.iface != head.key[2]:
            control = record.name.startswith("CONN_")
            requirements.insert(0, "REQ-EVT-014" if control else "REQ-EVT-005")
        return self._failure(
            requirements, f"{rule.sentence}: {head} was expected", seen, hypotheses
        )


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


def _track_heads(each: Hypothesis) -> list[tuple[Track, Shown]]:
    return [(track, track.rest[0]) for track in each.tracks if track.rest]


def _heads(each: Hypothesis) -> list[Shown]:
    return [head for _, head in _track_heads(each)]


def _is_later(shown: Shown, record: Observation) -> bool:
    """Tell whether an observation is owed later, though perhaps with other details."""
    if isinstance(record, Part):
        return shown.kind == "part" and shown.key[:2] == (record.index, record.hook)
    if not same_name(shown, record) or not isinstance(record, CallSeen | EventSeen):
        return False
    return record.iface == shown.key[0 if shown.kind == "call" else 2]


def _another_listener(head: Shown, record: EventSeen) -> bool:
    """Tell whether another listener was due to get this event first."""
    return (
        head.kind == "event"
        and head.key[1:3] == (record.name, record.iface)
        and head.key[0] != record.listener
    )


def _owes_more_than_reply(each: Hypothesis) -> bool:
    return any(head.kind not in ("reply", "anything") for head in _heads(each))


# --- what must not happen ----------------------------------------------------------------------


def forbidden(each: Hypothesis, record: CallSeen | EventSeen, *, bound: bool) -> tuple[str, str]:
    """Return the requirement that forbids an observation in this state, and its sentence."""
    index = record.iface
    if not index:
        return "REQ-EVT-005", "An event carries the iface whose state changed"
    iface = each.state.ifaces[index - 1]
    impl = iface.impl
    if isinstance(record, CallSeen):
        return _forbidden_call(record, each)
    if record.name == "CONN_IF_TIMEOUT":
        if impl.phase == "connected":
            return "REQ-CTL-021", "No TIMEOUT after success"
        if impl.phase == "connecting" and not iface.timeout:
            return "REQ-CTL-020", "Without a timeout the attempt goes on"
        if impl.phase == "connecting":
            return "REQ-CTL-019", "TIMEOUT does not come before the set seconds have passed"
        if impl.ended == "cancelled":
            return "REQ-CTL-017", "disconnect cancels the attempt: no TIMEOUT"
        return "REQ-IMP-009", "TIMEOUT is raised exactly once for each abandoned attempt"
    if record.name == "CONN_IF_FATAL_ERROR":
        return "REQ-CTL-028", "A fatal error raises FATAL_ERROR once"
    if record.name == "IF_UP":
        return _forbidden_oper_up(each, index)
    if record.name == "IF_DOWN":
        if bound and impl.phase == "connected" and iface.oper:
            return "REQ-CTL-021", "After success the iface stays connected: nothing ended it"
        return "REQ-EVT-010", "IF_DOWN is not repeated, and nothing made the iface oper-down"
    if record.name == "IF_ADMIN_UP":
        if bound:
            return "REQ-AUTO-020", "An iface stays admin-down until the API takes it up"
        return "REQ-AUTO-006", "No automation takes an unbound iface admin-up"
    if record.name == "IF_ADMIN_DOWN":
        if iface.flags & NO_AUTO_DOWN:
            return "REQ-AUTO-015", "NO_AUTO_DOWN keeps the iface admin-up"
        if iface.flags & PERSISTENT:
            return "REQ-AUTO-009", "Loss leaves a persistent iface admin-up"
        if bound:
            return (
                "REQ-AUTO-008",
                "Only loss, timeout, fatal error and disconnect take an iface admin-down",
            )
        return "REQ-AUTO-006", "No automation takes an unbound iface admin-down"
    if record.name in ("L4_CONNECTED", "L4_DISCONNECTED"):
        return _forbidden_l4(record, each)
    if record.name.startswith("L4_"):
        return "REQ-MON-032", "Family events come when the first or last iface of a family changes"
    return "REQ-MON-030", "Nothing caused this event"


def _forbidden_call(record: CallSeen, each: Hypothesis) -> tuple[str, str]:
    iface = each.state.ifaces[record.iface - 1]
    endings = {
        "timeout": ("REQ-CTL-022", "After a timeout there is no new attempt, even when persistent"),
        "fatal": (
            "REQ-CTL-029",
            "After a fatal error there is no new attempt, even when persistent",
        ),
        "loss": ("REQ-CTL-026", "Loss of a non-persistent iface starts nothing"),
        "disconnect": (
            "REQ-CTL-018",
            "After disconnect there is no reconnect, even when persistent",
        ),
    }
    if record.op == "init":
        return "REQ-CTL-042", "init is called once for each binding, at start"
    if record.op == "disconnect":
        return "REQ-AUTO-019", "Automatic admin-down and net_if_down do not call disconnect"
    if record.op == "connect" and iface.flags & NO_AUTO_CONNECT and iface.admin:
        return "REQ-AUTO-002", "NO_AUTO_CONNECT prevents automatic connect"
    if record.op == "connect" and iface.impl.ended in endings:
        return endings[iface.impl.ended]
    return "REQ-CTL-010", "The implementation is called only when the API or an automation asks"


def _forbidden_oper_up(each: Hypothesis, index: int) -> tuple[str, str]:
    iface = each.state.ifaces[index - 1]
    impl = iface.impl
    if not iface.admin:
        return (
            "REQ-CTL-044",
            "An association that completes while admin-down never makes it oper-up",
        )
    if impl.lingers or impl.ended == "down":
        return (
            "REQ-IMP-016",
            "After admin-down an iface is oper-up only when it has associated anew",
        )
    if impl.phase == "connecting":
        return "REQ-IMP-001", "The iface is oper-down until it is really connected"
    if impl.ended == "timeout":
        return "REQ-CTL-022", "After a timeout there is no new attempt, even when persistent"
    if impl.ended == "fatal":
        return "REQ-CTL-029", "After a fatal error there is no new attempt, even when persistent"
    if impl.ended == "loss":
        return "REQ-CTL-026", "Loss of a non-persistent iface starts nothing"
    return "REQ-EVT-010", "IF_UP is not repeated, and nothing made the iface oper-up"


def _forbidden_l4(record: EventSeen, each: Hypothesis) -> tuple[str, str]:
    iface = each.state.ifaces[record.iface - 1]
    others = any(
        other.word & READY
        for number, other in enumerate(each.state.ifaces, 1)
        if number != record.iface
    )
    if iface.word & IGNORED:
        return "REQ-IGN-004", "Changes of an ignored iface raise no L4 event"
    if record.name == "L4_CONNECTED":
        if others:
            return "REQ-MON-017", "A second iface becoming ready raises no L4 event"
        if not (iface.a4 or iface.a6):
            return "REQ-MON-004", "Without an address an oper-up iface is not ready"
        if not iface.oper:
            return "REQ-MON-003", "An iface is not ready before it is oper-up"
        if not iface.word & READY:
            return "REQ-MON-013", "Only a qualifying address makes an iface ready"
        return "REQ-EVT-001", "L4_CONNECTED and L4_DISCONNECTED alternate strictly"
    if others:
        return "REQ-MON-018", "One of several ready ifaces becoming unready raises no L4 event"
    if iface.word & READY:
        return "REQ-MON-011", "While a qualifying address remains the iface stays ready"
    return "REQ-EVT-001", "L4_CONNECTED and L4_DISCONNECTED alternate strictly"
