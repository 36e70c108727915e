"""The base of all tables of a platform file."""

import msgspec


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a platform file; unknown keys are mistakes."""
