"""What the plugin remembers about a test."""

import warnings
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from connmgr_hil.conformance.session import Session

RUN: "pytest.StashKey[Session]" = pytest.StashKey()
"""The session on a device, once the test has one."""

RIG: pytest.StashKey[bool] = pytest.StashKey()
"""Whether the test ended because the rig broke."""


def old_name(old: str, new: str) -> pytest.PytestDeprecationWarning:
    """Return the warning for a name that other suites have, too."""
    return pytest.PytestDeprecationWarning(f"connmgr-hil's {old} is called {new!r} now")


def warn_of_old_name(old: str, new: str) -> None:
    """Warn of a name that other suites have, too; it goes on working."""
    warnings.warn(old_name(old, new), stacklevel=3)
