"""Puts a record into words, in the same way for failures, shell, tests and page."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .observations import (
    ActorCall,
    AnyRecord,
    Breach,
    CallSeen,
    Complaint,
    Crashed,
    EventSeen,
    Fault,
    Foreign,
    HelloSeen,
    Log,
    Lost,
    Noise,
    Note,
    Outside,
    Part,
    Quirk,
    Reply,
    Reset,
    StateSeen,
    StatusSeen,
    Stimulus,
    Storm,
    Stuck,
)
from .stimuli import FLAGS

_NO_NAMES: Mapping[int, str] = {}


class Said(NamedTuple):
    """A record in words.

    `kind` is a short word for a column of a table, empty if there is nothing to say; `text` is what happened, to `iface`
    (None if it is about none), and `details` are the particulars. `more` are further lines.
    """

    kind: str
    text: str = ""
    details: tuple[str, ...] = ()
    iface: object = None
    more: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        """The particulars in one line."""
        return ", ".join(self.details)

    def line(self, names: Mapping[int, str] = _NO_NAMES) -> str:
        """Return all but `more` in one line; `names` are of ifaces by number."""
        about = "" if self.iface is None else f"iface {self.iface}"
        if isinstance(self.iface, int):
            about = names.get(self.iface, about)
        return "  ".join(filter(None, (self.text, about, self.detail)))


def say(record: AnyRecord) -> Said:
    """Return what a record says."""
    match record:
        case HelloSeen(facts=facts):
            who = f"{facts.board}, Zephyr {facts.zephyr}, Connection Manager of {facts.connmgr}"
            return Said("hello", f"{who}, probe {facts.app}, build {facts.build}")
        case Stimulus():
            return Said("do", " ".join(record.words))
        case Outside():
            return Said("outside", record.name, _some(record.description))
        case Reply():
            return Said("reply", f"reply {record.status}", values(record.values.items()))
        case Part():
            origin = "hook" if record.hook else f"part {record.index}"
            return Said("reply", f"{origin} {record.status}", values(record.values.items()))
        case EventSeen(admin=admin, oper=oper, info=info, listener=listener):
            name = record.name if record.name != "-" else f"event {record.code:#x}"
            return say_event(name, record.iface, admin, oper, info, listener)
        case ActorCall(words=words, status=status, thread=thread):
            return Said("actor", f"the application: {' '.join(words)} {status}", (thread,))
        case CallSeen():
            return say_call(record.op, record.iface)
        case StateSeen():
            shown = (text for text in aspects(record).values() if not text.startswith("not "))
            return Said("state", "state", tuple(shown), record.iface)
        case StatusSeen():
            return Said("state", "status", _status_aspects(record), record.iface)
        case Storm():
            return Said("event", "storm", (f"{record.count} events without time passing",))
        case Log():
            return Said("log", f"{record.level} {record.module}", (record.message,))
        case Noise():
            return Said("noise", record.text.rstrip())
        case Reset():
            return Said(
                "reset", "restart" if record.expected else "restart by itself", (record.how,)
            )
        case Crashed() | Stuck():
            return Said("died", _death(record), more=last_words(record))
        case Foreign():
            return Said("lost", "foreign frames", (record.text,))
        case Breach():
            seen = f"seen: {record.seen}"
            return Said("breach", f"{record.requirement}  {record.sentence}", (seen,))
        case Lost():
            return Said("lost", "frames lost", (f"{record.first:x} to {record.last:x}",))
        case Fault():
            first, *more = record.message.splitlines() or [""]
            return Said("rig", f"{record.kind}: {first}", more=tuple(more))
        case Note():
            return Said("note", record.text)
        case Quirk():
            return Said("quirk", record.requirement)
        case Complaint():
            first, *more = record.text.strip().splitlines() or [""]
            return Said("test", first, more=tuple(more))
        case _:
            return Said("")


def say_event(
    name: str, iface: object, admin: object, oper: object, info: object, listener: object
) -> Said:
    """Return an event in words, seen or foretold; None and `-` stand for what is not known."""
    details = []
    if admin is not None and oper is not None:
        details += [_admin(bool(admin)), _oper(bool(oper))]
    if info not in (None, "-"):
        details.append(f"info {info}")
    if listener != "early":
        details.append(f"at {listener}")
    return Said("event", name, tuple(details), iface)


def say_call(op: object, iface: object) -> Said:
    """Return a call of the connectivity implementation in words."""
    return Said("call", f"implementation's {op} called", iface=iface)


def values(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the fields of a reply as they stand on the line."""
    return tuple(f"{name}={value}" for name, value in pairs)


def aspects(record: StateSeen) -> dict[str, str]:
    """Return what there is to say of a state, by aspect; the usual case of a mark begins with `not`."""
    said = {
        "admin": _admin(record.admin),
        "oper": f"oper-{record.oper}",
        "carrier": "carrier" if record.carrier else "no carrier",
        "dormant": "dormant" if record.dormant else "not dormant",
        "ignored": "ignored" if record.ignored else "not ignored",
    }
    if record.bound:
        flags = [name for bit, name in enumerate(FLAGS[:3]) if record.flags >> bit & 1]
        said["flags"] = " ".join(flags) or "no flags"
        said["timeout"] = f"timeout {record.timeout} s" if record.timeout else "no timeout"
    said["addresses"] = " ".join((*record.a4, *record.a6)) or "no address"
    said["monitor"] = f"monitor {record.monitor}"
    return said


def last_words(record: Crashed | Stuck | Reset) -> tuple[str, ...]:
    """Return what more is known of a death, a line each: its last output, or what its threads wait for."""
    if isinstance(record, Crashed):
        return tuple(line for line in record.text.splitlines() if line.strip())
    return record.threads if isinstance(record, Stuck) else ()


def _some(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _admin(up: bool) -> str:
    return "admin-up" if up else "admin-down"


def _oper(up: bool) -> str:
    return "oper-up" if up else "oper-down"


def _status_aspects(record: StatusSeen) -> tuple[str, ...]:
    return (
        "ignored" if record.ignored else "watched",
        "bound" if record.bound else "not bound",
        _admin(record.admin),
        _oper(record.oper),
        " + ".join(["IPv4"] * record.ipv4 + ["IPv6"] * record.ipv6) or "no address",
        "connected" if record.connected else "not connected",
    )


def _death(record: Crashed | Stuck) -> str:
    if isinstance(record, Crashed):
        parts = [f"the device ended: {record.reason}"]
        if record.thread:
            parts.append(f"in thread {record.thread}")
        if record.pc.strip("0x"):
            parts.append(f"at {record.pc}")
        return " ".join(parts)
    what = {"command": "the command has not returned", "device": "the device has not answered"}
    text = what.get(record.what, f"the {record.what} has stopped")
    if record.ms:
        text += f" for {record.ms} ms"
    return f"{text}, though its machine runs" if record.source == "host" else text
