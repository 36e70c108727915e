"""Records of a device as lines for a person."""

import click

from connmgr_hil.checker import life
from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    Crashed,
    EventSeen,
    Foreign,
    HelloSeen,
    Log,
    Lost,
    Noise,
    Part,
    Reply,
    Reset,
    StateSeen,
    Stimulus,
    Storm,
    Stuck,
)

_FLAGS = ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN")


def readable(record: AnyRecord, before: StateSeen | None = None) -> list[str]:
    """Return what a record says, in lines. A stimulus gives none: the person has just typed it.

    `before` is the last state that was seen of the same iface: what has changed since is marked.
    """
    match record:
        case HelloSeen():
            return [on_one_line(line) for line in _hello(record)]
        case Reply():
            text = f"{_time(record.t)}  -> {_status(record.status)}{_values(record.values)}"
        case Part():
            origin = "hook" if record.hook else f"[{record.index}]"
            text = (
                f"{_time(record.t)}  {origin} -> {_status(record.status)}{_values(record.values)}"
            )
        case EventSeen():
            text = _event(record)
        case CallSeen():
            text = (
                f"{_time(record.t)}  implementation's {record.op} was called, iface {record.iface}"
            )
        case StateSeen():
            return [_state(record, before)]
        case Storm():
            text = f"{_time(record.t)}  {record.count} events without time passing"
        case Log():
            text = f"{_time(record.t)}  {record.level} {record.module}: {record.message}"
        case Noise():
            text = f"{'':12}  ~ {record.text.rstrip()}"
        case Reset():
            text = f"{'':12}  restarted{'' if record.expected else ' by itself'}: {record.how}"
        case Crashed() | Stuck():
            more = "".join(f"; {line}" for line in life.details(record))
            text = f"{_time(record.t)}  {life.in_words(record)}{more}"
        case Foreign():
            text = f"{'':12}  {record.text}"
        case Lost():
            text = f"{'':12}  frames {record.first:x} to {record.last:x} are lost"
        case Stimulus():
            return []
        case _:
            text = f"{'':12}  {record}"
    return [on_one_line(text)]


def _time(microseconds: int) -> str:
    return f"{microseconds / 1e6:10.6f} s"


def _status(status: str) -> str:
    return "ok" if status == "0" else status


def _values(values: dict[str, str]) -> str:
    return "".join(f"  {name}={value}" for name, value in values.items())


def _hello(record: HelloSeen) -> list[str]:
    facts = record.facts
    who = f"{facts.board}, Zephyr {facts.zephyr}, Connection Manager of {facts.connmgr}"
    lines = [f"{who}, probe {facts.app}, build {facts.build}"]
    for iface in record.ifaces:
        binding = f"bound to {iface.impl}" if iface.bound else "unbound"
        auto = ", starts by itself" if iface.auto else ""
        lines.append(f"  iface {iface.index}  {iface.name:<10} {iface.l2:<12} {binding}{auto}")
    return lines


def _event(record: EventSeen) -> str:
    name = record.name if record.name != "-" else f"event {record.code:#x}"
    parts = [f"{_time(record.t)}  {name}  iface {record.iface}"]
    if record.admin is not None and record.oper is not None:
        parts.append(
            f"admin {'up' if record.admin else 'down'}, oper {'up' if record.oper else 'down'}"
        )
    if record.info not in {None, "-"}:
        parts.append(f"info {record.info}")
    if record.listener != "early":
        parts.append(f"(listener {record.listener})")
    return "  ".join(parts)


def _state(record: StateSeen, before: StateSeen | None) -> str:
    now = _aspects(record)
    then = _aspects(before) if before else now
    parts = [
        click.style(f"{text} (was {_short(then[name], text)})", fg="yellow", bold=True)
        if then[name] != text
        else text
        for name, text in now.items()
        if then[name] != text or not text.startswith("not ")
    ]
    return f"{_time(record.t)}  iface {record.iface}: {', '.join(parts)}"


def _short(then: str, now: str) -> str:
    """Return what was, without a first word that is the same now."""
    return then.removeprefix(f"{now.split(maxsplit=1)[0]} ")


def _aspects(record: StateSeen) -> dict[str, str]:
    """Return what there is to say of a state, by aspect; the usual case of a mark begins with `not`."""
    aspects = {
        "admin": f"admin {'up' if record.admin else 'down'}",
        "oper": f"oper {record.oper}",
        "carrier": "carrier" if record.carrier else "no carrier",
        "dormant": "dormant" if record.dormant else "not dormant",
        "ignored": "ignored" if record.ignored else "not ignored",
    }
    if record.bound:
        flags = [name for bit, name in enumerate(_FLAGS) if record.flags >> bit & 1]
        aspects["flags"] = " ".join(flags) or "no flags"
        aspects["timeout"] = f"timeout {record.timeout} s" if record.timeout else "no timeout"
    aspects["addresses"] = " ".join((*record.a4, *record.a6)) or "no address"
    aspects["monitor"] = f"monitor {record.monitor}"
    return {name: on_one_line(text) for name, text in aspects.items()}
