"""Parses the output of upstream's own shell (specification 5.2 and 5.4; Zephyr 4.0 and newer).

Sources: `subsys/net/lib/shell/{cm,events,iface}.c` of Zephyr; `net_shell.c` before 3.6.
"""

import re
from dataclasses import dataclass
from typing import Literal

from connmgr_hil.vocabulary.events import Event


@dataclass(frozen=True, slots=True)
class ListedIface:
    """How the shell names an iface. `name` is empty if the build has no iface names.

    Zephyr 4.0 and 4.1 write `unnamed` for every iface that has a name.
    """

    index: int
    pointer: str
    name: str
    l2: str


@dataclass(frozen=True, slots=True)
class Status:
    """One line of `net cm status`; `tracked` is false for an iface that the monitor has no word for."""

    iface: ListedIface
    tracked: bool
    ignored: bool = False
    bound: bool = False
    admin: bool = False
    oper: bool = False
    ipv4: bool = False
    ipv6: bool = False
    connected: bool = False


@dataclass(frozen=True, slots=True)
class WatchedLines:
    """`now ignored`, `now watched`."""

    iface: ListedIface
    ignored: bool


@dataclass(frozen=True, slots=True)
class Instructed:
    """A command was passed on, for one iface or (None) for all that are not ignored."""

    what: Literal["connect", "disconnect", "up", "down", "ignore", "watch"]
    iface: ListedIface | None


@dataclass(frozen=True, slots=True)
class FlagValue:
    """The value of a connectivity flag; `was_set` tells setting from getting."""

    iface: ListedIface
    flag: str
    value: bool
    was_set: bool


@dataclass(frozen=True, slots=True)
class TimeoutValue:
    """The connectivity timeout in seconds, 0 for none; `was_set` tells setting from getting."""

    iface: ListedIface
    seconds: int
    was_set: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The shell did not call the API; `kind` says why, as in specification 5.2."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class AdminResult:
    """The outcome of `net iface up` or `down`: the status of the API, which only this command shows."""

    index: int
    up: bool
    status: int


@dataclass(frozen=True, slots=True)
class EventLine:
    """A line of `net events on`. `name` is `-` for an event that has no name here; iface 0 is NULL."""

    layer: str
    iface: int
    name: str
    text: str
    code: int = 0


@dataclass(frozen=True, slots=True)
class LogLine:
    """A message of the log that the shell prints."""

    level: str
    module: str
    message: str


@dataclass(frozen=True, slots=True)
class InterfaceTitle:
    """The first line about an iface in `net iface`; `name` is empty if there are no names."""

    index: int
    name: str
    l2: str


@dataclass(frozen=True, slots=True)
class Version:
    """What `kernel version` says."""

    release: str


ShellLine = (
    Status | WatchedLines | Instructed | FlagValue | TimeoutValue | Refused | AdminResult
    | EventLine | LogLine | InterfaceTitle | Version
)  # fmt: skip

_INFO = (
    r"(?P<index>\d{1,10}) \((?P<pointer>(?:0x)?[0-9a-fA-F]+) - (?:(?P<name>.*) - )?(?P<l2>.+?)\)"
)
_FLAG = r"(?P<flag>PERSISTENT|NO_AUTO_CONNECT|NO_AUTO_DOWN)"
_SECONDS = r"(?P<seconds>-?\d{1,10})(?: seconds| \(no timeout\))\."


def _line(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("INFO", _INFO) + r"\s*")


_STATUS = _line(
    r"iface INFO status: (?P<ignored>ignored|watched), (?P<bound>bound|not bound), "
    r"admin-(?P<admin>up|down), oper-(?P<oper>up|down), "
    r"(?P<ip>IPv4 \+ IPv6|IPv4|IPv6|no IP), (?P<connected>connected|not connected)\."
)
_UNTRACKED = _line(r"iface INFO not tracked\.")
_WATCHED = _line(r"iface INFO now (?P<ignored>ignored|watched)\.")
_CONNECT = _line(r"Instructing iface INFO to (?P<what>connect|disc?onnect)\.")
_CONNECT_ALL = _line(r"Instructing all non-ignored ifaces to (?P<what>connect|disc?onnect)\.")
_WATCH_ALL = _line(r"(?P<what>Ignoring|Watching) all ifaces\.")
_ADMIN = _line(r"Taking iface INFO admin-(?P<what>up|down)\.")
_ADMIN_ALL = _line(r"Taking all non-ignored ifaces admin-(?P<what>up|down)\.")
_FLAG_GET = _line(
    rf"The current value of the {_FLAG} connectivity flag on iface INFO is (?P<value>[yn])\."
)
_FLAG_SET = _line(rf"Set the connectivity {_FLAG} flag to (?P<value>[yn]) on iface INFO\.")
_TIMEOUT_GET = _line(rf"The connectivity timeout for iface INFO is {_SECONDS}")
_TIMEOUT_SET = _line(rf"Set the connectivity timeout for iface INFO to {_SECONDS}")
_EVENT = _line(
    r"EVENT: (?P<layer>L2|L3|L4|<unknown layer>) \[(?P<index>-?\d{1,10})\] (?P<text>.+?)"
    r"(?: \(0x(?P<code>[0-9a-f]{1,16})\))?"
)
_LOG = _line(r"\[[\d:., ]+\] <(?P<level>err|wrn|inf|dbg)> (?P<module>[^:]+): (?P<message>.*)")
_EVENT_HEAD = "EVENT: "
_DROPPED = _line(r"--- (?P<message>\d+ messages dropped) ---")
_TITLE = _line(
    r"Interface (?:(?P<name>.+) )?\(?(?P<pointer>(?:0x)?[0-9a-fA-F]+)\)? \((?P<l2>[^()]+)\) "
    r"\[(?P<index>\d{1,10})\]"
)
_ADMIN_DONE = _line(r"Interface (?P<index>\d{1,10}) is (?P<what>up|down)")
_ADMIN_FAILED = _line(
    r"Cannot take interface (?P<index>\d{1,10}) (?P<what>up|down) \((?P<rc>-?\d{1,10})\)"
)
_VERSION = _line(r"Zephyr (?:OS )?version v?(?P<release>\d+\.\d+\.\d+\S*)")

# Any of these means that the API was not called.
_REFUSALS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "unbound",
            (
                r"is not bound to a connectivity implementation, cannot (?:connect|disconnect|"
                r"get/set connectivity flag|get/set connectivity timeout)"
            ),
        ),
        ("no target", r"Please specify a target"),
        ("target", r"is not a valid target type or target specifier"),
        (
            "index",
            (
                r'is not a valid iface index|iface with index ".*" does not exist|'
                r"Please specify the target iface index|No such interface in index|Invalid index"
            ),
        ),
        (
            "name",
            (
                r'iface with name ".*" does not exist|Please specify the target iface name|'
                r"name lookup requires CONFIG_NET_INTERFACE_NAME"
            ),
        ),
        ("get or set", r"Please specify get or set"),
        ("flag", r"Please specify a flag|is not a valid flag"),
        ("boolean", r"Please specify true or false"),
        ("timeout", r"Please specify a timeout|is not a valid timeout"),
        ("all", r"Cannot get/set (?:flags|timeout) for all ifaces"),
        ("arguments", r"Too many args|wrong parameter count"),
        ("invalid", r"Invalid target selected"),
        ("feature", r"CONFIG_NET_CONNECTION_MANAGER=y|^Set \S+ (?:and \S+ )?to enable "),
        ("already", r"^Interface \d+ is already up"),
        (
            "address",
            (
                r"^Invalid (?:address|netmask)|^Netmask is missing|^Failed to (?:add|delete|set)|"
                r"^Cannot (?:add|set) (?:IPv[46] )?address|^Correct usage:"
            ),
        ),
        ("command", r": command not found|^Please specify subcommand"),
    )
)

# Before 3.6 the L2 texts are `up` and `down`, and an event that has no text repeats the one before
# (`get_l2_desc` keeps it): the event is then unknown, so they are left out here.
_EVENTS: dict[tuple[str, str], Event] = {
    ("L2", "interface down"): Event.IF_DOWN,
    ("L2", "interface up"): Event.IF_UP,
    ("L2", "interface admin down"): Event.IF_ADMIN_DOWN,
    ("L2", "interface admin up"): Event.IF_ADMIN_UP,
    ("L3", "IPv4 address add"): Event.IPV4_ADDR_ADD,
    ("L3", "IPv4 address del"): Event.IPV4_ADDR_DEL,
    ("L3", "IPv4 ACD ok"): Event.IPV4_ACD_SUCCEED,
    ("L3", "IPv4 ACD fail"): Event.IPV4_ACD_FAILED,
    ("L3", "IPv6 address add"): Event.IPV6_ADDR_ADD,
    ("L3", "IPv6 address del"): Event.IPV6_ADDR_DEL,
    ("L3", "IPv6 DAD ok"): Event.IPV6_DAD_SUCCEED,
    ("L3", "IPv6 DAD fail"): Event.IPV6_DAD_FAILED,
    ("L4", "connected"): Event.L4_CONNECTED,
    ("L4", "disconnected"): Event.L4_DISCONNECTED,
    ("L4", "IPv4 connectivity available"): Event.L4_IPV4_CONNECTED,
    ("L4", "IPv4 connectivity lost"): Event.L4_IPV4_DISCONNECTED,
    ("L4", "IPv6 connectivity available"): Event.L4_IPV6_CONNECTED,
    ("L4", "IPv6 connectivity lost"): Event.L4_IPV6_DISCONNECTED,
    ("L4", "DNS server add"): Event.DNS_SERVER_ADD,
    ("L4", "DNS server del"): Event.DNS_SERVER_DEL,
}
_WITH_ADDRESS = re.compile(r"(?P<what>IPv[46] (?:address|ACD|DAD) \w+|DNS server \w+)(?: \S+)?")


def split_glued(text: str) -> tuple[str, str] | None:
    """Return the text before an event that follows on the same line, and the event's line; None if there is no event.

    A thread may print without a line end. A log message that quotes an event is not split.
    """
    place = text.find(_EVENT_HEAD, 1)
    if place < 0 or _LOG.fullmatch(text) or _event(text[place:]) is None:
        return None
    return text[:place], text[place:]


def parse(text: str) -> ShellLine | None:
    """Return what a line says, or None for a line that is not known here.

    The line comes without colours, prompt and line end, as `Screen` gives it.
    """
    if text.startswith(_EVENT_HEAD):
        return _event(text)
    if match := _LOG.fullmatch(text):
        return LogLine(match["level"], match["module"], match["message"].rstrip())
    if match := _DROPPED.fullmatch(text):
        return LogLine("wrn", "log", match["message"])
    for kind, pattern in _REFUSALS:
        if pattern.search(text):
            return Refused(kind, text)
    return _answer(text)


def _answer(text: str) -> ShellLine | None:
    if match := _STATUS.fullmatch(text):
        ip = match["ip"]
        return Status(
            _iface(match),
            tracked=True,
            ignored=match["ignored"] == "ignored",
            bound=match["bound"] == "bound",
            admin=match["admin"] == "up",
            oper=match["oper"] == "up",
            ipv4="IPv4" in ip,
            ipv6="IPv6" in ip,
            connected=match["connected"] == "connected",
        )
    if match := _UNTRACKED.fullmatch(text):
        return Status(_iface(match), tracked=False)
    if match := _WATCHED.fullmatch(text):
        return WatchedLines(_iface(match), match["ignored"] == "ignored")
    if match := _CONNECT.fullmatch(text):
        return Instructed("connect" if match["what"] == "connect" else "disconnect", _iface(match))
    if match := _CONNECT_ALL.fullmatch(text):
        return Instructed("connect" if match["what"] == "connect" else "disconnect", None)
    if match := _WATCH_ALL.fullmatch(text):
        return Instructed("ignore" if match["what"] == "Ignoring" else "watch", None)
    if match := _ADMIN.fullmatch(text):
        return Instructed("up" if match["what"] == "up" else "down", _iface(match))
    if match := _ADMIN_ALL.fullmatch(text):
        return Instructed("up" if match["what"] == "up" else "down", None)
    if match := _FLAG_GET.fullmatch(text) or _FLAG_SET.fullmatch(text):
        was_set = match.re is _FLAG_SET
        return FlagValue(_iface(match), match["flag"], match["value"] == "y", was_set)
    if match := _TIMEOUT_GET.fullmatch(text) or _TIMEOUT_SET.fullmatch(text):
        return TimeoutValue(_iface(match), int(match["seconds"]), match.re is _TIMEOUT_SET)
    if match := _ADMIN_DONE.fullmatch(text):
        return AdminResult(int(match["index"]), match["what"] == "up", 0)
    if match := _ADMIN_FAILED.fullmatch(text):
        return AdminResult(int(match["index"]), match["what"] == "up", int(match["rc"]))
    if match := _TITLE.fullmatch(text):
        return InterfaceTitle(int(match["index"]), match["name"] or "", match["l2"])
    if match := _VERSION.fullmatch(text):
        return Version(match["release"])
    return None


def _iface(match: re.Match[str]) -> ListedIface:
    name = (match["name"] or "").strip()
    return ListedIface(int(match["index"]), match["pointer"], name, match["l2"])


def _event(text: str) -> EventLine | None:
    match = _EVENT.fullmatch(text)
    if match is None:
        return None
    what = match["text"].strip()
    with_address = _WITH_ADDRESS.fullmatch(what)
    key = (match["layer"], with_address["what"] if with_address else what)
    return EventLine(
        match["layer"],
        max(0, int(match["index"])),  # the shell writes -1 for a NULL iface
        str(_EVENTS.get(key, "-")),
        what,
        int(match["code"] or "0", 16),
    )
