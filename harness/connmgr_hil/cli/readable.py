"""Records of a device as lines for a person."""

from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
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
)


def readable(record: AnyRecord) -> list[str]:
    """Return what a record says, in lines. A stimulus gives none: the person has just typed it."""
    match record:
        case HelloSeen():
            return _hello(record)
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
            text = _state(record)
        case Storm():
            text = f"{_time(record.t)}  {record.count} events without time passing"
        case Log():
            text = f"{_time(record.t)}  {record.level} {record.module}: {record.message}"
        case Noise():
            text = f"{'':12}  ~ {record.text.rstrip()}"
        case Reset():
            text = f"{'':12}  restarted{'' if record.expected else ' by itself'}: {record.how}"
        case Lost():
            text = f"{'':12}  frames {record.first:x} to {record.last:x} are lost"
        case Stimulus():
            return []
        case _:
            text = f"{'':12}  {record}"
    return [text]


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


def _state(record: StateSeen) -> str:
    words = [
        f"admin {'up' if record.admin else 'down'}",
        f"oper {record.oper}",
        "carrier" if record.carrier else "no carrier",
    ]
    words += ["dormant"] * record.dormant + ["ignored"] * record.ignored
    if record.bound:
        words.append(f"flags {record.flags} timeout {record.timeout} s")
    words.append(" ".join((*record.a4, *record.a6)) or "no address")
    return f"{_time(record.t)}  iface {record.iface}: {', '.join(words)}; monitor {record.monitor}"
