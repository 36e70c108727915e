"""pytest plugin: devices as fixtures, with the checker judging each test.

This module is loaded in every pytest run of an environment that has connmgr-hil. It imports nothing of the
package before a test asks for a device.
"""

from .fixtures import (
    advance,
    cm,
    cm_advance,
    cm_any_build,
    cm_image,
    cm_network,
    cm_platform,
    cm_port,
    cm_target,
    cm_targets,
    cm_trace_dir,
    cm_variant,
    network,
)
from .hooks import (
    pytest_addoption,
    pytest_configure,
    pytest_itemcollected,
    pytest_report_collectionfinish,
    pytest_report_header,
    pytest_runtest_call,
    pytest_runtest_makereport,
)

__all__ = [
    "advance",
    "cm",
    "cm_advance",
    "cm_any_build",
    "cm_image",
    "cm_network",
    "cm_platform",
    "cm_port",
    "cm_target",
    "cm_targets",
    "cm_trace_dir",
    "cm_variant",
    "network",
    "pytest_addoption",
    "pytest_configure",
    "pytest_itemcollected",
    "pytest_report_collectionfinish",
    "pytest_report_header",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
]
