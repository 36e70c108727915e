"""A minimal command sequence, written as a Zephyr test in C: no probe, no harness, a fake implementation."""

import datetime as dt
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.files import replace_file
from connmgr_hil.files.templates import templates
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import CallSeen, EventSeen, HelloSeen, Reply, Stimulus
from connmgr_hil.vocabulary.stimuli import Words, split_burst

from .shrinker import Shrunk

_TEMPLATES = Path(__file__).with_name("exported") / "ztest"
_FILES = ("prj.conf", "Kconfig", "CMakeLists.txt", "testcase.yaml")
_LOGGED = ("IF_", "L4_", "CONN_")
_EVENT = re.compile(r"^([A-Z0-9_]+) +iface (\d+)(?: +admin-(up|down), oper-(up|down))?")
_CALL = re.compile(r"^implementation's (\w+) called +iface (\d+)")
_CALLS = ("connect", "disconnect")
_MARGIN = 10_000
"""Microseconds after the device's own time that the test waits for what must not happen."""

_ROLES = {"bound0": True, "bound1": True, "plain0": True, "free0": False, "free1": False}
"""The ifaces that the test can have, and whether they are bound. All are of the dummy L2, and none starts by itself."""

_KNOBS = {"delay_ms", "fails", "connect_rc", "disconnect_rc"}


class Unwritable(UsageError):
    """What a sequence does, or what was seen, has no place in such a test."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "a sequence that can be written as a Zephyr test",
            what,
            "use the test for pytest or Robot",
        )


@dataclass(frozen=True)
class _Iface:
    name: str
    bound: bool
    used: bool

    @property
    def identifier(self) -> str:
        return f"test_iface_{list(_ROLES).index(self.name) + 1}_{self.name}"


@dataclass(frozen=True)
class _Entry:
    what: str
    iface: str
    admin: int = -1
    oper: int = -1


@dataclass(frozen=True)
class _Asserts:
    """What the last command must show: a status, one of several entries at a place, or a maximum number of entries."""

    rc: str | None = None
    at: tuple[_Entry, ...] = ()
    place: int = 0
    most: int | None = None


def write_ztest(shrunk: Shrunk, folder: Path, name: str) -> Path:
    """Write a Zephyr application that tests one sequence, and return its folder. Raises `Unwritable` naming what has no place in it."""
    place = folder / f"ztest_{name}"
    text = _text(shrunk, name)
    (place / "src").mkdir(parents=True, exist_ok=True)
    replace_file(place / "src" / "main.c", text)
    for file in _FILES:
        replace_file(place / file, (_TEMPLATES / file).read_text(encoding="utf-8"))
    return place


def _text(shrunk: Shrunk, name: str) -> str:
    names = {each.index: each.name for each in _ifaces_of(shrunk.trace)}
    writer = _Writer(names)
    *first, last = shrunk.commands
    asserts = _asserted(shrunk, names)
    before = [line for words in first for line in writer.lines(words)]
    cut = _cut(shrunk, last) if asserts.most is not None else last
    ending = writer.lines(cut)
    if asserts.rc is not None:
        if not ending[-1].startswith("(void)"):
            raise Unwritable(f"a status of '{' '.join(last)}'")
        ending[-1] = "rc = " + ending[-1].removeprefix("(void)")
    used = writer.used | {entry.iface for entry in asserts.at}
    every = writer.all_of_them or not used
    return (
        templates("connmgr_hil.conformance", "exported")
        .get_template("ztest/main.c.jinja")
        .render(
            year=dt.datetime.now(dt.UTC).year,
            about=_about(shrunk),
            ifaces=[
                _Iface(each, bound, each in used)
                for each, bound in _ROLES.items()
                if each in used or (every and each in names.values())
            ],
            uses={
                word: word in writer.helpers for word in ("fake", "lose", "fatal", "add4", "add6")
            },
            before=before,
            last=ending,
            asserts=asserts,
            name=name,
            sentence=_string(f"{' '.join(shrunk.failure.requirements)}: {shrunk.failure.sentence}"),
        )
    )


def _about(shrunk: Shrunk) -> list[str]:
    failure = shrunk.failure
    text = f"{' '.join(failure.requirements)}: {failure.sentence}"
    seen = f"Seen: {failure.seen}. Allowed: {' or '.join(failure.allowed) or 'nothing'}."
    lines = textwrap.wrap(on_one_line(text), 90) + textwrap.wrap(on_one_line(seen), 90)
    return [line.replace("*/", "* /") for line in lines]


def _string(text: str) -> str:
    """Return a text as it may stand in a C string that is a format."""
    plain = text.encode("ascii", "replace").decode()
    return (
        on_one_line(" ".join(plain.split()))
        .replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("%", "%%")
    )


def _ifaces_of(trace: Path) -> tuple[IfaceFacts, ...]:
    hello = next((each for each in read_records(trace) if isinstance(each, HelloSeen)), None)
    return hello.ifaces if hello else ()


def _last_command(shrunk: Shrunk) -> Iterator[object]:
    """Yield what the trace has from the last command of the sequence on, up to the failing record."""
    records = list(read_records(shrunk.trace))[: shrunk.failure.record]
    starts = [place for place, each in enumerate(records) if isinstance(each, Stimulus)]
    begin = starts[len(shrunk.commands) - 1] if len(starts) >= len(shrunk.commands) else 0
    yield from records[begin:]


def _asserted(shrunk: Shrunk, names: dict[int, str]) -> _Asserts:
    failure = shrunk.failure
    if failure.is_end:
        return _Asserts()  # the test does not come to its end
    *before, failing = _last_command(shrunk)
    place = sum(1 for each in before if _is_logged(each))
    entries = [each for each in (_entry(text, names) for text in failure.allowed) if each]
    if entries:
        return _Asserts(at=tuple(entries), place=place)
    if _is_logged(failing):
        return _Asserts(most=place)
    replies = [each.removeprefix("reply ") for each in failure.allowed if each.startswith("reply ")]
    if (
        isinstance(failing, Reply)
        and len(replies) == 1
        and re.fullmatch(r"0|-E[A-Z0-9]+", replies[0])
    ):
        return _Asserts(rc=replies[0])
    owed = f", with {' and '.join(failure.owed)} owed" if failure.owed else ""
    raise Unwritable(f"the failure: {failure.seen}{owed}")


def _is_logged(record: object) -> bool:
    if isinstance(record, EventSeen):
        return record.listener == "early" and record.name.startswith(_LOGGED)
    return isinstance(record, CallSeen) and record.op in _CALLS


def _entry(text: str, names: dict[int, str]) -> _Entry | None:
    """Return what was allowed as an entry of the test's log; None for what is not logged there."""
    event, call = _EVENT.match(text), _CALL.match(text)
    found = event or call
    iface = names.get(int(found[2]), "") if found else ""
    if found is None or not iface:
        return None
    if iface not in _ROLES:
        raise Unwritable(f"the iface {iface}")
    if event is None:
        return _Entry(f"CALL_{found[1].upper()}", iface) if found[1] in _CALLS else None
    if not event[1].startswith(_LOGGED):
        return None
    admin, oper = (-1 if each is None else int(each == "up") for each in event.groups()[2:])
    return _Entry(f"NET_EVENT_{event[1]}", iface, admin, oper)


def _cut(shrunk: Shrunk, words: Words) -> Words:
    """Return a last wait that ends soon after what was seen: later it may be right."""
    if words[0] != "advance":
        return words
    began = max((each.t for each in read_records(shrunk.trace) if isinstance(each, Reply)
                 and each.t <= shrunk.failure.t), default=0)  # fmt: skip
    return ("advance", str(min(int(words[1]), shrunk.failure.t - began + _MARGIN)))


class _Writer:
    """Writes commands as C, and remembers what they use."""

    def __init__(self, names: dict[int, str]) -> None:
        self._names = names
        self.used: set[str] = set()
        self.helpers: set[str] = set()
        self.all_of_them = False

    def lines(self, words: Words) -> list[str]:
        """Return the statements for a command; those with a status begin with `(void)`."""
        name, *arguments = words
        if name == "burst":
            inner = [line for part in split_burst(words[1:]) for line in self.lines(part)]
            return ["k_sched_lock();", *inner, "k_sched_unlock();"]
        if name == "on" and arguments[0] == "shell":
            return self.lines(tuple(arguments[1:]))
        if name in ("state", "bound", "ignored", "stats", "ping"):
            return []
        write = _STATEMENTS.get((name, len(arguments))) or _STATEMENTS.get((name, -1))
        statement = write(self, arguments) if write else ""
        if not statement:
            raise Unwritable(f"the command '{' '.join(words)}'")
        return [statement]

    def iface(self, number: str) -> str:
        """Return the variable of an iface. Raises `Unwritable` for one that the test cannot have."""
        name = self._names.get(int(number), "")
        if name not in _ROLES:
            raise Unwritable(f"the iface {name or number}")
        self.used.add(name)
        return name

    def fake(self, number: str, *helpers: str) -> str:
        """Return the variable of an iface, and note that its fake implementation is used."""
        self.helpers |= {"fake", *helpers}
        return self.iface(number)


_Statement = Callable[[_Writer, list[str]], str]


def _call(function: str) -> _Statement:
    return lambda writer, given: f"(void){function}({writer.iface(given[0])});"


def _bulk(writer: _Writer, given: list[str]) -> str:
    writer.all_of_them = True
    return f"(void)conn_mgr_all_if_{given[0]}({'true' if given[1] == '1' else 'false'});"


def _address(family: int) -> _Statement:
    def write(writer: _Writer, given: list[str]) -> str:
        writer.helpers.add(f"add{family}")
        add = "true" if given[1] == "add" else "false"
        return f'(void)address{family}({writer.iface(given[0])}, {add}, "{given[2]}");'

    return write


def _knob(writer: _Writer, given: list[str]) -> str:
    iface, knob, value = given
    if knob == "mode":
        return f"fake({writer.fake(iface)})->mode = {value.upper()};"
    return f"fake({writer.fake(iface)})->{knob} = {value};" if knob in _KNOBS else ""


def _flag(writer: _Writer, given: list[str]) -> str:
    iface, flag, value = given
    on = "true" if value == "on" else "false"
    named = flag if flag.isdigit() else f"CONN_MGR_IF_{flag}"
    return f"(void)conn_mgr_if_set_flag({writer.iface(iface)}, {named}, {on});"


_STATEMENTS: dict[tuple[str, int], _Statement] = {
    ("advance", 1): lambda _, given: f"k_sleep(K_USEC({given[0]}));",
    ("up", 1): _call("net_if_up"),
    ("down", 1): _call("net_if_down"),
    ("carrier", 2): lambda writer, given: f"net_if_carrier_{given[1]}({writer.iface(given[0])});",
    ("dormant", 2): lambda writer, given: f"net_if_dormant_{given[1]}({writer.iface(given[0])});",
    ("addr4", 3): _address(4),
    ("addr6", 3): _address(6),
    ("connect", 1): _call("conn_mgr_if_connect"),
    ("disconnect", 1): _call("conn_mgr_if_disconnect"),
    ("timeout", 1): _call("conn_mgr_if_get_timeout"),
    ("timeout", 2): lambda writer, given: (
        f"(void)conn_mgr_if_set_timeout({writer.iface(given[0])}, {given[1]});"
    ),
    ("flag", 3): _flag,
    ("ignore", 1): lambda writer, given: f"conn_mgr_ignore_iface({writer.iface(given[0])});",
    ("watch", 1): lambda writer, given: f"conn_mgr_watch_iface({writer.iface(given[0])});",
    ("resend", 0): lambda _, __: "conn_mgr_mon_resend_status();",
    ("all", 2): _bulk,
    ("sim", 3): _knob,
    ("lose", 1): lambda writer, given: f"(void)lose({writer.fake(given[0], 'lose')});",
    ("fatal", 1): lambda writer, given: f"(void)fatal({writer.fake(given[0], 'fatal')}, 0);",
    ("fatal", 2): lambda writer, given: (
        f"(void)fatal({writer.fake(given[0], 'fatal')}, {given[1]});"
        if given[1].lstrip("-").isdigit()
        else ""
    ),
}
