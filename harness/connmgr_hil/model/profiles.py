"""Which release's semantics hold: differences between Zephyr versions, as data."""

from dataclasses import dataclass

from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.facts import Hello


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The semantics of a range of Zephyr releases (specification 0.2).

    The flags are named for what the newer side does.
    """

    name: str
    since: tuple[int, int]
    families: bool
    """IPv4 and IPv6 have L4 events of their own, and every pass recounts (3.7)."""
    strict_v4_add: bool
    """Only a preferred, non-link-local IPv4 address counts when it is added (3.7)."""
    wide_codes: bool
    """Event codes have 64 bits with one bit for each command (4.2)."""
    intent_mark: bool
    """disconnect leaves admin-down to the IF_DOWN handler, by the DISCONNECTING flag (4.2)."""
    idle: bool
    """There is an idle timeout (4.3)."""

    configuration: bool
    """Implementations may say that there is nothing to connect with (4.5)."""

    static_handlers: bool
    """The Connection Manager's own callbacks are fixed at build time, and run before all others (4.5)."""

    @property
    def flags(self) -> int:
        """How many connectivity flags are legal (REQ-CTL-034)."""
        return 4 if self.intent_mark else 3


def _profile(name: str, since: tuple[int, int], level: int) -> Profile:
    return Profile(
        name=name,
        since=since,
        families=level >= 1,
        strict_v4_add=level >= 1,
        wide_codes=level >= 2,
        intent_mark=level >= 2,
        idle=level >= 3,
        configuration=level >= 4,
        static_handlers=level >= 4,
    )


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        _profile("P34", (3, 4), 0),
        _profile("P37", (3, 7), 1),
        _profile("P42", (4, 2), 2),
        _profile("P43", (4, 3), 3),
        # What is received no longer counts as use. Packets are not seen, so nothing is judged otherwise.
        _profile("P44", (4, 4), 3),
        _profile("P45", (4, 5), 4),
    )
}

_OLD_NAMES = {"P26": "P45"}
"""Names that traces, platform files and tests may still use."""

_PROBE_BEFORE_4_5 = "1.0.0"
"""This version of the probe recognised the state of 2026 by its events, before it had a release, and called it 4.4."""


def current_name(name: str) -> str:
    """Return the present name of a profile that was renamed, and any other name unchanged."""
    return _OLD_NAMES.get(name, name)


def profile_named(name: str) -> Profile | None:
    """Return the profile with a current or former name; None if there is none."""
    return PROFILES.get(current_name(name))


def profile_for(release: str) -> Profile:
    """Return the profile for a release such as `3.4` or `4.2.1`.

    Raises `UsageError` for a release before 3.4, which has no connectivity control.
    """
    fitting = [profile for profile in PROFILES.values() if profile.since <= _numbers(release)]
    if not fitting:
        raise UsageError("this Zephyr is too old: 3.4 or newer is needed", f"release {release}")
    return fitting[-1]


def profile_of(hello: Hello) -> Profile:
    """Return the profile that follows from what a device says of itself.

    It is that of its Connection Manager's release. A kernel of 4.1 to 4.3 whose probe of version 1.0.0 says 4.4
    has the state that 4.5 began with. Raises `UsageError` as `profile_for` does.
    """
    old_probe = hello.app == _PROBE_BEFORE_4_5 and hello.connmgr == "4.4"
    if old_probe and (4, 1) <= _numbers(hello.zephyr) < (4, 4):
        return PROFILES["P45"]
    return profile_for(hello.connmgr)


def _numbers(release: str) -> tuple[int, int]:
    try:
        major, minor = (int(part) for part in release.split(".")[:2])
    except ValueError as error:
        raise UsageError(
            "this is not a release of the Connection Manager, such as 3.7", repr(release)
        ) from error
    return major, minor
