"""What the plugin remembers about a test."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from connmgr_hil.testbed import Run

RUN: "pytest.StashKey[Run]" = pytest.StashKey()
"""The run on a device, once the test has one."""

RIG: pytest.StashKey[bool] = pytest.StashKey()
"""Whether the test ended because the rig broke."""
