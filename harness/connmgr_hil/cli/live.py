"""What a device shows while a run goes on, for a person who looks on."""

from collections.abc import Callable

import click

from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.observations import AnyRecord, HelloSeen, StateSeen, Stimulus

from .readable import readable


class LiveLog:
    """Prints each record of a run in lines; called with it as it comes."""

    def __init__(self) -> None:
        self._states: dict[int, StateSeen] = {}

    def __call__(self, record: AnyRecord) -> None:
        """Show one record."""
        before = None
        if isinstance(record, Stimulus):
            click.echo(f"{'':12}> {on_one_line(' '.join(record.words))}")
        elif isinstance(record, HelloSeen):
            self._states.clear()
        elif isinstance(record, StateSeen):
            before = self._states.get(record.iface)
            self._states[record.iface] = record
        for line in readable(record, before):
            click.echo(line)


class Greeting:
    """Tells once which device answered: its board, release, build and clock."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._told = False

    def __call__(self, record: AnyRecord) -> None:
        """Look at one record."""
        if isinstance(record, HelloSeen) and not self._told:
            self._told = True
            facts = record.facts
            clock = "granted" if facts.granted else "real"
            who = f"{facts.board}, Zephyr {facts.zephyr}, build {facts.build}, {clock} clock"
            self._say(on_one_line(f"  device   {who}"))
