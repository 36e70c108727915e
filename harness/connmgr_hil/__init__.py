"""Conformance testing of Zephyr's Connection Manager over a UART, judged by a reference model.

The names below are the public API. They stay as they are until the next major version; what is found
in submodules alone may change with any version.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .checker import Failure, Outcome, Verdict, check_trace
    from .conformance.bench import Bench
    from .conformance.nonconforming import Nonconforming
    from .conformance.run import run_scenario, verify
    from .conformance.scenario import Scenario, scenario
    from .conformance.session import Session
    from .targets import Choice, Target, open_target
    from .trace import read_records
    from .vocabulary.errors import ConnMgrHilError, DeviceFault, LineDamaged, RigFault, UsageError

__version__ = "0.1.0"

__all__ = [
    "Bench",
    "Choice",
    "ConnMgrHilError",
    "DeviceFault",
    "Failure",
    "LineDamaged",
    "Nonconforming",
    "Outcome",
    "RigFault",
    "Scenario",
    "Session",
    "Target",
    "UsageError",
    "Verdict",
    "check_trace",
    "open_target",
    "read_records",
    "run_scenario",
    "scenario",
    "verify",
]

_HOMES = {
    "checker": ("Failure", "Outcome", "Verdict", "check_trace"),
    "conformance.bench": ("Bench",),
    "conformance.run": ("run_scenario", "verify"),
    "conformance.scenario": ("Scenario", "scenario"),
    "conformance.nonconforming": ("Nonconforming",),
    "conformance.session": ("Session",),
    "targets": ("Choice", "Target", "open_target"),
    "trace": ("read_records",),
    "vocabulary.errors": (
        *("ConnMgrHilError", "DeviceFault", "LineDamaged", "RigFault", "UsageError"),
    ),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: the whole takes a moment, and `cmhil --help` needs none of it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
