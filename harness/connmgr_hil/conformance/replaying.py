"""What was done in a trace, to be done again."""

from pathlib import Path

from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.observations import Stimulus
from connmgr_hil.vocabulary.stimuli import COMMANDS, Words, validate


def commands_of(trace: Path) -> tuple[Words, ...]:
    """Return the commands of a trace in order. Raises `UsageError` when there is none.

    Those that a firmware has beside the probe's are left to the target, which has them or has not.
    """
    commands = tuple(record.words for record in read_records(trace) if isinstance(record, Stimulus))
    if not commands:
        raise UsageError(f"{trace}: a trace with commands", "it has none")
    for words in commands:
        if not words or words[0] in COMMANDS:
            validate(words)
    return commands
