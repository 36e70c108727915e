"""Compares what a platform file declares of its device with what the device says."""

from collections.abc import Iterable

from connmgr_hil.vocabulary.errors import WrongDevice
from connmgr_hil.vocabulary.facts import Hello, IfaceFacts

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
        f"{how[wanted]} on {target}, as `time.granted` in its platform file says",
        how[facts.granted],
        f"build it with CONFIG_CM_PROBE_CLOCK={option}, or mend `time.granted`",
    )


def require_ifaces(platform: Platform, ifaces: Iterable[IfaceFacts], target: str) -> None:
    """Refuse a device that lacks an iface which its platform file declares. Raises `WrongDevice` naming them.

    Firmware without the probe names its ifaces as it likes, so nothing is asked of it.
    """
    if platform.dialect == "stock":
        return
    there = {facts.name for facts in ifaces}
    if lacking := [name for name in platform.ifaces if name not in there]:
        raise WrongDevice(
            f"ifaces {', '.join(platform.ifaces)} on {target}",
            f"no {', '.join(lacking)}; it has {', '.join(sorted(there)) or 'none'}",
            "flash the image that was built for this run, or mend `ifaces` in the platform file",
        )
