"""Decides the outcome of a run, from all the evidence.

Each fact is kept with the record where it begins. A failure before any damage counts. After the first
damage nothing fails and nothing is held, because the damage may have caused what follows.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

from .verdict import Failure, Outcome, Verdict


class Damage(Enum):
    """What can make a run worth less than it seems."""

    RIG = auto()
    """The bench, the emulator, the line or the host's disk broke."""
    LINE = auto()
    """Frames were lost for good, or came from elsewhere."""
    DOUBT = auto()
    """The device's clock ran backwards, or more explanations are possible than are followed."""
    CUT = auto()
    """The run did not come to its end, or a command was never answered."""


@dataclass(frozen=True)
class Fact:
    """Something that was noticed, and the number of the record from which it holds."""

    record: int
    text: str


@dataclass(frozen=True)
class Harm(Fact):
    """A fact that takes from the worth of all that comes after it."""

    damage: Damage


@dataclass
class Evidence:
    """The evidence for and against a device in one run."""

    failure: Failure | None = None
    harms: list[Harm] = field(default_factory=list)
    unmet: Fact | None = None

    def copy(self) -> "Evidence":
        """Return the same evidence, to which more can be added apart."""
        return Evidence(self.failure, list(self.harms), self.unmet)

    @property
    def harmed(self) -> bool:
        """Whether anything has damaged the run so far."""
        return bool(self.harms)

    @property
    def settled(self) -> bool:
        """Whether nothing that comes can change the outcome to a failure."""
        return self.harmed or self.failure is not None

    def fail(self, failure: Failure) -> None:
        """Take a failure of the device; one after a damage, or after another failure, does not count."""
        if not self.settled:
            self.failure = failure

    def explain(self, failure: Failure) -> None:
        """Take the failure that is the cause of the one there is."""
        assert self.failure is not None
        self.failure = failure

    def harm(self, damage: Damage, record: int, text: str) -> None:
        """Take a damage of the run. The first of each kind is kept: those that follow change nothing, and may be many."""
        if all(each.damage is not damage for each in self.harms):
            self.harms.append(Harm(record, text, damage))

    def miss(self, record: int, text: str) -> None:
        """Take a situation that a scenario or test wanted to reach and did not."""
        if self.unmet is None and not self.settled:
            self.unmet = Fact(record, text)

    def outcome(self) -> tuple[Outcome, str]:
        """Return the outcome and its reason.

        What the rig did comes before other damage: it names what must be mended before the run is repeated.
        """
        if self.failure:
            return Outcome.FAILS, ""
        for harm in self.harms:
            if harm.damage is Damage.RIG:
                return Outcome.RIG, harm.text
        if self.harms:
            return Outcome.INCONCLUSIVE, self.harms[0].text
        if self.unmet:
            return Outcome.INCONCLUSIVE, f"not shown: {self.unmet.text}"
        return Outcome.CONFORMS, ""

    def verdict(self, *, quirks: set[str], records: int, device_usec: int) -> Verdict:
        """Return the verdict on a run with this many records and microseconds of device time."""
        outcome, reason = self.outcome()
        unmet = self.unmet.text if self.unmet and not self.settled else ""
        return Verdict(
            outcome, self.failure, reason, tuple(sorted(quirks)), records, device_usec, unmet
        )


def lacking(*, met: bool, unanswered: bool, cut: bool) -> str:
    """Return what a run lacks at its end, empty if it is whole; `met` says that the device said hello."""
    if not met:
        return "the trace has no hello record"
    if unanswered:
        return "a command was not answered"
    why = "the trace was cut: its last record, which says how the run ended, is missing"
    return why if cut else ""
