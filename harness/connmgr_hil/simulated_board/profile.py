"""The release whose Connection Manager the board imitates."""


class Profile:
    """Zephyr 3.4 (P34), and the base of the others: each names what it changes."""

    name = "P34"
    connmgr = "3.4"
    # Four more L4 events; readiness recounted in every pass; IPv4 rule as strict as that of IPv6.
    counts_families = False
    # 64-bit event codes with one bit for each command.
    wide_codes = False
    # disconnect() marks the intent and leaves admin-down to the IF_DOWN handler.
    marks_intent = False
    idle_timeout = False
    has_no_configuration_event = False
    # The Connection Manager's own callbacks are fixed at build time and run before all others.
    static_handlers = False

    @property
    def flag_count(self) -> int:
        """The first flag number that is invalid."""
        return 4 if self.marks_intent else 3


class Profile37(Profile):
    """Zephyr 3.7 to 4.1."""

    name = "P37"
    connmgr = "3.7"
    counts_families = True


class Profile42(Profile37):
    """Zephyr 4.2."""

    name = "P42"
    connmgr = "4.2"
    wide_codes = True
    marks_intent = True


class Profile43(Profile42):
    """Zephyr 4.3."""

    name = "P43"
    connmgr = "4.3"
    idle_timeout = True


class Profile44(Profile43):
    """Zephyr 4.4; what is received counts as use no longer, but nothing is received here."""

    name = "P44"
    connmgr = "4.4"


class Profile45(Profile44):
    """Zephyr 4.5."""

    name = "P45"
    connmgr = "4.5"
    has_no_configuration_event = True
    static_handlers = True


PROFILES: dict[str, type[Profile]] = {
    profile.name: profile
    for profile in (Profile, Profile37, Profile42, Profile43, Profile44, Profile45)
}
# The name that the state of 2026 had before it had a release.
PROFILES["P26"] = Profile45
