"""Gives the commands of a trace again."""

from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.model import World
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.equipment import Equipment
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from connmgr_hil.vocabulary.observations import HelloSeen, Stimulus
from connmgr_hil.vocabulary.parsing import command, is_known
from connmgr_hil.vocabulary.stimuli import Words


@dataclass(frozen=True)
class Recorded:
    """The commands of a trace in order, and what its device had."""

    commands: tuple[Words, ...]
    equipment: Equipment | None = None

    def is_sound(self, words: Words) -> bool:
        """Tell whether a command named only what the recorded device had.

        A walker also names what no device has. Where another device lacks what this one had, the trace is not for it.
        """
        if self.equipment is None or not is_known(words):
            return True
        try:
            self.equipment.check(command(words))
        except BadInput:
            return False
        return True


def recorded_in(trace: Path) -> Recorded:
    """Read what was done in a trace. Raises `UsageError` when there is none, and `BadInput` for one that is wrong.

    Commands of the firmware beside the probe's are left to the target to accept.
    """
    commands: list[Words] = []
    equipment: Equipment | None = None
    for record in read_records(trace):
        if isinstance(record, Stimulus):
            commands.append(record.words)
        elif isinstance(record, HelloSeen) and equipment is None:
            equipment = World.of(record.facts, record.ifaces).equipment
    if not commands:
        raise UsageError(f"{trace} has no commands", "it has none")
    for words in commands:
        if is_known(words):
            command(words)
    return Recorded(tuple(commands), equipment)
