"""Keywords about one interface: its states, its addresses, and what can be done to it."""

from connmgr_hil.testbed import Iface
from connmgr_hil.vocabulary.observations import StateSeen

from .arguments import NOT_GIVEN, InterfaceState, IpAddress, OnOff, ReturnValue
from .keywords import Keywords, keyword


class InterfaceKeywords(Keywords):
    """What `net_if` and the Connection Manager can do with one interface."""

    @keyword
    def take_interface_up(self, iface: Iface, *, returns: ReturnValue = NOT_GIVEN) -> None:
        """Takes an interface admin-up, as ``net_if_up`` does.

        - ``iface``: which one, see `Interfaces`.
        - ``returns``: what the call must return; ``0`` if not given.

        For example:
        | Take Interface Up    A
        | Take Interface Up    A    returns=-EALREADY
        """
        iface.up(returns=returns or "0")

    @keyword
    def take_interface_down(self, iface: Iface, *, returns: ReturnValue = NOT_GIVEN) -> None:
        """Takes an interface admin-down, as ``net_if_down`` does.

        - ``iface``: which one, see `Interfaces`.
        - ``returns``: what the call must return; ``0`` if not given.

        For example:
        | Take Interface Down    free0
        """
        iface.down(returns=returns or "0")

    @keyword
    def connect_interface(self, iface: Iface, *, returns: ReturnValue = NOT_GIVEN) -> None:
        """Requests a connection, as ``conn_mgr_if_connect`` does; the call does not wait for it.

        - ``iface``: which one, see `Interfaces`.
        - ``returns``: what the call must return; ``0`` if not given.

        For example:
        | Connect Interface    A
        | Connect Interface    U    returns=-ENOTSUP
        """
        iface.connect(returns=returns or "0")

    @keyword
    def disconnect_interface(self, iface: Iface, *, returns: ReturnValue = NOT_GIVEN) -> None:
        """Ends a connection or an attempt, as ``conn_mgr_if_disconnect`` does.

        - ``iface``: which one, see `Interfaces`.
        - ``returns``: what the call must return; ``0`` if not given.

        For example:
        | Disconnect Interface    A
        """
        iface.disconnect(returns=returns or "0")

    @keyword
    def add_address(self, iface: Iface, address: IpAddress) -> None:
        """Gives an interface a manual IPv4 or IPv6 address.

        - ``iface``: which one, see `Interfaces`.
        - ``address``: the address.

        For example:
        | Add Address    U    192.0.2.1
        | Add Address    U    2001:db8::1
        """
        iface.add(address)

    @keyword
    def remove_address(self, iface: Iface, address: IpAddress) -> None:
        """Removes an address from an interface.

        - ``iface``: which one, see `Interfaces`.
        - ``address``: the address.

        For example:
        | Remove Address    U    192.0.2.1
        """
        iface.delete(address)

    @keyword
    def set_carrier(self, iface: Iface, state: OnOff) -> None:
        """Switches the carrier of an interface on or off, as a cable does.

        - ``iface``: which one, see `Interfaces`.
        - ``state``: ``on`` or ``off``.

        For example:
        | Set Carrier    U    off
        """
        iface.carrier(state == "on")

    @keyword
    def set_dormant(self, iface: Iface, state: OnOff) -> None:
        """Makes an interface dormant (it waits for its association), or wakes it.

        - ``iface``: which one, see `Interfaces`.
        - ``state``: ``on`` or ``off``.

        For example:
        | Set Dormant    U    on
        """
        iface.dormant(state == "on")

    @keyword
    def ignore_interface(self, iface: Iface) -> None:
        """Lets the monitor ignore an interface, as ``conn_mgr_ignore_iface`` does.

        - ``iface``: which one, see `Interfaces`.

        For example:
        | Ignore Interface    V
        """
        iface.ignore()

    @keyword
    def watch_interface(self, iface: Iface) -> None:
        """Lets the monitor watch an interface again, as ``conn_mgr_watch_iface`` does.

        - ``iface``: which one, see `Interfaces`.

        For example:
        | Watch Interface    V
        """
        iface.watch()

    @keyword
    def ignore_layer(self, l2: str) -> None:
        """Lets the monitor ignore all interfaces of an L2, as ``conn_mgr_ignore_l2`` does.

        - ``l2``: its name, such as ``DUMMY``, ``CM_TEST`` or ``ETHERNET``; ``null`` for offloaded ones.

        For example:
        | Ignore Layer    CM_TEST
        """
        self.give(("ignore-l2", l2))

    @keyword
    def watch_layer(self, l2: str) -> None:
        """Lets the monitor watch all interfaces of an L2, as ``conn_mgr_watch_l2`` does.

        - ``l2``: its name, such as ``DUMMY``, ``CM_TEST`` or ``ETHERNET``; ``null`` for offloaded ones.

        For example:
        | Watch Layer    CM_TEST
        """
        self.give(("watch-l2", l2))

    @keyword
    def interface_should_be_ready(self, iface: Iface) -> None:
        """Checks that the monitor considers an interface ready: oper-up, with an address, not ignored.

        - ``iface``: which one, see `Interfaces`.

        For example:
        | Interface Should Be Ready    U
        """
        self._stands(iface, iface.state(), "ready")

    @keyword
    def interface_should_not_be_ready(self, iface: Iface) -> None:
        """Checks that the monitor does not consider an interface ready.

        - ``iface``: which one, see `Interfaces`.

        For example:
        | Interface Should Not Be Ready    A
        """
        self._stands(iface, iface.state(), "not-ready")

    @keyword
    def interface_should_be(self, iface: Iface, *states: InterfaceState) -> None:
        """Checks several states of an interface at once.

        - ``iface``: which one, see `Interfaces`.
        - ``states``: all of these must hold. ``oper-down`` means not oper-up, so it includes ``dormant``.

        For example:
        | Interface Should Be    A    admin-up    dormant
        | Interface Should Be    U    oper-up    ready    watched
        """
        state = iface.state()
        for standing in states:
            self._stands(iface, state, standing)

    def _stands(self, iface: Iface, state: StateSeen, standing: InterfaceState) -> None:
        holds = {
            "admin-up": state.admin,
            "admin-down": not state.admin,
            "oper-up": state.oper == "up",
            "oper-down": state.oper != "up",
            "dormant": state.oper == "dormant",
            "carrier": state.carrier,
            "no-carrier": not state.carrier,
            "ready": "r" in state.monitor,
            "not-ready": "r" not in state.monitor,
            "ignored": state.ignored,
            "watched": not state.ignored,
            "bound": state.bound,
            "unbound": not state.bound,
        }
        seen = (
            f"admin-{'up' if state.admin else 'down'}, oper {state.oper}, "
            f"{' '.join((*state.a4, *state.a6)) or 'no address'}, "
            f"{'ignored' if state.ignored else 'watched'}, monitor {state.monitor}"
        )
        self.insist(holds[standing], f"interface {iface} ({iface.name}) is {standing}", seen)

    @keyword
    def get_interface_state(self, iface: Iface) -> dict[str, object]:
        """Returns the state of an interface, as a dictionary.

        - ``iface``: which one, see `Interfaces`.

        Its keys: ``admin``, ``oper``, ``carrier``, ``dormant``, ``bound``, ``ignored``, ``flags``,
        ``timeout``, ``monitor``, ``ipv4``, ``ipv6``.

        For example:
        | ${state} =    Get Interface State    A
        | Should Be Equal    ${state}[oper]    dormant
        """
        state = iface.state()
        names = "admin oper carrier dormant bound ignored flags timeout monitor"
        values: dict[str, object] = {name: getattr(state, name) for name in names.split()}
        return values | {"ipv4": list(state.a4), "ipv6": list(state.a6)}
