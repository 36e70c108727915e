"""Upstream's own shell, and what it shows of firmware without the probe (REQ-SH).

A and B are the first bound ifaces, U and V the first unbound ones. The other ifaces are ignored, so that the
application's own actions do not matter.
"""

from connmgr_hil.conformance.bench import V4, V4B, V6, Bench
from connmgr_hil.conformance.scenario import scenario
from connmgr_hil.device.stock import LISTENER, parse
from connmgr_hil.device.stock.output import (
    FlagValue,
    Instructed,
    Refused,
    ShellLine,
    Status,
    TimeoutValue,
    WatchedLines,
)

_REST_SECONDS = 0.3
"""So many seconds of host time are waited for what a command causes: ten times the longest seen."""

_FLAGS = ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN")


def _type(b: Bench, line: str) -> list[str]:
    """Type a line and return what the shell says."""
    return b.ask(f"shell {line}").values.get("said", "").splitlines()


def _say(b: Bench, line: str) -> list[ShellLine]:
    """Type a line and return what its answer means, line by line; every line must mean something."""
    said = _type(b, line)
    meant = [parse(each) for each in said]
    unknown = [each for each, meaning in zip(said, meant, strict=True) if meaning is None]
    b.require(not unknown, f"'{line}' is answered in lines of known form", repr(unknown))
    return [each for each in meant if each is not None]


def _status(b: Bench, target: str = "") -> dict[int, Status]:
    found = _say(b, f"net cm status {target}".strip())
    b.require(all(isinstance(each, Status) for each in found), "only status lines", repr(found))
    return {each.iface.index: each for each in found if isinstance(each, Status)}


def _of(b: Bench, letter: str) -> Status:
    return _status(b, str(b.index(letter)))[b.index(letter)]


def _expect(b: Bench, letter: str, **columns: bool) -> None:
    """The status line of an iface must have these columns."""
    status = _of(b, letter)
    for column, value in columns.items():
        seen = getattr(status, column)
        b.require(seen is value, f"{letter} has {column} {value}", f"{column} {seen}")


def _rest(b: Bench) -> None:
    """Look twice with time between: what does not agree by then is judged (REQ-MON-034)."""
    b.ask("state")
    b.ask(f"advance {round(_REST_SECONDS * 1e6)}")
    b.ask("state")


def _value(b: Bench, command: str, value: int) -> None:
    """A getter must tell this value."""
    seen = b.ask(command).values.get("value", "nothing")
    b.require(seen == str(value), f"'{command}' tells {value}", seen)


def _admin(b: Bench, command: str) -> None:
    """Take an iface up or down; `net iface` is the one command that shows what the API returned."""
    status = b.ask(command).status
    b.require(status == "0", f"'{command}' returns 0", status)


def _l4(b: Bench, command: str) -> list[str]:
    """Give a command and return the L4 events that it causes."""
    b.listeners = (LISTENER,)
    b.ask(command)
    marks = b.take()
    b.ask(f"advance {round(_REST_SECONDS * 1e6)}")
    return [str(mark) for mark in (*marks, *b.take()) if str(mark).startswith("L4_")]


def _shows(b: Bench, command: str, *events: str) -> None:
    seen = _l4(b, command)
    wanted = " ".join(events) or "no L4 event"
    b.require(seen == list(events), f"'{command}' shows {wanted}", " ".join(seen) or "none")


def _alone(b: Bench, *letters: str) -> None:
    """Let only these ifaces count, and begin with them admin-down."""
    for letter in letters:
        b.ask(f"down {letter}")
    b.ask("shell net cm ignore all")
    for letter in letters:
        b.ask(f"watch {letter}")
    b.ask(f"advance {round(_REST_SECONDS * 1e6)}")


@scenario("stock-status", "REQ-SH-001", needs=("stock",))
def status_lines(b: Bench) -> None:
    """`net cm status` prints one line for each iface, in index order."""
    for target in ("", "all", "none"):
        found = _say(b, f"net cm status {target}".strip())
        indexes = [each.iface.index for each in found if isinstance(each, Status)]
        wanted = list(range(1, b.facts.ifaces + 1))
        b.require(indexes == wanted and len(found) == len(wanted), f"ifaces {wanted}", str(indexes))
    for form in ("1", "ifi 1", "IFI 1"):
        b.require(list(_status(b, form)) == [1], f"'{form}' is iface 1", "another")


@scenario("stock-columns", "REQ-SH-002", "REQ-MON-034", needs=("stock", "U"))
def status_columns(b: Bench) -> None:
    """The columns of a status line follow the iface through its states."""
    _alone(b, "U")
    _expect(b, "U", ignored=False, bound=False, admin=False, oper=False, connected=False)
    _admin(b, "up U")
    _expect(b, "U", admin=True, oper=True, ipv4=False, ipv6=False, connected=False)
    _live(b, "U", up=True)
    _l4(b, f"addr4 U add {V4}")
    _expect(b, "U", ipv4=True, ipv6=False, connected=True)
    _l4(b, f"addr6 U add {V6}")
    _expect(b, "U", ipv4=True, ipv6=True, connected=True)
    _l4(b, f"addr4 U del {V4}")
    _expect(b, "U", ipv4=False, ipv6=True, connected=True)
    b.ask("ignore U")
    _expect(b, "U", ignored=True, admin=True, oper=True, ipv6=True, connected=False)
    b.ask("watch U")
    _expect(b, "U", ignored=False, connected=True)
    _admin(b, "down U")
    _expect(b, "U", admin=False, oper=False, connected=False)
    _live(b, "U", up=False)
    _rest(b)


def _live(b: Bench, letter: str, *, up: bool) -> None:
    """`net iface` must see the iface as it is said to be: this is `net_if`, not the monitor."""
    down = any("Interface is down" in each for each in _type(b, f"net iface show {letter}"))
    b.require(down is not up, f"net iface shows {letter} {'up' if up else 'down'}", "the opposite")


@scenario("stock-bound", "REQ-SH-002", needs=("stock", "A", "U"))
def bound_column(b: Bench) -> None:
    """The column `bound` tells bound ifaces from others."""
    _expect(b, "A", bound=True)
    _expect(b, "U", bound=False)
    _value(b, "bound A", 1)
    _value(b, "bound U", 0)


@scenario(
    "stock-ignore",
    "REQ-SH-003",
    "REQ-IGN-001",
    "REQ-IGN-002",
    "REQ-IGN-005",
    "REQ-IGN-006",
    needs=("stock", "events", "U"),
)
def ignore_and_watch(b: Bench) -> None:
    """Ignore and watch change the column and, for the only ready iface, L4."""
    _alone(b, "U")
    _shows(b, "up U")
    _shows(b, f"addr4 U add {V4}", "L4_CONNECTED(U)")
    for ignored, command in ((True, "ignore U"), (False, "watch U")):
        event = "L4_DISCONNECTED(U)" if ignored else "L4_CONNECTED(U)"
        _shows(b, command, event)
        _expect(b, "U", ignored=ignored, admin=True, oper=True, connected=not ignored)
        _rest(b)
        _shows(b, command)
        answer = [
            each.ignored
            for each in _say(b, f"net cm {command}")
            if isinstance(each, WatchedLines) and each.iface.index == b.index("U")
        ]
        b.require(answer == [ignored], f"'{command}' is confirmed", str(answer))
    for what, ignored in (("ignore", True), ("watch", False)):
        lines = _say(b, f"net cm {what} all")
        b.require(
            lines[:1] == [Instructed("ignore" if ignored else "watch", None)]
            and [each.ignored for each in lines[1:] if isinstance(each, WatchedLines)]
            == [ignored] * b.facts.ifaces,
            f"'{what} all' names every iface",
            repr(lines),
        )


@scenario("stock-unbound", "REQ-SH-004", needs=("stock", "U"))
def unbound_refused(b: Bench) -> None:
    """What needs a connectivity implementation is refused for an unbound iface, and does nothing."""
    _alone(b, "U")
    before = _of(b, "U")
    for line in ("connect U", "disconnect U", "flag U get PERSISTENT", "flag U set PERSISTENT yes",
                 "timeout U get", "timeout U set 3"):  # fmt: skip
        _refused(b, f"net cm {line}", "unbound")
    after = _of(b, "U")
    b.require(before == after, f"U stays {before}", repr(after))


def _refused(b: Bench, line: str, kind: str) -> None:
    answer = [parse(each) for each in _type(b, line)]
    kinds = [each.kind for each in answer if isinstance(each, Refused)]
    b.require(kinds == [kind], f"'{line}' is refused ({kind})", f"{kinds or answer}")


@scenario("stock-all", "REQ-SH-005", needs=("stock", "A", "B", "U"))
def bulk_forms(b: Bench) -> None:
    """The `all` forms leave ignored ifaces alone."""
    for letter in ("A", "B", "U"):
        b.ask(f"down {letter}")
        b.ask(f"watch {letter}")
    b.ask("ignore A")
    for what, admin in (("up", True), ("down", False)):
        _instructed(b, what)
        b.ask(f"advance {round(_REST_SECONDS * 1e6)}")
        _expect(b, "A", admin=False, ignored=True)
        _expect(b, "B", admin=admin)
        _expect(b, "U", admin=admin)
    _instructed(b, "connect")
    _expect(b, "A", admin=False)
    _expect(b, "B", admin=True)
    b.ask("watch A")
    b.ask("connect A")
    b.ask("ignore A")
    for what in ("disconnect", "down"):
        _instructed(b, what)
        b.ask(f"advance {round(_REST_SECONDS * 1e6)}")
        _expect(b, "A", admin=True)
    _expect(b, "B", admin=False)


def _instructed(b: Bench, what: str) -> None:
    lines = _say(b, f"net cm {what} all")
    first = lines[0] if lines else None
    b.require(
        isinstance(first, Instructed) and first.what == what and first.iface is None,
        f"'net cm {what} all' is confirmed",
        repr(lines),
    )


@scenario("stock-flags", "REQ-SH-006", needs=("stock", "A"))
def flags_round_trip(b: Bench) -> None:
    """Flags are set and got, by names and booleans in any case."""
    forms = {
        True: ("yes", "y", "1", "true", "YES", "True"),
        False: ("no", "n", "0", "false", "NO", "False"),
    }
    for flag in _FLAGS:
        original = _flag(b, f"get {flag}")
        for on, off in zip(forms[True], forms[False], strict=True):
            for value, word in ((True, on), (False, off)):
                name = flag.lower() if word.islower() else flag
                b.require(
                    _flag(b, f"set {name} {word}") == FlagValue(original.iface, flag, value, True),
                    f"'{word}' sets {flag} {value}",
                    "another answer",
                )
                _value(b, f"flag A {flag}", int(value))
        _flag(b, f"set {flag} {'yes' if original.value else 'no'}")


def _flag(b: Bench, rest: str) -> FlagValue:
    lines = _say(b, f"net cm flag A {rest}")
    b.require(
        len(lines) == 1 and isinstance(lines[0], FlagValue), "one line with a flag", repr(lines)
    )
    assert isinstance(lines[0], FlagValue)
    return lines[0]


@scenario("stock-timeout", "REQ-SH-007", needs=("stock", "A"))
def timeout_forms(b: Bench) -> None:
    """The timeout is set and got: none, 0, 30."""
    original = b.ask("timeout A").values["value"]
    for word, seconds in (("30", 30), ("none", 0), ("1", 1), ("0", 0), ("NONE", 0)):
        lines = _say(b, f"net cm timeout A set {word}")
        b.require(
            [(each.seconds, each.was_set) for each in lines if isinstance(each, TimeoutValue)]
            == [(seconds, True)],
            f"'{word}' sets {seconds} s",
            repr(lines),
        )
        _value(b, "timeout A", seconds)
    b.ask(f"timeout A {original}")


_WRONG = (
    *((f"net cm {verb}", "no target") for verb in
      ("ignore", "watch", "connect", "disconnect", "up", "down", "flag", "timeout", "ignore none")),
    ("net cm flag none get PERSISTENT", "no target"),
    ("net cm status bogus", "target"),
    ("net cm flag get PERSISTENT", "target"),
    ("net cm ignore 0", "index"),
    ("net cm up 200", "index"),
    ("net cm connect ifi x", "index"),
    ("net cm down ifi", "index"),
    ("net cm ignore if", "name"),
    ("net cm ignore if nosuch", "name"),
    ("net cm flag A", "get or set"),
    ("net cm flag A put PERSISTENT", "get or set"),
    ("net cm flag A get", "flag"),
    ("net cm flag A set BOGUS yes", "flag"),
    ("net cm flag A set PERSISTENT", "boolean"),
    ("net cm flag A set PERSISTENT maybe", "boolean"),
    ("net cm timeout A", "get or set"),
    ("net cm timeout A set", "timeout"),
    ("net cm timeout A set -3", "timeout"),
    ("net cm timeout A set soon", "timeout"),
    ("net cm flag all get PERSISTENT", "all"),
    ("net cm timeout all get", "all"),
    ("net cm ignore A A", "arguments"),
    ("net cm connect A B U", "arguments"),
    ("net cm flag A set PERSISTENT yes no", "arguments"),
    ("net cm timeout A set 5 6", "arguments"),
)  # fmt: skip


@scenario("stock-syntax", "REQ-SH-008", needs=("stock", "A", "B", "U"))
def wrong_syntax(b: Bench) -> None:
    """Wrong syntax is told, each kind in its words, and changes nothing."""
    _alone(b)
    before = _everything(b)
    for line, kind in _WRONG:
        _refused(b, line, kind)
    after = _everything(b)
    b.require(before == after, f"everything stays as it was: {before}", repr(after))


def _everything(b: Bench) -> tuple[object, ...]:
    flags = tuple(_flag(b, f"get {flag}").value for flag in _FLAGS)
    return (_status(b), flags, b.ask("timeout A").values["value"])


@scenario(
    "stock-ready", "REQ-MON-001", "REQ-MON-002", "REQ-MON-003", "REQ-MON-007", "REQ-MON-010", "REQ-MON-012",
    needs=("stock", "events", "U"),
)  # fmt: skip
def readiness(b: Bench) -> None:
    """Readiness comes and goes with oper-up and addresses, one L4 event each."""
    _alone(b, "U")
    _shows(b, "up U")
    _shows(b, f"addr4 U add {V4}", "L4_CONNECTED(U)")
    _shows(b, f"addr4 U del {V4}", "L4_DISCONNECTED(U)")
    _shows(b, f"addr6 U add {V6}", "L4_CONNECTED(U)")
    _shows(b, f"addr4 U add {V4}")
    _shows(b, f"addr4 U del {V4}")
    _shows(b, "down U", "L4_DISCONNECTED(U)")
    _shows(b, f"addr6 U del {V6}")
    _shows(b, f"addr4 U add {V4}")
    _shows(b, "up U", "L4_CONNECTED(U)")
    _rest(b)


@scenario(
    "stock-two",
    "REQ-MON-017",
    "REQ-MON-018",
    "REQ-MON-019",
    "REQ-MON-020",
    "REQ-IGN-003",
    needs=("stock", "events", "U", "V"),
)
def two_ready(b: Bench) -> None:
    """Only the first ready iface and the last one raise L4 events."""
    _alone(b, "U", "V")
    _shows(b, "up U")
    _shows(b, "up V")
    _shows(b, f"addr4 U add {V4}", "L4_CONNECTED(U)")
    _shows(b, f"addr4 V add {V4B}")
    _shows(b, "down U")
    _shows(b, "up U")
    _shows(b, "ignore U")
    _shows(b, "watch U")
    _shows(b, "down V")
    _shows(b, "down U", "L4_DISCONNECTED(U)")
    _rest(b)
