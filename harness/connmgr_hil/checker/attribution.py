"""Says more exactly whose requirement was broken, where the circumstances tell more than the rule.

Each function looks at one kind of failure and returns the requirement and its sentence, or None when
nothing more can be said than what the general rules say.
"""

from typing import NamedTuple

from connmgr_hil.model import State, World
from connmgr_hil.model.observed import Shown
from connmgr_hil.model.state import (
    IGNORED,
    NO_AUTO_CONNECT,
    NO_AUTO_DOWN,
    PERSISTENT,
    READY,
    Iface,
)
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import CallSeen, EventSeen, Part, Reply
from connmgr_hil.vocabulary.stimuli import FLAGS, Words

from .hypothesis import Clock

Reason = tuple[str, str]

NULL_API = ("REQ-CTL-003", "A binding whose implementation has no API table behaves as unbound")
IGNORED_BOUND = ("REQ-IGN-015", "Control and its automations act on ignored ifaces as on others")
_CANCELLED = ("REQ-CTL-017", "disconnect cancels the attempt: no later IF_UP, no TIMEOUT")
_RECONNECTED = ("REQ-CTL-018", "After disconnect there is no reconnect, even when persistent")
_ABORTED = ("REQ-CTL-028", "A fatal error abandons the attempt: no later IF_UP")
_AGAIN = ("REQ-IMP-007", "connect while connecting does not restart or duplicate the attempt")
_AGAIN_CONNECTED = ("REQ-IMP-006", "connect when connected does not disturb the connection")
_ISOLATED = ("REQ-CTL-041", "Bindings are isolated, each has its own context")
_LEFT_ALONE = {
    "up": "REQ-BULK-002",
    "down": "REQ-BULK-005",
    "connect": "REQ-BULK-008",
    "disconnect": "REQ-BULK-010",
}


class Scene(NamedTuple):
    """The circumstances of a failure: the model's state, and the command that is being executed."""

    world: World
    state: State
    words: Words
    cause: str

    def iface(self, index: int) -> Iface:
        """Return the model's iface."""
        return self.state.ifaces[index - 1]

    def facts(self, index: int) -> IfaceFacts:
        """Return what is fixed about an iface."""
        return self.world.iface(index)

    @property
    def inner(self) -> Words:
        """The command itself, without `on wq` and the like."""
        words = self.words
        while words[:1] == ("on",):
            words = words[2:]
        return words


# --- replies -----------------------------------------------------------------------------------


def of_reply(scene: Scene, seen: Reply) -> Reason | None:
    """A command returned something else than it must."""
    words = scene.inner
    if len(words) > 1 and words[1].isdigit() and 1 <= int(words[1]) <= len(scene.state.ifaces):
        facts = scene.facts(int(words[1]))
        if facts.impl == "NULLAPI" and words[0] not in ("up", "down", "state"):
            return NULL_API
        judge = {
            "connect": _connect_reply,
            "disconnect": _disconnect_reply,
            "timeout": _timeout_reply,
            "flag": _flag_reply,
            "opt-set": _set_opt_reply,
            "opt-get": _get_opt_reply,
        }.get(words[0])
        return judge(scene, int(words[1]), seen) if judge else None
    if words[:1] == ("all",):
        return _bulk_reply(scene, seen)
    return None


def _connect_reply(scene: Scene, index: int, seen: Reply) -> Reason | None:
    iface = scene.iface(index)
    if not scene.facts(index).bound:
        return "REQ-CTL-002", "connect on an unbound iface returns -ENOTSUP"
    if not scene.world.callbacks(index).connects:
        return "REQ-CTL-004", "connect without a connect callback returns -ENOTSUP"
    if iface.l2_rc:
        return "REQ-CTL-006", "If admin-up fails its status is returned"
    if iface.impl.connect_rc > 0:
        return "REQ-CTL-008", "A positive status is returned unchanged"
    if iface.impl.connect_rc < 0:
        return "REQ-CTL-007", "The implementation's status is returned unchanged"
    if seen.status.isdigit() and seen.status != "0":
        return "REQ-IMP-014", "Status values are 0 or negative"
    if iface.impl.again:
        return _AGAIN_CONNECTED if iface.impl.phase == "connected" else _AGAIN
    return None


def _disconnect_reply(scene: Scene, index: int, seen: Reply) -> Reason | None:
    impl = scene.iface(index).impl
    if not scene.facts(index).bound or not scene.world.callbacks(index).connects:
        return "REQ-CTL-014", "disconnect on unbound or without callback returns -ENOTSUP"
    if impl.disconnect_rc:
        return "REQ-CTL-016", "disconnect returns the implementation's status unchanged"
    if seen.status != "0" and impl.ended != "disconnect":
        return "REQ-IMP-008", "disconnect when not connected returns 0 and raises nothing"
    return None


def _timeout_reply(scene: Scene, index: int, _seen: Reply) -> Reason | None:
    if not scene.facts(index).bound:
        return "REQ-CTL-031", "Setting the timeout of an unbound iface is -ENOTSUP, getting it is 0"
    if scene.iface(index).timeout < 0:
        return "REQ-CTL-032", "Negative timeouts are stored unchanged"
    return "REQ-CTL-030", "The timeout is 0 at first, stored and returned, each iface its own"


def _flag_reply(scene: Scene, index: int, _seen: Reply) -> Reason | None:
    name = scene.inner[2]
    flag = FLAGS.index(name) if name in FLAGS else int(name)
    if not 0 <= flag < scene.world.profile.flags:
        return "REQ-CTL-034", "An unknown flag is -EINVAL to set and false to get"
    if not scene.facts(index).bound:
        return "REQ-CTL-035", "A flag of an unbound iface is -ENOTSUP to set and false to get"
    return "REQ-CTL-033", "Flags are false at first, stored and returned, each iface its own"


def _set_opt_reply(scene: Scene, index: int, _seen: Reply) -> Reason | None:
    if scene.inner[3] == "null":
        return "REQ-CTL-037", "set_opt with a NULL value is -EINVAL"
    if not scene.world.callbacks(index).options:
        return "REQ-CTL-039", "Option calls on unbound or without callback are -ENOTSUP"
    return "REQ-IMP-013", "set_opt refuses what is too long, too short or unknown"


def _get_opt_reply(scene: Scene, index: int, seen: Reply) -> Reason | None:
    if scene.inner[3].startswith("null"):
        return "REQ-CTL-038", "get_opt with a NULL pointer is -EINVAL, with length 0"
    if not scene.world.callbacks(index).options:
        return "REQ-CTL-039", "Option calls on unbound or without callback are -ENOTSUP, length 0"
    data = seen.values.get("data", "")
    mine = scene.iface(index).impl.option
    if seen.status != "0" or scene.inner[2] != "1" or seen.values.get("len") != "4":
        return "REQ-IMP-012", "get_opt gives the status, and the length is what was written"
    if data != mine and any(iface.impl.option == data for iface in scene.state.ifaces):
        return _ISOLATED
    return "REQ-IMP-013", "An option value is stored as it is, and one that is rejected is not"


def _bulk_reply(scene: Scene, seen: Reply) -> Reason | None:
    what = scene.inner[1]
    statuses = [
        status
        for facts, iface in zip(scene.world.ifaces, scene.state.ifaces, strict=True)
        for status in (iface.l2_rc, iface.impl.connect_rc, iface.impl.disconnect_rc)
        if facts.bound and status
    ]
    if what == "connect" and any(iface.l2_rc for iface in scene.state.ifaces):
        return "REQ-BULK-013", "An error of admin-up wins over an error of connecting"
    if len(statuses) > 1:
        return "REQ-BULK-012", "The first non-zero status is returned"
    if what in ("up", "down") and seen.status != "0":
        twice = "REQ-BULK-003" if what == "up" else "REQ-BULK-006"
        return twice, "Ifaces that are already there are skipped, and 0 is returned"
    return None


def of_counters(scene: Scene, index: int, wrong: dict[str, tuple[int, int]]) -> Reason | None:
    """The implementation was called, or tried, more or less often than it must: (wanted, seen)."""
    impl = scene.iface(index).impl
    if "attempts" not in wrong or "connect" in wrong:
        return None
    wanted, seen = wrong["attempts"]
    if seen < wanted:
        return _ISOLATED
    if impl.again:
        return _AGAIN
    return {
        "timeout": ("REQ-CTL-022", "After a timeout there is no new attempt, even when persistent"),
        "fatal": ("REQ-CTL-029", "After a fatal error there is no new attempt"),
        "loss": ("REQ-CTL-026", "Loss of a non-persistent iface starts nothing"),
        "disconnect": _RECONNECTED,
        "cancelled": _RECONNECTED,
    }.get(impl.ended)


# --- what is missing ---------------------------------------------------------------------------


def of_missing(scene: Scene, owed: Shown, seen: object) -> Reason | None:
    """Something that was owed did not come, and `seen` came instead."""
    status = seen.status if isinstance(seen, Reply | Part) else "0"
    index = owed.key[0] if owed.kind == "call" else owed.key[2] if owed.kind == "event" else 0
    if not isinstance(index, int) or not index:
        return None
    iface = scene.iface(index)
    if scene.cause == "all":
        if status.startswith("-"):
            return "REQ-BULK-011", "Errors do not stop a bulk call"
        if iface.word & IGNORED and scene.inner[2] == "0":
            return "REQ-BULK-018", "Without skip_ignored a bulk call acts on ignored ifaces as well"
    if owed.kind == "call":
        if scene.cause == "connect" and status == "-ESHUTDOWN":
            return "REQ-CTL-005", "connect brings an admin-down iface admin-up first"
        if scene.cause != "connect" and iface.word & IGNORED:
            return IGNORED_BOUND
    name = owed.key[1]
    if name == "CONN_IF_TIMEOUT" and iface.impl.again:
        return _AGAIN
    if name == "L4_CONNECTED" and owed.rule == "connected" and scene.cause in ("addr4", "addr6"):
        if index == len(scene.state.ifaces):
            return "REQ-MON-035", "The iface with the highest index is tracked as well"
        counting = [each.text for each in iface.a4 + iface.a6 if each.counts]
        if counting and all(text.lower()[:2] in ("fc", "fd") for text in counting):
            return "REQ-MON-026", "An IPv6 unique local address counts"
    return None


def of_overdue(scene: Scene, clock: Clock) -> Reason | None:
    """A timer of the model ran out, and nothing came of it."""
    kind, place, *_ = clock.slot.split(":")
    impl = scene.iface(int(place)).impl
    if impl.again:
        return _AGAIN
    if kind == "timeout" and impl.began:
        return "REQ-CTL-025", "The attempt after a loss has its own full timeout"
    if kind != "association":
        return None
    if impl.began == "loss, persistent since":
        return "REQ-CTL-027", "Persistence that is changed while connected applies to the next loss"
    if impl.began:
        return "REQ-CTL-024", "Loss of a persistent iface starts a new attempt"
    if impl.fails:
        return "REQ-CTL-023", "A non-persistent iface keeps trying until success"
    return None


# --- what must not come ------------------------------------------------------------------------


def of_extra(scene: Scene, seen: CallSeen | EventSeen, owed: Shown | None) -> Reason | None:
    """Something came that nothing owes."""
    if isinstance(seen, EventSeen):
        if all(each.name != seen.listener for each in scene.state.listeners):
            return "REQ-EVT-018", "A listener that was removed gets nothing more"
        if seen.name.startswith("DNS_") and scene.cause != "raise" and owed:
            return "REQ-EVT-011", f"Event codes are those of the profile: {owed} was expected"
        if seen.name in ("L4_CONNECTED", "L4_DISCONNECTED"):
            return _extra_l4(scene, seen)
    if not seen.iface:
        return None
    iface = scene.iface(seen.iface)
    if isinstance(seen, CallSeen):
        return _extra_call(scene, iface, seen.op)
    if scene.cause == "all" and seen.name.startswith("IF_ADMIN"):
        return _bulk_extra(scene, seen.iface)
    if seen.name == "IF_ADMIN_UP" and scene.cause == "connect":
        if not scene.facts(seen.iface).bound:
            return "REQ-CTL-002", "connect on an unbound iface changes nothing"
    elif seen.name in ("CONN_IF_TIMEOUT", "IF_DOWN", "IF_UP"):
        return _extra_turn(iface, seen.name)
    return None


def _extra_call(scene: Scene, iface: Iface, op: str) -> Reason | None:
    if op == "disconnect" and scene.cause == "disconnect" and not iface.admin:
        return "REQ-CTL-015", "disconnect on an admin-down iface does not call the implementation"
    if op == "connect" and scene.cause == "up":
        if iface.flags & NO_AUTO_CONNECT:
            return "REQ-AUTO-002", "NO_AUTO_CONNECT prevents automatic connect"
        if iface.impl.connect_rc:
            return "REQ-AUTO-004", "An auto-connect error is only logged, nobody tries again"
    return None


def _bulk_extra(scene: Scene, index: int) -> Reason | None:
    _, what, skip = scene.inner
    if skip == "1" and scene.iface(index).word & IGNORED:
        return _LEFT_ALONE[what], f"With skip_ignored, bulk {what} leaves ignored ifaces alone"
    if what == "disconnect" and not scene.facts(index).bound:
        return "REQ-BULK-009", "Bulk disconnect leaves unbound ifaces up"
    return None


def _extra_turn(iface: Iface, name: str) -> Reason | None:
    """An attempt or a connection took a turn that nothing asked for."""
    impl = iface.impl
    if impl.phase == "connected" and impl.again and name != "IF_UP":
        return _AGAIN_CONNECTED
    if name == "CONN_IF_TIMEOUT" and impl.phase == "connecting":
        if impl.began:
            return "REQ-CTL-025", "The attempt after a loss has its own full timeout"
        if not iface.timeout and iface.flags & PERSISTENT:
            return "REQ-IMP-017", "Timeout 0 with persistence: the attempt goes on for ever"
    if name == "IF_UP" and impl.phase == "idle" and iface.admin:
        return {"cancelled": _CANCELLED, "disconnect": _RECONNECTED, "aborted": _ABORTED}.get(
            impl.ended
        )
    return None


def _extra_l4(scene: Scene, seen: EventSeen) -> Reason | None:
    if seen.name == "L4_DISCONNECTED" and not seen.iface and scene.cause != "resend":
        return "REQ-MON-028", "With nothing ready at start no L4 event is raised"
    if scene.cause == "resend":
        connected = any(iface.word & READY for iface in scene.state.ifaces)
        kind = "REQ-RSD-001" if connected else "REQ-RSD-002"
        return kind, f"Resend while {'' if connected else 'not '}connected says so"
    if scene.cause == "raise":
        return "REQ-MON-030", "Events that have nothing to do with readiness do not change it"
    if not seen.iface:
        return None
    iface = scene.iface(seen.iface)
    if iface.word & IGNORED and scene.cause != "ignore-l2":
        return None
    if seen.name == "L4_CONNECTED":
        addresses = iface.a4 + iface.a6
        if iface.admin and not iface.carrier:
            return "REQ-MON-005", "Admin-up without carrier is not ready"
        if iface.admin and iface.dormant:
            return "REQ-MON-006", "Admin-up but dormant is not ready"
        if iface.oper and any(each.state == "t" for each in addresses) and not iface.word & READY:
            return "REQ-MON-014", "A tentative IPv6 address does not count until DAD succeeds"
    elif scene.cause == "ignore-l2" and any(each.word & READY for each in scene.state.ifaces):
        return "REQ-IGN-009", "ignore_l2 ignores all and only ifaces of that L2"
    return None


# --- what came differently ---------------------------------------------------------------------


def of_detail(scene: Scene, seen: object, owed: Shown) -> Reason | None:
    """What was owed came, but with another iface, or at another time than it should."""
    if isinstance(seen, CallSeen | EventSeen):
        due = owed.key[0 if owed.kind == "call" else 2]
        if isinstance(due, int) and due != seen.iface and scene.cause == "all":
            return _bulk_order(scene, due, seen.iface)
    if not isinstance(seen, EventSeen) or seen.iface != owed.key[2] or not seen.iface:
        return None
    _, _, _, admin, oper, info = owed.key
    if info is not None and seen.info != info:
        return "REQ-EVT-015", "The info of a fatal error reaches listeners"
    iface = scene.iface(seen.iface)
    if seen.admin and not admin:
        return _not_taken_down(scene, seen)
    if admin and not seen.admin:
        return _taken_down(scene, seen, iface)
    if seen.oper and not oper and iface.impl.phase == "connecting":
        return "REQ-IMP-001", "The iface is oper-down until it is really connected"
    return None


def _bulk_order(scene: Scene, due: int, came: int) -> Reason | None:
    if scene.iface(due).word & IGNORED and scene.inner[2] == "0":
        return "REQ-BULK-018", "Without skip_ignored a bulk call acts on ignored ifaces as well"
    if came < due:
        return _bulk_extra(scene, came)
    if scene.inner[1] == "connect" and not scene.facts(due).bound:
        return "REQ-BULK-007", "Bulk connect takes all ifaces up, also unbound ones"
    return "REQ-BULK-014", "Bulk calls go through the ifaces in index order"


def _not_taken_down(scene: Scene, seen: EventSeen) -> Reason | None:
    """When the early listener saw the event, automatic admin-down should have been done."""
    if scene.iface(seen.iface).word & IGNORED:
        return IGNORED_BOUND
    if any(
        other.flags & NO_AUTO_DOWN
        for number, other in enumerate(scene.state.ifaces, 1)
        if number != seen.iface
    ):
        return "REQ-AUTO-017", "NO_AUTO_DOWN of one iface does not protect another"
    return {
        "CONN_IF_TIMEOUT": ("REQ-AUTO-010", "A timeout takes the iface admin-down"),
        "CONN_IF_FATAL_ERROR": ("REQ-AUTO-011", "A fatal error takes the iface admin-down"),
        "IF_DOWN": ("REQ-AUTO-008", "Loss takes a non-persistent iface admin-down"),
    }.get(seen.name)


def _taken_down(scene: Scene, seen: EventSeen, iface: Iface) -> Reason | None:
    """When the early listener saw the event, something had taken the iface admin-down."""
    if seen.name == "IF_ADMIN_UP" and iface.impl.connect_rc < 0:
        return "REQ-CTL-009", "A connect error does not change the admin state"
    if not scene.facts(seen.iface).bound:
        return "REQ-AUTO-006", "No automation touches an unbound iface"
    if iface.flags & NO_AUTO_DOWN:
        return "REQ-AUTO-015", "NO_AUTO_DOWN keeps the iface admin-up"
    if iface.flags & PERSISTENT:
        return "REQ-AUTO-009", "Loss leaves a persistent iface admin-up"
    return None


def of_dump(scene: Scene, index: int, field: str) -> Reason | None:
    """A dumped iface differs from the model's in this field."""
    iface = scene.iface(index)
    if field in ("flags", "timeout") and iface.word & IGNORED:
        return "REQ-IGN-014", "Ignoring does not change the binding's settings"
    if field in ("oper", "dormant") and iface.impl.phase == "idle":
        return {"cancelled": _CANCELLED, "disconnect": _RECONNECTED, "aborted": _ABORTED}.get(
            iface.impl.ended
        )
    return None
