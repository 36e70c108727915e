"""What a scenario or a test needs of a device and its rig; without it, it does not run."""

from collections.abc import Callable
from dataclasses import dataclass

from connmgr_hil.model import Profile
from connmgr_hil.model.profiles import current_name
from connmgr_hil.targets import Target
from connmgr_hil.targets.stimuli import STANDARD
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.facts import REAL, ROLES, Hello, IfaceFacts, role_indexes
from connmgr_hil.vocabulary.requirements import ORDER

DHCP = "dhcp"
FAST_LINE = "fast-line"
FAST_BAUD = 460_800
ASKING = "--scenario 'tour-*'"
PROGRAM = "program"
BOOT = "boot"
RIG = (BOOT, DHCP, FAST_LINE, PROGRAM, *STANDARD)
"""Needs that the rig meets: a device that was just restarted, addresses by DHCP, a fast line, a program on this host, stimuli from outside."""

UNOBSERVABLE = "not observable through the stock shell"
"""Why what needs the probe cannot run on firmware without it."""

_Ifaces = tuple[IfaceFacts, ...]


def _real_is_bound(hello: Hello, ifaces: _Ifaces) -> bool:
    real = role_indexes(hello, ifaces).get(REAL)
    return any(facts.bound for facts in ifaces if facts.index == real)


def _dormant_at_boot(_: Hello, ifaces: _Ifaces) -> bool:
    return any(facts.auto and facts.dormant_in_init for facts in ifaces)


def _ready_at_boot(_: Hello, ifaces: _Ifaces) -> bool:
    return any(facts.auto and facts.name == "free1" for facts in ifaces)


FEATURES: dict[str, tuple[Callable[[Hello, _Ifaces], bool], str]] = {
    "dad": (
        lambda hello, _: hello.dad,
        "a build with duplicate address detection (variant dad)",
    ),
    "no-dad": (
        lambda hello, _: not hello.dad,
        "a build without duplicate address detection",
    ),
    "queue5": (lambda hello, _: hello.queue == 5, "an event queue of length 5 (variant queue5)"),
    "queue64": (lambda hello, _: hello.queue >= 64, "an event queue of length 64 or more"),
    "autodown": (lambda hello, _: hello.autodown, "a build with automatic admin-down"),
    "no-autodown": (lambda hello, _: not hello.autodown, "a build without automatic admin-down"),
    "boot-trap": (
        _dormant_at_boot,
        "a build that sets dormant in the implementation's init (variant dormant_in_init)",
    ),
    "no-boot-trap": (
        lambda hello, ifaces: not _dormant_at_boot(hello, ifaces),
        "a build that sets dormant in the iface's init",
    ),
    "boot-ready": (
        _ready_at_boot,
        "a build with an iface that is ready at start (variant boot_ready)",
    ),
    "no-boot-ready": (
        lambda hello, ifaces: not _ready_at_boot(hello, ifaces),
        "a build without an iface that is ready at start",
    ),
    "deprecates": (
        lambda hello, _: not hello.removes_addresses,
        "a kernel that deprecates an address whose lifetime is over; newer ones remove it",
    ),
    "stock": (
        lambda hello, _: hello.dialect == "stock" and hello.track > 0,
        "upstream's 'net cm' shell (4.0 or newer) in firmware without the probe (--dialect stock)",
    ),
    "both": (
        lambda hello, _: hello.both,
        "a probe that executes two commands at once (CONFIG_CM_PROBE_BOTH)",
    ),
    "l2-down": (
        lambda hello, _: hello.has_probe(1, 2),
        "a probe of version 1.2 or newer, whose stubborn L2 may refuse to be disabled",
    ),
    "events": (
        lambda hello, _: hello.events,
        "a shell that shows events (CONFIG_NET_MGMT_EVENT_MONITOR)",
    ),
    "R-bound": (
        _real_is_bound,
        "a connectivity implementation bound to the board's own iface (role R; variant wifi)",
    ),
    "ipv4": (lambda hello, _: hello.ipv4, "IPv4 (CONFIG_NET_IPV4)"),
    "ipv6": (lambda hello, _: hello.ipv6, "IPv6 (CONFIG_NET_IPV6)"),
    "room2": (
        lambda hello, _: 1 not in (hello.room4, hello.room6),
        "room for two addresses on an iface (CONFIG_NET_IF_UNICAST_IPV4_ADDR_COUNT, …IPV6…)",
    ),
    "no-own-auto": (
        lambda _, ifaces: not any(facts.is_real and facts.auto for facts in ifaces),
        "a build where only the sample application's ifaces start by themselves",
    ),
    "granted-time": (
        lambda hello, _: hello.granted,
        "granted time; this device's time goes by itself",
    ),
    "reboot": (lambda hello, _: hello.reboot, "the command 'reboot'"),
}
"""What a device may offer: whether it does, and what that is in words."""

NEEDS = (*ROLES, REAL, *FEATURES, *RIG)
"""All that may be needed: iface roles, features of the build, and what the rig can do."""


@dataclass(frozen=True)
class Needs:
    """What must be there, by name, and the profiles (P34 … P45) between which the device must be.

    Raises `UsageError` listing the valid values for a need or profile that does not exist.
    """

    names: tuple[str, ...] = ()
    since: str = ORDER[0]
    until: str = ORDER[-1]

    def __post_init__(self) -> None:
        """Insist on names that exist."""
        for name in self.names:
            _insist("need", name, NEEDS)
        for profile in (self.since, self.until):
            _insist("profile", current_name(profile), ORDER)

    def obstacle(
        self, hello: Hello, ifaces: _Ifaces, profile: Profile, target: Target | None = None
    ) -> str:
        """Return why a device does not offer it, or an empty string.

        What the rig must do (`dhcp`, stimuli) is there only if there is a target that does it.
        """
        if hello.dialect == "stock" and "stock" not in self.names:
            return UNOBSERVABLE
        place = ORDER.index(profile.name)
        if place < ORDER.index(current_name(self.since)):
            return f"needs profile {self.since} or later; this device has {profile.name}"
        if place > ORDER.index(current_name(self.until)):
            return f"is about profiles up to {self.until}; this device has {profile.name}"
        roles = role_indexes(hello, ifaces)
        for need in self.names:
            if need in FEATURES:
                has, what = FEATURES[need]
                lacking = "" if has(hello, ifaces) else f"needs {what}"
            elif need in RIG:
                lacking = _rig_lacks(need, target)
            elif need in roles:
                lacking = ""
            elif need == REAL:
                lacking = "needs an iface of the board's own (role R; variant real_iface)"
            else:
                lacking = f"needs iface {ROLES[need]} (role {need})"
            if lacking:
                return lacking
        return ""


def slow_baud(target: Target | None) -> int:
    """Return the baud rate of a board's line that is too slow for what needs a fast one, or 0."""
    if target is None or target.platform.kind != "board":
        return 0
    baud = target.platform.console.baud
    return baud if baud < FAST_BAUD else 0


def _insist(what: str, given: str, valid: tuple[str, ...]) -> None:
    if given not in valid:
        raise UsageError(f"there is no {what} {given!r}", "", "valid: " + ", ".join(valid))


def _rig_lacks(need: str, target: Target | None) -> str:
    if need == FAST_LINE:
        baud = slow_baud(target)
        return f"takes minutes at {baud:,} baud; to run it anyway: {ASKING}" if baud else ""
    if need == BOOT:
        return ""
    if target is None:
        return f"needs a rig with {need}"
    if need == PROGRAM:
        is_program = target.platform.kind in ("native", "simulated")
        return "" if is_program else "needs a device that is a program on this host"
    if need == DHCP:
        has = DHCP in target.platform.network
        return "" if has else "needs a network that gives addresses by DHCP"
    obstacle = target.obstacle_to_stimulus(need)
    return f"needs the stimulus {need}: {obstacle}" if obstacle else ""
