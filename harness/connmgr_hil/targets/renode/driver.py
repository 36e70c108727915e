"""The interface to Renode, independent of how it is run."""

import os
from collections.abc import Callable
from typing import Protocol, get_args

from connmgr_hil.targets.platforms import RenodeDriverName
from connmgr_hil.transport import DescriptorTransport
from connmgr_hil.vocabulary.errors import UsageError

from .finding import find_renode, pyrenode_place

VARIABLE = "CMHIL_RENODE_DRIVER"

PYRENODE_REMEDY = (
    "pip install 'pyrenode3 @ git+https://github.com/antmicro/pyrenode3.git', and "
    "set one of PYRENODE_PKG, PYRENODE_BUILD_DIR, PYRENODE_BIN to a Renode"
)
PROCESS_REMEDY = "get Renode 1.16 or newer from renode.io; put it on PATH or set RENODE_PATH to it"


class RenodeDriver(Protocol):
    """A Renode that runs and takes commands of its monitor.

    All methods raise `RigFault` with Renode's own words when something is refused, or Renode is gone.
    """

    @property
    def pid(self) -> int:
        """The process in which it runs."""

    def know(self, machine: str) -> None:
        """Prepare for a machine of this name."""

    def execute(self, command: str, *, seconds: float | None = None) -> str:
        """Give a command of the monitor, wait for its end, and return what it printed."""

    def look_after(self, line: DescriptorTransport) -> None:
        """Let a line to one of its terminals keep Renode's output flowing, and know its last words."""

    def stop(self) -> None:
        """End it, or all that it runs; ending it twice does no harm."""


def choose_driver(wanted: RenodeDriverName) -> Callable[[], RenodeDriver]:
    """Return what starts Renode: by what the platform file wants, unless CMHIL_RENODE_DRIVER says otherwise.

    `auto` takes a Renode program where there is one, else pyrenode3. Raises `UsageError` with what is missing.
    """
    if is_in_process(wanted):
        return _in_process
    program = find_renode()
    if program is None:
        raise UsageError(
            "Renode, which runs this platform, is not installed",
            "no 'renode' on PATH, and RENODE_PATH does not name one",
            f"{PROCESS_REMEDY}. Or run it in this process: {PYRENODE_REMEDY}",
        )
    found = program

    def started() -> RenodeDriver:
        from .process_driver import ProcessDriver  # noqa: PLC0415 - only what is used is loaded

        return ProcessDriver(found)

    return started


def is_in_process(wanted: RenodeDriverName) -> bool:
    """Tell whether Renode would run in this process, of which no copy can then be made. Raises `UsageError` as `choose_driver`."""
    named = os.environ.get(VARIABLE) or wanted
    names = get_args(RenodeDriverName)
    if named not in names:
        raise UsageError(
            f"{VARIABLE} names no way to run Renode", repr(named), f"one of {', '.join(names)}"
        )
    if named == "auto":
        return find_renode() is None and bool(pyrenode_place())
    return named == "pyrenode"


def _in_process() -> RenodeDriver:
    from .pyrenode_driver import PyrenodeDriver  # noqa: PLC0415 - it loads .NET

    return PyrenodeDriver()
