"""Rules that hold at rest, whatever the order of the threads in a race.

The model does not follow a race. But once all threads wait again, the monitor agrees with `net_if` about each iface
(REQ-MON-034), and the last L4 event of each class agrees with the monitor (REQ-EVT-001, REQ-EVT-002).
"""

from collections.abc import Iterator

from connmgr_hil.model.state import is_link_local
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.observations import EventSeen, Reply, StateSeen, Storm

from .hypothesis import Hypothesis
from .matching import Observation
from .search import Search

_CLASSES = (
    ("r", Event.L4_CONNECTED, Event.L4_DISCONNECTED),
    ("x", Event.L4_IPV4_CONNECTED, Event.L4_IPV4_DISCONNECTED),
    ("y", Event.L4_IPV6_CONNECTED, Event.L4_IPV6_DISCONNECTED),
)
"""Of each class: the monitor's letter for an iface that counts, and the events of its total."""

Flaw = tuple[str, str]
"""What differs, and what was wanted."""


class Rest:
    """Judges what was seen since a race, up to the next reset."""

    def __init__(self) -> None:
        self._connected: list[bool] = []
        self._storms = False
        self._words: dict[int, str] = {}

    def forget(self) -> None:
        """Turn to what comes after a reset, which the model follows again."""
        self._connected = []
        self._storms = False

    def judge(
        self, search: Search, each: Hypothesis, record: Observation | StateSeen | Storm
    ) -> Flaw | None:
        """Return what is wrong with a record; None if the model follows what happens."""
        # A dispatcher that breaks a storm sleeps, so that nothing is at rest when the command returns.
        self._storms = self._storms or isinstance(record, Storm)
        if each.gave_up != "race" or self._storms:
            return None
        if not self._connected:
            classes = _CLASSES if search.world.profile.families else _CLASSES[:1]
            self._connected = [bool(count) for count in each.state.counts[: len(classes)]]
        if isinstance(record, EventSeen):
            return self._hear(
                record, resent=any("resend" in each.words for each in search.commands)
            )
        if isinstance(record, StateSeen):
            return self._look(record)
        if isinstance(record, Reply) and search.words(record.id) == ("state",):
            return self._count()
        return None

    def _hear(self, record: EventSeen, *, resent: bool) -> Flaw | None:
        """Judge an event. `resent` says that the present status may have been asked for: then it may come again."""
        if record.listener != "early":
            return None
        for number, (_, connected, disconnected) in enumerate(_CLASSES[: len(self._connected)]):
            if record.name not in (connected, disconnected):
                continue
            now = record.name == connected
            if now is self._connected[number] and not resent:
                return f"again {record.name}", f"{disconnected if now else connected} between two"
            self._connected[number] = now
        return None

    def _look(self, record: StateSeen) -> Flaw | None:
        """Judge how an iface stands."""
        self._words[record.iface] = record.monitor
        if record.monitor == "?":
            return None
        for letter, wanted in _wanted(record):
            if (letter in record.monitor) is not wanted:
                return "rest word", f"the monitor's '{letter}' {'' if wanted else 'not '}set"
        return None

    def _count(self) -> Flaw | None:
        """Judge, after a dump of all ifaces, whether the last L4 events agree with it."""
        words, self._words = self._words, {}
        if "?" in words.values():
            return None
        for number, (letter, *events) in enumerate(_CLASSES[: len(self._connected)]):
            wanted = any(letter in word for word in words.values())
            if wanted is not self._connected[number]:
                return f"rest {events[0]}", f"{events[not wanted]} to be the last of its class"
        return None


def _wanted(record: StateSeen) -> Iterator[tuple[str, bool]]:
    """Yield the letters of a word that are determined, and whether they must be set."""
    up, ignored = record.oper == "up", "i" in record.monitor
    yield "u", up
    yield "c", False
    families = []
    for letter, listed in (("4", record.a4), ("6", record.a6)):
        if any(not each.endswith("/p") or is_link_local(each[:-2]) for each in listed):
            families.append(letter in record.monitor)  # it depends on what came last
        else:
            yield letter, bool(listed)
            families.append(bool(listed))
    yield "r", up and any(families) and not ignored
