"""Observations: what a device showed, in order.

These are also the records of a trace (`connmgr_hil.trace`). `t` is device time in microseconds since boot,
`h` the host's monotonic clock in seconds since the trace began.
"""

from typing import Annotated, Literal

import msgspec

from .facts import Hello, IfaceFacts

DeviceTime = Annotated[int, msgspec.Meta(ge=0)]
"""Device time in microseconds since boot."""


class Record(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="k", omit_defaults=True, gc=False
):
    """One line of a trace."""

    h: float = 0.0


class Provenance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a trace's evidence comes from, as far as known.

    `digest` is the SHA-256 of the file `image`, and `built` is when it was written. `zephyr` is the tree that it was built from, with
    its `release` and `commit`; `changed` says whether files in it differed from the commit. `device` are the options that selected
    the device, and `command` is the whole command line. Times are UTC.
    """

    image: str = ""
    digest: str = ""
    built: str = ""
    zephyr: str = ""
    release: str = ""
    commit: str = ""
    changed: bool | None = None
    host: str = ""
    date: str = ""
    command: tuple[str, ...] = ()
    device: tuple[str, ...] = ()


MOST_TOLERANCE = 10_000_000
"""In microseconds: with more, no timer could be wrong."""


class Header(Record, frozen=True, kw_only=True, tag="header"):
    """Where a trace comes from; always its first record.

    `late` and `jitter` are the tolerances of the target's clock, in microseconds; they also apply when the trace is judged
    later. `retry` is the number of earlier tries that did not conform (`verify --retry`).
    `actors` are the commands that the application gives by itself, as its platform file declares them.
    """

    format: int = 1
    tool: str = ""
    target: str = ""
    platform: str = ""
    scenario: str = ""
    requirements: tuple[str, ...] = ()
    seed: int | None = None
    profile: str = ""
    note: str = ""
    late: Annotated[int, msgspec.Meta(ge=0, le=MOST_TOLERANCE)] = 500_000
    jitter: Annotated[int, msgspec.Meta(ge=0, le=MOST_TOLERANCE)] = 50_000
    retry: Annotated[int, msgspec.Meta(ge=0)] = 0
    actors: tuple[str, ...] = ()
    origin: Provenance | None = None


class HelloSeen(Record, frozen=True, kw_only=True, tag="hello"):
    """The device said who it is, after a start of the given kind.

    `start` is `boot` when the device was just started (nothing else has happened since) and
    `attach` when it had been running before. Zephyr numbers ifaces from 1 on; others raise `ValueError`.
    """

    t: DeviceTime
    facts: Hello
    ifaces: tuple[IfaceFacts, ...] = ()
    start: str = "boot"

    def __post_init__(self) -> None:
        numbers = sorted(iface.index for iface in self.ifaces)
        if numbers != list(range(1, len(numbers) + 1)):
            shown = ", ".join(map(str, numbers))
            raise ValueError(f"ifaces should be numbered from 1 on, each once, not {shown}")


class Stimulus(Record, frozen=True, kw_only=True, tag="stimulus"):
    """A command was given to the device. `id` ties its reply to it."""

    id: int
    words: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Outside(Record, frozen=True, kw_only=True, tag="outside"):
    """An action on the device from outside: a cable pulled, a network switched off.

    `name` and `description` are those of the platform file's stimulus; never judged by itself.
    """

    name: str
    description: str = ""


class Reply(Record, frozen=True, kw_only=True, tag="reply"):
    """A command was answered. `t0` is when the device began to execute it."""

    t: DeviceTime
    id: int
    t0: DeviceTime
    status: str
    values: dict[str, str] = {}


class Part(Record, frozen=True, kw_only=True, tag="part"):
    """One command inside a burst, or a hook's command, was answered."""

    t: DeviceTime
    index: int
    status: str
    hook: bool = False
    values: dict[str, str] = {}


class EventSeen(Record, frozen=True, kw_only=True, tag="event"):
    """A listener got an event, with what it saw at that moment."""

    t: DeviceTime
    listener: str
    name: str
    code: int
    iface: int
    admin: bool | None = None
    oper: bool | None = None
    monitor: str = ""
    v4: int = 0
    v6: int = 0
    info: str | None = None


class CallSeen(Record, frozen=True, kw_only=True, tag="call"):
    """The simulated connectivity implementation was called."""

    t: DeviceTime
    iface: int
    op: str


class ActorCall(Record, frozen=True, kw_only=True, tag="actor"):
    """The application itself called the Connection Manager: the command that would have done so, and what it returned.

    `t0` is when the call began, `t` when it had returned.
    """

    t: DeviceTime
    t0: DeviceTime
    words: tuple[str, ...]
    status: str
    thread: str = ""


OPER = ("up", "down", "dormant", "lower", "other")
"""The operational states of an iface, as the probe writes them."""


class StateSeen(Record, frozen=True, kw_only=True, tag="state"):
    """The state of an iface, live and as the monitor knows it."""

    t: DeviceTime
    iface: int
    admin: bool
    oper: str
    carrier: bool
    dormant: bool
    bound: bool
    ignored: bool
    flags: int
    timeout: int
    monitor: str
    word: str
    a4: tuple[str, ...] = ()
    a6: tuple[str, ...] = ()


class StatusSeen(Record, frozen=True, kw_only=True, tag="status"):
    """The state of an iface in `net cm status`: all that upstream's own shell reports.

    `admin` and `bound` are live; everything else is the monitor's state (specification 5.3).
    """

    t: DeviceTime
    iface: int
    ignored: bool
    bound: bool
    admin: bool
    oper: bool
    ipv4: bool
    ipv6: bool
    connected: bool


class Storm(Record, frozen=True, kw_only=True, tag="storm"):
    """Too many events came without time passing."""

    t: DeviceTime
    count: int


class Log(Record, frozen=True, kw_only=True, tag="log"):
    """The device logged something; never judged."""

    t: DeviceTime
    level: str
    module: str
    message: str


class Noise(Record, frozen=True, kw_only=True, tag="noise"):
    """Bytes that were not a frame; shown, never judged."""

    text: str


class Reset(Record, frozen=True, kw_only=True, tag="reset"):
    """The harness restarted the device (`expected`), or it restarted by itself."""

    how: str
    expected: bool


class Crashed(Record, frozen=True, kw_only=True, tag="crash"):
    """The device ended: a CPU fault, a failed assertion, a kernel panic, or the end of a native program.

    `reason` is one of `cpu-exception`, `spurious-interrupt`, `stack-overflow`, `kernel-oops`, `kernel-panic`, `assertion`,
    `sanitizer`, `signal NAME`, `exit STATUS`, or the device's own name for it. `source` is `frame` if the device reported it, and
    `process` if its program ended; `text` is its last output. REQ-LIFE-001 and REQ-LIFE-005.
    """

    t: DeviceTime = 0
    reason: str
    thread: str = ""
    pc: str = ""
    text: str = ""
    source: Literal["frame", "process"] = "frame"


class Stuck(Record, frozen=True, kw_only=True, tag="stuck"):
    """Something of the device stopped: a command, the event dispatcher, the monitor's thread, or all of it.

    `id` is the command that does not return (0: none), `ms` for how long, `threads` what the threads wait for. `source` is
    `frame` if the device reported it, and `host` if its machine runs and does not answer. REQ-LIFE-002 and REQ-LIFE-004.
    """

    t: DeviceTime = 0
    what: Literal["command", "dispatcher", "monitor", "device"]
    id: int = 0
    ms: int = 0
    threads: tuple[str, ...] = ()
    source: Literal["frame", "host"] = "frame"


class Lost(Record, frozen=True, kw_only=True, tag="lost"):
    """Frames are lost for good: from here on nothing is certain."""

    first: int
    last: int


class Foreign(Record, frozen=True, kw_only=True, tag="foreign"):
    """Frames of another board or of an earlier boot came that look like the device's own.

    From here on nothing is certain.
    """

    text: str


class Fault(Record, frozen=True, kw_only=True, tag="fault"):
    """The rig failed."""

    kind: str
    message: str


class Note(Record, frozen=True, kw_only=True, tag="note"):
    """A remark of the harness or its user."""

    text: str


class Quirk(Record, frozen=True, kw_only=True, tag="quirk"):
    """A scenario saw the device deviate from a requirement of class Q or R as upstream does."""

    requirement: str


class Complaint(Record, frozen=True, kw_only=True, tag="complaint"):
    """A scenario or a test did not reach a situation: this counts neither for nor against the device.

    `shows` is the expectation and `seen` what came, both as scenarios write them, if it is about events and calls.
    """

    text: str
    shows: str | None = None
    seen: str = ""


class Breach(Record, frozen=True, kw_only=True, tag="breach"):
    """A scenario or a test found a broken requirement that the model cannot judge: a guarantee of an iface that the model does not know.

    Unlike a `Complaint` it counts against the device, unless something was lost or damaged before.
    """

    requirement: Annotated[str, msgspec.Meta(pattern=r"^REQ-[A-Z]+-[0-9]{3}$")]
    sentence: str
    seen: str


UNENDED = "none"
"""What the last record of a run says, with the reason behind it, when the run did not come to its end."""
UNJUDGED = "unjudged"
"""The verdict of a trace that was only recorded."""
_VERDICTS = ("conforms", "fails", "rig", "inconclusive", UNJUDGED)


class VerdictGiven(Record, frozen=True, kw_only=True, tag="verdict"):
    """The verdict on the run: an outcome, or `none` and the reason if it did not end."""

    verdict: str
    summary: str = ""

    @property
    def came_to_its_end(self) -> bool:
        """Whether the run did."""
        return not self.verdict.startswith(UNENDED)

    @property
    def is_known(self) -> bool:
        """Whether it is a verdict that there is."""
        return not self.came_to_its_end or self.verdict in _VERDICTS


AnyRecord = (
    Header
    | HelloSeen
    | Stimulus
    | Outside
    | Reply
    | Part
    | EventSeen
    | CallSeen
    | ActorCall
    | StateSeen
    | StatusSeen
    | Storm
    | Log
    | Noise
    | Reset
    | Crashed
    | Stuck
    | Lost
    | Foreign
    | Fault
    | Note
    | Quirk
    | Complaint
    | Breach
    | VerdictGiven
)
