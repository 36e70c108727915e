"""A transcript: what a device sends when, and what the true outcome is. One TOML file each in `cases`."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

CASES = Path(__file__).parent / "cases"


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that the device does while it executes the command. Exactly one field is set.

    `event` sends one; `reply` answers with this status (`tag` for another tag than asked); `raw` sends bytes as they
    are (Python escapes); `frame` sends a sound frame with that body, `{seq}` and `{tag}` filled in; `make`
    numbers an event without sending it (`forget`: the ring loses it, too); `do` is an act of its own.
    """

    event: str = ""
    reply: int | None = None
    tag: str = ""
    raw: str = ""
    frame: str = ""
    make: str = ""
    forget: bool = False
    do: Literal["", "restart", "silent restart", "human", "vanish", "hello", "again reply"] = ""
    times: int = 1


class Spoil(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the line does to the first `times` frames that match: flips a bit, drops, cuts, doubles or glues them."""

    match: str
    how: Literal["flip", "drop", "cut", "double", "glue", "first byte"]
    times: int = 1


class Truth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What really happened. Either `error` (the class that must be raised), or status and events.

    `lost`: it cannot be known all, and that must be said. `values` are of the reply, `noise` must be shown.
    """

    error: str = ""
    status: str = ""
    events: tuple[str, ...] = ()
    lost: bool = False
    noise: tuple[str, ...] = ()
    values: dict[str, str] = {}
    message: str = ""


class Probe(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="probe", tag_field="dialect"
):
    """A device that speaks frames: what it says of itself, does in `up 1`, and how the line spoils it."""

    about: str
    truth: Truth
    steps: tuple[Step, ...] = ()
    later: tuple[Step, ...] = ()
    spoil: tuple[Spoil, ...] = ()
    boot: str = ""
    facts: dict[str, str | int] = {}
    ifaces: int = 1
    missing_ifaces: int = 0
    machine: bool = True
    seconds: float = 5.0


class Stock(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="stock", tag_field="dialect"
):
    """A shell without probe: what it prints to `command`, meanwhile and afterwards, and what it mishears."""

    about: str
    truth: Truth
    command: str
    line: str
    answer: str = ""
    during: str = ""
    after: str = ""
    prompt: str = "uart:~$ "
    colours: bool = True
    echo: bool = True
    wrap: int = 0
    mishears: tuple[str, str] | None = None
    chunk: int = 0
    seconds: float = 5.0


Transcript = Probe | Stock


def unescaped(text: str) -> bytes:
    """Return the bytes that a text with Python escapes stands for."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")


def load(path: Path) -> Transcript:
    """Read one case; what it cannot mean is an error."""
    return msgspec.convert(tomllib.loads(path.read_text()), Transcript)
