"""The types of arguments, parsed from a test; errors list the valid values."""

import ipaddress
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from connmgr_hil.testbed import Iface
from connmgr_hil.vocabulary.arguments import did_you_mean
from connmgr_hil.vocabulary.errors import BadInput, RigFault, UsageError
from connmgr_hil.vocabulary.status import status_of
from connmgr_hil.vocabulary.stimuli import FLAGS

from .framework import timestr_to_secs

if TYPE_CHECKING:
    from .keywords import Keywords

OnOff = Literal["on", "off"]
InterfaceState = Literal[
    "admin-up",
    "admin-down",
    "oper-up",
    "oper-down",
    "dormant",
    "carrier",
    "no-carrier",
    "ready",
    "not-ready",
    "ignored",
    "watched",
    "bound",
    "unbound",
]
NOT_GIVEN: Any = None
"""The default of arguments with a type of ours.

With any other default Robot Framework takes a value that its converter refused as it stands.
"""


class Duration(float):
    """A time in seconds."""


class IpAddress(str):
    """An IPv4 or IPv6 address."""

    __slots__ = ()


class FlagName(str):
    """A connectivity flag, by name or number."""

    __slots__ = ()


class ReturnValue(str):
    """What an API call returns."""

    __slots__ = ()


def to_iface(value: str | int | Iface, library: "Keywords") -> Iface:
    """An interface by role letter (``A``), name (``bound0``) or index (``1``), see `Interfaces`."""
    if isinstance(value, Iface):
        value = value.index
    try:
        return library.network.find(value)
    except UsageError as error:
        raise ValueError(f"{error.wanted} is needed; {error.remedy}") from error
    except RigFault as error:
        # The device was started for this; Robot Framework would put the blame on the argument.
        library.rig_broke(error)
        raise ValueError(str(error)) from error


def to_duration(value: str | float | timedelta) -> Duration:
    """A time as Robot Framework writes it: ``2 s``, ``1 min 30 s``, ``500 ms``, ``00:01:30``, or seconds."""
    try:
        seconds = float(timestr_to_secs(value))
    except (ValueError, TypeError):
        seconds = -1.0
    if seconds < 0:
        raise ValueError("valid are times such as 2 s, 1 min 30 s, 500 ms, 00:01:30, or seconds")
    return Duration(seconds)


def to_address(value: str) -> IpAddress:
    """An IPv4 or IPv6 address, such as ``192.0.2.1`` or ``2001:db8::1``."""
    try:
        return IpAddress(ipaddress.ip_address(value.strip()))
    except ValueError:
        raise ValueError("valid are addresses such as 192.0.2.1 or 2001:db8::1") from None


def to_flag(value: str | int) -> FlagName:
    """A connectivity flag: ``PERSISTENT``, ``NO_AUTO_CONNECT``, ``NO_AUTO_DOWN``, or a number."""
    name = re.sub(r"[\s-]+", "_", str(value).strip()).upper()
    if name in FLAGS or name.isdigit():
        return FlagName(name)
    raise ValueError(did_you_mean(name, FLAGS, f"valid are {', '.join(FLAGS)}, or a number"))


def to_return_value(value: str | int) -> ReturnValue:
    """A return value: ``0``, another number, or an errno symbol such as ``-ENOTSUP``."""
    try:
        return ReturnValue(status_of(str(value)))
    except BadInput as error:
        raise ValueError(error.remedy) from None


CONVERTERS: dict[type, Any] = {
    Iface: to_iface,
    Duration: to_duration,
    IpAddress: to_address,
    FlagName: to_flag,
    ReturnValue: to_return_value,
}
