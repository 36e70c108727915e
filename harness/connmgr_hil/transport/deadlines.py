"""The deadlines in host time, each with a name; no other module has numbers for them.

What is judged about a device is in its own time and stands elsewhere (`connmgr_hil.checker.limits`). A deadline here
only says when to give up. `--time-scale` multiplies them all, for slow rigs; windows of device time stay as they are.
"""

import os
import time
from dataclasses import dataclass, replace

from connmgr_hil.vocabulary.errors import UsageError

_VARIABLE = "CMHIL_TIME_SCALE"


@dataclass(frozen=True)
class Deadline:
    """A wait by name. `unscaled` is in seconds of host time."""

    name: str
    unscaled: float
    about: str

    @property
    def seconds(self) -> float:
        """How long it is on this rig."""
        return self.unscaled * time_scale()

    def after(self, more: float = 0.0) -> float:
        """Return when it ends if it begins now, as `time.monotonic()`; `more` seconds are not scaled."""
        return time.monotonic() + self.seconds + more

    def of(self, seconds: float | None) -> "Deadline":
        """Return the same wait with another length, or itself for None."""
        return self if seconds is None else replace(self, unscaled=seconds)

    def until(self, deadline: float) -> "Deadline":
        """Return the same wait, but over at a deadline of `time.monotonic()` at the latest."""
        left = max(0.0, deadline - time.monotonic())
        return self.of(min(self.unscaled, left / time_scale()))

    def __str__(self) -> str:
        scale = f", at time scale {time_scale():g}" if time_scale() != 1.0 else ""
        return f"{self.seconds:g} s (deadline '{self.name}'{scale})"


START = Deadline("start", 10.0, "a program that was started names its terminal")
CONNECT = Deadline("connect", 10.0, "a server accepts a connection")
MONITOR = Deadline("monitor", 10.0, "QEMU's monitor answers")
HELLO = Deadline("hello", 10.0, "a device says hello and names its ifaces")
ANSWER = Deadline("answer", 10.0, "a command is answered, beyond the device time it asks for")
LEAVE = Deadline("leave", 2.0, "a device gives its shell back to people")
WRITE = Deadline("write", 10.0, "the other end of a line takes bytes")
END = Deadline("end", 10.0, "a process that was killed is gone")
LAST_WORDS = Deadline("last words", 0.2, "a program whose line ended gives its exit status")
LATE = Deadline("late", 2.0, "a silent device answers late, before it counts as stuck")
BUSY = Deadline("busy", 60.0, "a program on a busy host gets the processor")
KNOCK = Deadline("knock", 0.5, "a shell shows a prompt, before it is asked again")
ECHO = Deadline("echo", 0.05, "a shell without the probe takes a line out of its ring")
QUIET = Deadline("quiet", 0.05, "a shell without the probe finishes the output of a command")
PIECE = Deadline("piece", 600.0, "a worker of a campaign finishes a task")

RECALL = Deadline("recall", 0.15, "a silent device says whether it has restarted")
REST = Deadline("rest", 0.05, "a line that refuses commands or sends much comes to rest")
WHO = Deadline("who", 2.0, "a board that runs says who it is")
HEAR = Deadline("hear", 1.0, "anything else on a board's line sends something")
GLANCE = Deadline("glance", 0.3, "the line sends something at another baud rate")
BOOT = Deadline("boot", 10.0, "a board has booted (`boot_seconds` of its platform file)")
PORT = Deadline("port", 15.0, "a USB port comes back (`port_seconds` of its platform file)")
LOOK = Deadline("look", 0.05, "a missing port, monitor or boot is looked for again")
DRAIN = Deadline("drain", 0.2, "what a board said before its reset has been read")
SETTLE = Deadline("settle", 0.02, "a board that was asked twice has answered twice")
TURN = Deadline("turn", 0.2, "a process that lists the locks of boards releases one")
COMMAND = Deadline("command", 120.0, "a rung of the reset ladder ends (`command_seconds`)")
STIMULUS = Deadline("stimulus", 30.0, "the command of a stimulus ends (`seconds` of its table)")
FLASH = Deadline("flash", 300.0, "an image is written (`seconds` of the platform file's `[flash]`)")
MERGE = Deadline("merge", 60.0, "esptool merges the flash of an emulated chip")
RENODE = Deadline("renode", 30.0, "Renode starts, or executes a monitor command")
LABGRID = Deadline("labgrid", 60.0, "labgrid's client executes a command")
EXPORT = Deadline("export", 15.0, "an exporter of labgrid offers a serial port")
VERSION = Deadline("version", 20.0, "a program prints its version")
TELL = Deadline("tell", 20.0, "git or ninja reports about a tree or a build")
BUILD = Deadline("build", 3600.0, "a build of Zephyr ends")

DEADLINES = tuple(each for each in list(globals().values()) if isinstance(each, Deadline))
"""All of them, in the order of this page."""


def time_scale() -> float:
    """Return what all deadlines are multiplied by. Raises `UsageError` for a CMHIL_TIME_SCALE that is no number."""
    text = os.environ.get(_VARIABLE, "")
    return _checked(text) if text else 1.0


def set_time_scale(scale: float | str) -> None:
    """Multiply all deadlines of this process and of those it starts. Raises `UsageError` unless from 0.01 to 1000."""
    os.environ[_VARIABLE] = str(_checked(str(scale)))


def _checked(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 0.01 <= scale <= 1000:
        raise UsageError(
            "this is not a time scale from 0.01 to 1000", repr(text), f"--time-scale or {_VARIABLE}"
        )
    return scale
