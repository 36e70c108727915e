"""Compares what a platform file declares with what the device reports."""

from collections.abc import Iterable

from connmgr_hil.vocabulary.errors import UsageError, WrongDevice
from connmgr_hil.vocabulary.facts import ROLES, Hello, IfaceFacts

from .platforms import Platform


def require_clock(platform: Platform, facts: Hello, target: str) -> None:
    """Refuse a device whose time goes otherwise than its platform file declares. Raises `WrongDevice`.

    Firmware without the probe cannot tell.
    """
    wanted = platform.time.granted
    if platform.dialect == "stock" or wanted is None or wanted == facts.granted:
        return
    how = {
        True: "granted time (hello granted=1)",
        False: "a clock that goes by itself (hello granted=0)",
    }
    option = "y" if wanted else "n"
    raise WrongDevice(
        f"{target} has {how[facts.granted]}",
        f"`time.granted` in its platform file requires {how[wanted]}",
        f"build it with CONFIG_CM_PROBE_CLOCK={option}, or correct `time.granted`",
    )


_MEANS = {
    "autodown": ("automatic admin-down", "CONFIG_NET_CONNECTION_MANAGER_AUTO_IF_DOWN"),
    "dad": ("duplicate address detection", "CONFIG_NET_IPV6_DAD"),
    "ipv4": ("IPv4", "CONFIG_NET_IPV4"),
    "ipv6": ("IPv6", "CONFIG_NET_IPV6"),
    "queue": ("length of the event queue", "CONFIG_NET_MGMT_EVENT_QUEUE_SIZE"),
    "bound": ("ifaces with a connectivity implementation", "CONN_MGR_BIND_CONN"),
    "auto": ("ifaces that start by themselves", "NET_IF_NO_AUTO_START"),
}
_OF_IFACES = ("bound", "auto")


def require_configuration(
    platform: Platform, facts: Hello, ifaces: Iterable[IfaceFacts], target: str
) -> None:
    """Refuse a build that silently has or lacks what its platform file says it must. Raises `WrongDevice`.

    Otherwise scenarios that need it would only be left out: a default that was changed somewhere would look like a smaller board.
    """
    if platform.dialect == "stock":
        return
    seen = {key: tuple(each.name for each in ifaces if getattr(each, key)) for key in _OF_IFACES}
    for key, (what, means) in _MEANS.items():
        wanted = getattr(platform.must, key)
        found = seen[key] if key in seen else getattr(facts, key)
        if wanted is None or _told(found) == _told(wanted):
            continue
        raise WrongDevice(
            f"the build on {target} is not configured as `must.{key}` in its platform file says: {what}",
            f"{_told(found)} instead of {_told(wanted)} ({means})",
            "correct the application, or `must`"
            if key in seen
            else "was a default changed? set the option in the application's configuration, or correct `must`",
        )


def _told(value: bool | int | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return ", ".join(sorted(value)) or "none"
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def require_order(facts: Hello, target: str) -> None:
    """Refuse a build that delivers events in an order that no model foresees. Raises `UsageError`."""
    if facts.unforeseen:
        option = (
            "CONFIG_NET_TC_THREAD_COOPERATIVE"
            if facts.delivery == "thread"
            else "CONFIG_NET_MGMT_EVENT_THREAD"
        )
        raise UsageError(
            f"firmware on {target} delivers events in an unpredictable order",
            facts.unforeseen,
            f"build it with {option}=y; 'cmhil shell' drives this one by hand",
        )


_SIMULATED = tuple(ROLES[letter] for letter in "ABCD")
"""Ifaces of the sample application whose implementation is the simulated one; scenarios count on its knobs."""


def require_ifaces(platform: Platform, ifaces: Iterable[IfaceFacts], target: str) -> None:
    """Refuse a device that lacks an iface which its platform file declares, or the simulated implementation of one. Raises `WrongDevice` naming them.

    Firmware without the probe may use any names, so it is not checked.
    """
    if platform.dialect == "stock":
        return
    there = {facts.name for facts in ifaces}
    if bare := [facts.name for facts in ifaces if facts.name in _SIMULATED and not facts.sim]:
        raise WrongDevice(
            f"{target} has ifaces without the simulated implementation: {', '.join(bare)}",
            "they are listed without 'sim=1'",
            "flash the image that was built for this run, or name ifaces of your own otherwise",
        )
    if lacking := [name for name in platform.ifaces if name not in there]:
        raise WrongDevice(
            f"{target} lacks ifaces of its platform file: {', '.join(lacking)}",
            f"it has {', '.join(sorted(there)) or 'none'}",
            "flash the image that was built for this run, or correct `ifaces` in the platform file",
        )
