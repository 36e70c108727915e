"""Records that wait to be judged until every earlier command has been answered.

Only the reply says when a command began, and so which records were before it.
"""

from connmgr_hil.vocabulary.observations import (
    CallSeen,
    EventSeen,
    Part,
    Reply,
    StateSeen,
    Stimulus,
    Storm,
)
from connmgr_hil.vocabulary.stimuli import Words

from .idle_time import IdleTime

Timed = CallSeen | EventSeen | Part | Reply | StateSeen | Storm
JudgedRecord = Stimulus | Timed
Numbered = tuple[int, JudgedRecord]
"""A record with its place in the trace."""

MOST = 5_000
"""A command without a reply within this many records counts as never answered."""


class Waiting:
    """What was done and shown since all commands had been answered."""

    def __init__(self) -> None:
        self.records: list[Numbered] = []
        self.unanswered: set[int] = set()
        """The ids of the commands without a reply."""
        self.idle = IdleTime()

    def __len__(self) -> int:
        return len(self.records)

    def add(self, number: int, record: JudgedRecord) -> bool:
        """Take a record; return whether it is time to judge all of them."""
        self.records.append((number, record))
        if isinstance(record, Stimulus):
            self.unanswered.add(record.id)
        if not isinstance(record, Reply):
            return False
        self.idle = self.idle.replied(record)
        self.unanswered.discard(record.id)
        return not self.unanswered or len(self.records) > MOST

    def surround(self, number: int, command: Stimulus, reply: Reply) -> bool:
        """Take a call of the application, which begins before all that waits; return as `add`."""
        self.records.insert(0, (number, command))
        self.records.append((number, reply))
        return not self.unanswered

    def commands(self) -> list[str]:
        """Return the commands among them, as they were given."""
        return [" ".join(each.words) for _, each in self.records if isinstance(each, Stimulus)]

    def taken(self) -> list[Numbered]:
        """Return the records, which wait no longer; `unanswered` stays."""
        records, self.records = self.records, []
        return records


def exchanges(records: list[Numbered]) -> tuple[dict[int, Words], dict[int, Reply]]:
    """Return the commands and the replies among records, by id and in their order."""
    given = {each.id: each.words for _, each in records if isinstance(each, Stimulus)}
    return given, {each.id: each for _, each in records if isinstance(each, Reply)}
