"""Keywords about the network behind the simulated connectivity implementation."""

from connmgr_hil.testbed import Iface
from connmgr_hil.vocabulary.arguments import Callback, Knob
from connmgr_hil.vocabulary.stimuli import words

from .arguments import NOT_GIVEN, Duration, ReturnValue
from .keywords import Keywords, keyword


class AssociationKeywords(Keywords):
    """What the network does: it lets in, keeps waiting, is lost, breaks down."""

    @keyword
    def let_association_take(self, iface: Iface, time: Duration) -> None:
        """Lets every later association succeed after a time.

        - ``iface``: which one, see `Interfaces`; it needs the simulated implementation.
        - ``time``: from the start of the attempt.

        For example:
        | Let Association Take    A    300 ms
        """
        iface.knob("mode", "async")
        iface.knob("delay_ms", round(time * 1000))

    @keyword
    def let_association_succeed_at_once(self, iface: Iface) -> None:
        """Lets every later association succeed before the call of connect returns.

        - ``iface``: which one, see `Interfaces`; it needs the simulated implementation.

        For example:
        | Let Association Succeed At Once    A
        """
        iface.knob("mode", "sync")

    @keyword
    def let_association_hang(self, iface: Iface) -> None:
        """Lets every later association hang, as when out of range.

        - ``iface``: which one, see `Interfaces`; it needs the simulated implementation.

        For example:
        | Let Association Hang    A
        """
        iface.knob("mode", "never")

    @keyword
    def turn_knob(self, iface: Iface, knob: Knob, value: str) -> None:
        """Turns any knob of the simulated connectivity implementation.

        - ``iface``: which one, see `Interfaces`; it needs the simulated implementation.
        - ``knob``: its name; PROTOCOL.md lists the knobs.
        - ``value``: a number, or a mode.

        For example:
        | Turn Knob    A    connect_rc    -5
        """
        iface.knob(knob, value)

    @keyword
    def lose_connection(self, iface: Iface, *, returns: ReturnValue = NOT_GIVEN) -> None:
        """Lets a connected interface lose its network, as when it moves out of range.

        - ``iface``: which one, see `Interfaces`; it needs the simulated implementation.
        - ``returns``: what the command must return; ``-ENOTCONN`` when it is not connected.

        For example:
        | Lose Connection    A
        """
        iface.lose(returns=returns or "0")

    @keyword
    def meet_fatal_error(self, iface: Iface, info: int | None = None) -> None:
        """Lets the implementation give up for good, which raises CONN_IF_FATAL_ERROR.

        - ``iface``: which one, see `Interfaces`; it needs the simulated implementation.
        - ``info``: a number that the event carries.

        For example:
        | Meet Fatal Error    A    info=7
        """
        iface.fatal(info)

    @keyword
    def implementation_should_have_been_called(
        self, iface: Iface, callback: Callback, times: int
    ) -> None:
        """Checks how often the implementation was called since the device started.

        - ``iface``: which one, see `Interfaces`; it needs the simulated implementation.
        - ``callback``: which of its functions.
        - ``times``: how often.

        For example:
        | Implementation Should Have Been Called    A    disconnect    0
        """
        self._count(iface, callback, times)

    @keyword
    def attempts_should_be(self, iface: Iface, times: int) -> None:
        """Checks how many attempts to associate began since the device started.

        - ``iface``: which one, see `Interfaces`; it needs the simulated implementation.
        - ``times``: how many.

        For example:
        | Attempts Should Be    A    2
        """
        self._count(iface, "attempts", times)

    def _count(self, iface: Iface, counter: str, times: int) -> None:
        reply = self.session.execute(words("sim", iface.index))
        seen = reply.values.get(counter, f"unknown ({reply.status})")
        self.insist(seen == str(times), f"'{counter}' of {iface} counts {times}", seen)
