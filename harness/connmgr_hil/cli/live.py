"""Shows what a device does while a run is in progress."""

import click

from connmgr_hil.vocabulary.escaping import on_one_line
from connmgr_hil.vocabulary.facts import Hello
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


def met(hello: Hello) -> str:
    """Return which device answered: its board, release, build and clock."""
    clock = "granted" if hello.granted else "real"
    who = f"{hello.board}, Zephyr {hello.zephyr}, build {hello.build}, {clock} clock"
    return on_one_line(f"  device   {who}")
