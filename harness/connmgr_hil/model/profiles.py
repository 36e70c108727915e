"""Which release's semantics hold: differences between Zephyr versions, as data."""

from dataclasses import dataclass

from connmgr_hil.vocabulary.errors import UsageError


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
    """Implementations may say that there is nothing to connect with (2026)."""

    static_handlers: bool
    """The Connection Manager's own callbacks are fixed at build time, and run before all others (2026)."""

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
        _profile("P26", (4, 4), 4),
    )
}


def profile_for(release: str) -> Profile:
    """Return the profile for a release such as `3.4` or `4.2.1`.

    Raises `UsageError` for a release before 3.4, which has no connectivity control.
    """
    try:
        major, minor = (int(part) for part in release.split(".")[:2])
    except ValueError as error:
        raise UsageError(
            "a Connection Manager release such as 3.7 was expected", repr(release)
        ) from error
    fitting = [profile for profile in PROFILES.values() if profile.since <= (major, minor)]
    if not fitting:
        raise UsageError("Zephyr 3.4 or newer is needed", f"release {release}")
    return fitting[-1]
