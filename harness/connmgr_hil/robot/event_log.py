"""Events that a test has not checked yet."""

from connmgr_hil.vocabulary.expectation import Mark, check_names, difference, mark_of, parse
from connmgr_hil.vocabulary.observations import AnyRecord, EventSeen

FAMILIES = frozenset(
    {"L4_IPV4_CONNECTED", "L4_IPV4_DISCONNECTED", "L4_IPV6_CONNECTED", "L4_IPV6_DISCONNECTED"}
)


class EventLog:
    """Keeps what listeners got, until a check finds it.

    A check that finds an event uses it up with all before it, so that checks read in the order in
    which things happened.
    """

    def __init__(self, letters: dict[int, str]) -> None:
        self._letters = letters
        self._seen: list[EventSeen] = []

    def record(self, record: AnyRecord) -> None:
        """Take what the session hands on."""
        if isinstance(record, EventSeen):
            self._seen.append(record)

    def forget(self) -> None:
        """Use up everything."""
        self._seen.clear()

    def pending(self, listener: str = "early") -> list[EventSeen]:
        """Return what one listener got and nothing used up."""
        return [event for event in self._seen if event.listener == listener]

    def find(self, name: str, iface: int | None, listener: str = "early") -> EventSeen | None:
        """Return the first such event and use it up with all before it, or None."""
        for place, event in enumerate(self._seen):
            if event.name == name and iface in (None, event.iface) and event.listener == listener:
                del self._seen[: place + 1]
                return event
        return None

    def difference(self, expected: str) -> str | None:
        """Compare all that is pending with an expectation, and use it up; None when it fits.

        Events for IPv4 and IPv6, which exist from Zephyr 3.7 on, only count when they are expected.
        """
        groups = parse(expected)
        check_names(groups, tuple(self._letters.values()))
        wanted = {mark.name for group in groups for mark in group}
        with_families = not wanted.isdisjoint(FAMILIES)
        seen = [
            mark
            for event in self.pending()
            if (mark := self.mark(event)) and (with_families or mark.name not in FAMILIES)
        ]
        self.forget()
        problem = difference(groups, seen)
        return f"{' '.join(map(str, seen)) or 'nothing'}: {problem}" if problem else None

    def mark(self, event: EventSeen) -> Mark:
        """Return an event in the notation of expectations."""
        return mark_of(event, self._letters)

    def text(self, listener: str = "early") -> str:
        """Return what is pending as text for a message."""
        return " ".join(str(self.mark(event)) for event in self.pending(listener)) or "no event"
