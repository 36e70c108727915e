"""Records that are wrong whatever happened before."""

from collections.abc import Iterable

from connmgr_hil.model import World
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.observations import CallSeen, EventSeen, Reply, StateSeen
from connmgr_hil.vocabulary.parsing import is_known
from connmgr_hil.vocabulary.stimuli import Words

from .hypothesis import Hypothesis
from .limits import CALL_USEC, CLOCK_SLACK
from .search import may_wait


def malformed(world: World, record: object) -> tuple[str, str] | None:
    """Return (what differs, what was wanted) for a record that no device of this world can show."""
    ifaces = len(world.ifaces)
    index = getattr(record, "iface", 0)
    if not 0 <= index <= ifaces or (not index and isinstance(record, (CallSeen, StateSeen))):
        return "malformed iface", f"an iface from 1 to {ifaces}"
    if isinstance(record, EventSeen) and record.name != "-":
        if record.name not in world.codes:
            return "malformed event", f"an event of profile {world.profile.name}"
        code = world.codes[Event.__members__[record.name]]
        if code != record.code:
            return "malformed event", f"event code {code:x} for {record.name}"
    return None


def ends(reply: Reply, words: Words) -> int:
    """Return the earliest time at which a command can be answered."""
    return reply.t0 + (int(words[1]) if words[:1] == ("advance",) else 0)


def waited(
    world: World, reply: Reply, words: Words, hypotheses: Iterable[Hypothesis], driver_t: int
) -> tuple[str, str] | None:
    """Return (what differs, what was wanted) when a command that must not wait did.

    A real iface's driver was started or stopped until `driver_t`, which takes as long as it takes: a modem boots. A command of
    the firmware's own does, too: it may ping.
    """
    if not is_known(words):
        return None
    slack = 0 if world.hello.granted else CLOCK_SLACK
    since = max(reply.t0, driver_t)
    if reply.t - since <= CALL_USEC + slack or any(map(may_wait, hypotheses)):
        return None
    if words[0] in ("up", "down") and world.is_real(int(words[1])):
        return None
    if words[0] != "hook" and {"advance", "burst"} & set(words):
        return None
    return "waited", f"'{' '.join(words)}' to return without waiting, in less than 0.1 s"
