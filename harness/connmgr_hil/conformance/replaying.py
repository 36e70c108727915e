"""What was done in a trace, to be done again."""

from pathlib import Path

from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.observations import Stimulus
from connmgr_hil.vocabulary.stimuli import Words, validate


def commands_of(trace: Path) -> tuple[Words, ...]:
    """Return the commands of a trace in order. Raises `UsageError` when there is none."""
    commands = tuple(record.words for record in read_records(trace) if isinstance(record, Stimulus))
    if not commands:
        raise UsageError(f"{trace}: a trace with commands", "it has none")
    for words in commands:
        validate(words)
    return commands
