"""Records of a device as lines of the shell."""

import click

from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    HelloSeen,
    Noise,
    Part,
    Reply,
    StateSeen,
    Stimulus,
)
from connmgr_hil.vocabulary.wording import aspects, say


def readable(record: AnyRecord, before: StateSeen | None = None) -> list[str]:
    """Return what a record says, in lines. A stimulus gives none: the person has just typed it.

    `before` is the last state that was seen of the same iface: what has changed since is marked.
    """
    said = say(record)
    at = f"{record.t / 1e6:10.6f} s" if hasattr(record, "t") else f"{'':12}"
    match record:
        case Stimulus():
            return []
        case HelloSeen():
            return [on_one_line(line) for line in (said.text, *map(_iface, record.ifaces))]
        case StateSeen():
            return [f"{at}  iface {record.iface}: {_marked(record, before or record)}"]
        case Reply() | Part():
            said = said._replace(text=_arrow(record))
        case Noise():
            said = said._replace(text=f"~ {said.text}")
    return [on_one_line(f"{at}  {'; '.join((said.line(), *said.more))}")]


def _iface(facts: IfaceFacts) -> str:
    binding = f"bound to {facts.impl}" if facts.bound else "unbound"
    auto = ", starts by itself" if facts.auto else ""
    return f"  iface {facts.index}  {facts.name:<10} {facts.l2:<12} {binding}{auto}"


def _arrow(record: Reply | Part) -> str:
    status = "ok" if record.status == "0" else record.status
    if isinstance(record, Reply):
        return f"-> {status}"
    return f"{'hook' if record.hook else f'[{record.index}]'} -> {status}"


def _marked(record: StateSeen, before: StateSeen) -> str:
    now, then = aspects(record), aspects(before)
    return ", ".join(
        click.style(on_one_line(f"{text} (was {then[name]})"), fg="yellow", bold=True)
        if then[name] != text
        else on_one_line(text)
        for name, text in now.items()
        if then[name] != text or not text.startswith("not ")
    )
