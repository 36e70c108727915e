"""Keywords about the settings of an interface: timeout, flags, options."""

from connmgr_hil.testbed import Iface
from connmgr_hil.vocabulary.stimuli import words

from .arguments import NOT_GIVEN, Duration, FlagName, OnOff, ReturnValue
from .framework import Error
from .keywords import Keywords, keyword


class SettingKeywords(Keywords):
    """The settings of a binding."""

    @keyword
    def set_timeout(
        self, iface: Iface, timeout: Duration, *, returns: ReturnValue = NOT_GIVEN
    ) -> None:
        """Sets how long an attempt to connect may take, as ``conn_mgr_if_set_timeout`` does.

        - ``iface``: which one, see `Interfaces`.
        - ``timeout``: whole seconds; ``0`` means none.
        - ``returns``: what the call must return; ``0`` if not given.

        For example:
        | Set Timeout    A    2 s
        """
        if not timeout.is_integer():
            raise Error(f"Wrong use: a timeout has whole seconds, not {timeout:g}")
        iface.set_timeout(int(timeout), returns=returns or "0")

    @keyword
    def timeout_should_be(self, iface: Iface, timeout: Duration) -> None:
        """Checks what ``conn_mgr_if_get_timeout`` returns.

        - ``iface``: which one, see `Interfaces`.
        - ``timeout``: whole seconds; ``0`` means none.

        For example:
        | Timeout Should Be    A    30 s
        """
        seen = self.session.execute(words("timeout", iface.index)).values.get("value", "nothing")
        self.insist(seen == str(int(timeout)), f"timeout of {iface} is {timeout:g} s", f"{seen} s")

    @keyword
    def set_flag(
        self, iface: Iface, flag: FlagName, state: OnOff, *, returns: ReturnValue = NOT_GIVEN
    ) -> None:
        """Sets or clears a connectivity flag, as ``conn_mgr_if_set_flag`` does.

        - ``iface``: which one, see `Interfaces`.
        - ``flag``: its name, or a number (also one that does not exist).
        - ``state``: ``on`` or ``off``.
        - ``returns``: what the call must return; ``0`` if not given.

        For example:
        | Set Flag    A    PERSISTENT    on
        | Set Flag    A    77    on    returns=-EINVAL
        """
        iface.set_flag(flag, state == "on", returns=returns or "0")

    @keyword
    def flag_should_be(self, iface: Iface, flag: FlagName, state: OnOff) -> None:
        """Checks what ``conn_mgr_if_get_flag`` returns.

        - ``iface``: which one, see `Interfaces`.
        - ``flag``: its name, or a number (also one that does not exist).
        - ``state``: ``on`` or ``off``.

        For example:
        | Flag Should Be    A    PERSISTENT    off
        """
        value = self.session.execute(words("flag", iface.index, flag)).values.get("value")
        seen = {"0": "off", "1": "on"}.get(value or "", "unknown")
        self.insist(seen == state, f"flag {flag} of {iface} is {state}", seen)

    @keyword
    def use_manual_control(self, iface: Iface) -> None:
        """Switches off both automations of an interface: automatic connect, automatic admin-down.

        - ``iface``: which one, see `Interfaces`.

        For example:
        | Use Manual Control    A
        """
        iface.set_flag("NO_AUTO_CONNECT", on=True)
        iface.set_flag("NO_AUTO_DOWN", on=True)

    @keyword
    def set_option(
        self, iface: Iface, name: int, value: str, *, returns: ReturnValue = NOT_GIVEN
    ) -> None:
        """Sets an option of the connectivity implementation, as ``conn_mgr_if_set_opt`` does.

        - ``iface``: which one, see `Interfaces`.
        - ``name``: the option's number.
        - ``value``: its bytes in hexadecimal, or ``null`` for a NULL pointer.
        - ``returns``: what the call must return; ``0`` if not given.

        For example:
        | Set Option    A    1    0a0b0c0d
        | Set Option    A    99    00    returns=-ENOPROTOOPT
        """
        self.give(words("opt-set", iface.index, name, value), returns or "0")

    @keyword
    def option_should_be(self, iface: Iface, name: int, value: str) -> None:
        """Checks what ``conn_mgr_if_get_opt`` returns in a buffer of 32 bytes.

        - ``iface``: which one, see `Interfaces`.
        - ``name``: the option's number.
        - ``value``: its bytes in hexadecimal.

        For example:
        | Option Should Be    A    2    c0de
        """
        reply = self.session.execute(words("opt-get", iface.index, name, 32))
        seen = reply.values.get("data", reply.status)
        self.insist(seen == value.lower(), f"option {name} of {iface} is {value}", seen)
