"""The situation where an observation differs from the model."""

from collections.abc import Callable
from typing import NamedTuple

from connmgr_hil.model import State, World
from connmgr_hil.model.observed import Owed
from connmgr_hil.model.state import Iface, Impl
from connmgr_hil.vocabulary.facts import IfaceFacts
from connmgr_hil.vocabulary.observations import CallSeen, EventSeen, Part, Reply
from connmgr_hil.vocabulary.stimuli import Words


class Situation(NamedTuple):
    """Where something differed: the model's state after the move, the command under way and what caused the move.

    `about` is the iface that it is about, 0 if it is about none; `seen` is what came, `owed` what should have come. `shown` is
    what the command or timer has shown already, in a burst since its last part; `rest` is all that it still owes.
    """

    world: World
    state: State
    words: Words = ()
    cause: str = ""
    about: int = 0
    seen: object = None
    owed: Owed | None = None
    shown: tuple[Owed, ...] = ()
    rest: tuple[Owed, ...] = ()

    @property
    def iface(self) -> Iface:
        """The model's iface; one at rest where it is about none."""
        return self.state.ifaces[self.about - 1] if self.about else Iface()

    @property
    def impl(self) -> Impl:
        """What the model's implementation knows of it."""
        return self.iface.impl

    @property
    def facts(self) -> IfaceFacts | None:
        """What is fixed about the iface."""
        return self.world.iface(self.about) if self.about else None

    @property
    def inner(self) -> Words:
        """The command itself, without `on wq` and the like."""
        words = self.words
        while words[:1] == ("on",):
            words = words[2:]
        return words

    def word(self, place: int) -> str:
        """Return a word of the command itself, empty if it has no more."""
        return self.inner[place] if place < len(self.inner) else ""

    @property
    def status(self) -> str:
        """The status that came, `0` where none did."""
        return self.seen.status if isinstance(self.seen, Reply | Part) else "0"

    @property
    def value(self) -> dict[str, str]:
        """The values that came."""
        return self.seen.values if isinstance(self.seen, Reply | Part) else {}

    @property
    def came(self) -> int:
        """The iface of what was seen."""
        return self.seen.iface if isinstance(self.seen, CallSeen | EventSeen) else 0

    @property
    def name(self) -> str:
        """The name of the event that was seen."""
        return self.seen.name if isinstance(self.seen, EventSeen) else ""

    @property
    def others(self) -> tuple[Iface, ...]:
        """All other ifaces."""
        return tuple(
            each for number, each in enumerate(self.state.ifaces, 1) if number != self.about
        )


Condition = Callable[[Situation], bool]


def always(_s: Situation) -> bool:
    """In every situation."""
    return True
