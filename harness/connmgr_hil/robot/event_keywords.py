"""Keywords about events, and about time."""

from connmgr_hil.testbed import Iface
from connmgr_hil.vocabulary.arguments import ListenerName
from connmgr_hil.vocabulary.events import Event
from connmgr_hil.vocabulary.observations import EventSeen
from connmgr_hil.vocabulary.stimuli import advance, words

from .arguments import NOT_GIVEN, Duration
from .keywords import Keywords, keyword


class EventKeywords(Keywords):
    """Events are remembered until a check finds them, see `Events`."""

    @keyword
    def advance_time(self, time: Duration) -> None:
        """Lets device time pass; with granted time this costs no real time.

        - ``time``: how much.

        For example:
        | Advance Time    1 min
        """
        self.session.execute(advance(time))

    @keyword
    def event_should_have_occurred(
        self, event: Event, iface: Iface = NOT_GIVEN, *, listener: ListenerName = NOT_GIVEN
    ) -> None:
        """Checks that an event came, and consumes it and all earlier events.

        - ``event``: its name without ``NET_EVENT_``.
        - ``iface``: the interface that it must carry, see `Interfaces`; any if not given.
        - ``listener``: which listener must have got it; ``early`` if not given.

        For example:
        | Event Should Have Occurred    L4_CONNECTED    U
        """
        self._use(event, iface, listener or "early")

    def _use(self, event: Event, iface: Iface | None, listener: str = "early") -> EventSeen:
        had = self.events.text(listener)
        found = self.events.find(event, iface.index if iface else None, listener)
        self.insist(found is not None, f"{event}({iface or '*'}) should have occurred", had)
        assert found is not None
        return found

    @keyword
    def event_should_not_have_occurred(
        self, event: Event, iface: Iface = NOT_GIVEN, *, listener: ListenerName = NOT_GIVEN
    ) -> None:
        """Checks that an event did not come since the last consumed event.

        - ``event``: its name without ``NET_EVENT_``.
        - ``iface``: the interface that it would carry, see `Interfaces`; any if not given.
        - ``listener``: which listener would have got it; ``early`` if not given.

        For example:
        | Event Should Not Have Occurred    L4_DISCONNECTED
        """
        came = [
            each
            for each in self.events.pending(listener or "early")
            if each.name == event and (iface is None or each.iface == iface.index)
        ]
        self.insist(
            not came,
            f"{event}({iface or '*'}) should not have occurred",
            self.events.text(listener or "early"),
        )

    @keyword
    def only_these_events_should_have_occurred(self, *events: str) -> None:
        """Checks all events since the last consumed one: exactly these, in this order.

        - ``events``: as in ``IF_UP(A)``; ``L4_DISCONNECTED(-)`` carries no interface, ``IF_UP(*)`` any, and
          ``{IF_UP(A) IF_UP(B)}`` come in any order. Without any, none may have come.

        For example:
        | Only These Events Should Have Occurred    IF_ADMIN_UP(U)    IF_UP(U)
        | Only These Events Should Have Occurred    IF_DOWN(A)    {L4_DISCONNECTED(A) IF_ADMIN_DOWN(A)}
        """
        expected = " ".join(events)
        problem = self.events.difference(expected)
        self.insist(
            problem is None, f"only these should have occurred: {expected or 'none'}", problem or ""
        )

    @keyword
    def event_should_occur_within(
        self,
        time: Duration,
        event: Event,
        iface: Iface = NOT_GIVEN,
        *,
        not_before: Duration = NOT_GIVEN,
    ) -> None:
        """Lets time pass and checks that an event comes meanwhile; the whole time passes.

        - ``time``: how much device time.
        - ``event``: its name without ``NET_EVENT_``.
        - ``iface``: the interface that it must carry, see `Interfaces`; any if not given.
        - ``not_before``: the earliest moment, from the beginning of the time; ``0`` if not given.

        For example:
        | Event Should Occur Within    2.5 s    CONN_IF_TIMEOUT    A    not_before=1.9 s
        """
        reply = self.session.execute(advance(time))
        found = self._use(event, iface)
        after = (found.t - reply.t0) / 1e6
        earliest = not_before or 0.0
        self.insist(
            earliest <= after <= time,
            f"{event} should occur between {earliest:g} s and {time:g} s",
            f"it came after {after:.3f} s",
        )

    @keyword
    def no_event_should_occur_within(
        self, time: Duration, event: Event = NOT_GIVEN, iface: Iface = NOT_GIVEN
    ) -> None:
        """Lets time pass and checks that no event comes meanwhile; earlier events are forgotten.

        - ``time``: how much device time.
        - ``event``: only this event may not come; any if not given.
        - ``iface``: only events of this interface may not come, see `Interfaces`.

        For example:
        | No Event Should Occur Within    5 s
        | No Event Should Occur Within    1 min    CONN_IF_TIMEOUT    A
        """
        self.events.forget()
        self.session.execute(advance(time))
        came = [
            str(self.events.mark(each))
            for each in self.events.pending()
            if event in (None, each.name) and (iface is None or each.iface == iface.index)
        ]
        self.insist(not came, f"no event should occur within {time:g} s", " ".join(came))

    @keyword
    def forget_events(self) -> None:
        """Consumes all events so far.

        For example:
        | Forget Events
        """
        self.events.forget()

    @keyword
    def get_events(self, *, listener: ListenerName = NOT_GIVEN) -> list[str]:
        """Returns the events that were not consumed, as in ``IF_UP(A)``, and keeps them.

        - ``listener``: which listener got them; ``early`` if not given.

        For example:
        | @{events} =    Get Events
        | Log Many    @{events}
        """
        return [str(self.events.mark(event)) for event in self.events.pending(listener or "early")]

    @keyword
    def raise_event(self, event: Event, iface: Iface, info: int | None = None) -> None:
        """Notifies an event from outside, as other code on the device might.

        - ``event``: its name without ``NET_EVENT_``.
        - ``iface``: the interface that it carries, see `Interfaces`.
        - ``info``: a number that the event carries.

        For example:
        | Raise Event    DNS_SERVER_ADD    U
        """
        self.give(words("raise", event, iface.index, info))

    @keyword
    def resend_status(self) -> None:
        """Asks the monitor to resend its status, as ``conn_mgr_mon_resend_status`` does.

        For example:
        | Resend Status
        | Event Should Have Occurred    L4_CONNECTED    U
        """
        self.give(("resend",))

    @keyword
    def register_listener(self, listener: ListenerName, *events: Event) -> None:
        """Registers another listener for events of one layer; it is called after the first.

        - ``listener``: its name.
        - ``events``: the events it listens to.

        For example:
        | Register Listener    late1    L4_CONNECTED    L4_DISCONNECTED
        | Resend Status
        | Event Should Have Occurred    L4_CONNECTED    U    listener=late1
        """
        self.give(words("listen", listener, "add", ",".join(events)))

    @keyword
    def remove_listener(self, listener: ListenerName) -> None:
        """Removes a listener.

        - ``listener``: its name.

        For example:
        | Remove Listener    late1
        """
        self.give(words("listen", listener, "del"))
