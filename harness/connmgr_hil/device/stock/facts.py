"""What the output of the shell reveals about a device."""

import re
import secrets
from collections.abc import Iterable

from connmgr_hil.vocabulary.facts import Hello, IfaceFacts

from .output import InterfaceTitle, ShellLine, Status, Version

_UNNAMED = ("", "unnamed")


def hello_from(told: Iterable[ShellLine], ifaces: int, *, events: bool) -> Hello:
    """Return the facts of a device without probe; what is not known has the value 0 or `-`.

    The release of its Connection Manager is the kernel's; `x.y.99` is on the way to the release after
    x.y. Where `net cm` answers in an older kernel, it was put there from 4.0 (a back-port).
    """
    told = list(told)
    zephyr = next((each.release for each in told if isinstance(each, Version)), "4.0.0")
    has_cm = any(isinstance(each, Status) for each in told)
    return Hello(
        dialect="stock",
        events=events,
        proto=0,
        app="-",
        zephyr=zephyr,
        connmgr=_release(zephyr, has_cm=has_cm),
        board="-",
        build="-",
        nonce=secrets.token_hex(4),
        queue=0,
        ticks=0,
        ifaces=ifaces,
        track=sum(isinstance(each, Status) and each.tracked for each in told),
    )


def _release(zephyr: str, *, has_cm: bool) -> str:
    major, minor, patch = (int(part) for part in re.findall(r"\d+", zephyr)[:3])
    if patch == 99:
        minor += 1
    if has_cm and (major, minor) < (4, 0):
        return "4.0"
    return f"{major}.{minor}"


def ifaces_from(told: Iterable[ShellLine]) -> tuple[IfaceFacts, ...]:
    """Return the ifaces in index order, from `net iface` and `net cm status`."""
    titles: dict[int, InterfaceTitle] = {}
    statuses: dict[int, Status] = {}
    for each in told:
        if isinstance(each, InterfaceTitle):
            titles[each.index] = each
        elif isinstance(each, Status):
            statuses[each.iface.index] = each
    found = []
    for index in sorted(titles.keys() | statuses.keys()):
        title, status = titles.get(index), statuses.get(index)
        name = title.name if title else ""
        if name in _UNNAMED and status is not None:
            name = status.iface.name
        l2 = status.iface.l2 if status else title.l2 if title else "-"
        bound = status is not None and status.tracked and status.bound
        found.append(IfaceFacts(index=index, name=name or f"iface{index}", l2=l2, bound=bound))
    return tuple(found)
