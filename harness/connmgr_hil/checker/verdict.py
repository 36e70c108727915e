"""The verdict on a run, with the reason."""

from dataclasses import dataclass
from enum import StrEnum

from connmgr_hil.vocabulary.errors import ExitCode
from connmgr_hil.vocabulary.escaping import on_one_line, visible


class Outcome(StrEnum):
    """The four possible results of a run."""

    CONFORMS = "conforms"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"
    RIG = "rig"

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of `cmhil` for this outcome."""
        return {
            Outcome.CONFORMS: ExitCode.CONFORMS,
            Outcome.FAILS: ExitCode.FAILS,
            Outcome.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
            Outcome.RIG: ExitCode.RIG,
        }[self]

    @staticmethod
    def worst(outcomes: "list[Outcome]") -> "Outcome":
        """Return the outcome of several runs together: a failure outweighs all, then the rig."""
        order = [Outcome.FAILS, Outcome.RIG, Outcome.INCONCLUSIVE]
        return next((each for each in order if each in outcomes), Outcome.CONFORMS)


@dataclass(frozen=True)
class Failure:
    """Where and how a device deviated from the model, in words.

    `record` is the number of the failing record in the trace, from 1; `t` device time in microseconds.
    """

    requirements: tuple[str, ...]
    sentence: str
    record: int
    t: int
    seen: str
    allowed: tuple[str, ...]
    owed: tuple[str, ...]
    since: str
    state: str
    iface: int = 0
    """The iface that it is about, 0 if it is about none or many."""
    later: tuple[str, ...] = ()
    """What could have come as well, and when: the timers that were running."""
    kind: str = ""
    """What sort of thing was seen: an event's name, `reply`, `state`, `silence`, `crash REASON`, `stuck command`, …"""

    @property
    def is_end(self) -> bool:
        """Whether the device itself ended, hung or restarted (REQ-LIFE)."""
        return self.kind == "reset" or self.kind.startswith(("crash ", "stuck "))

    def lines(self) -> list[str]:
        """Return the failure as lines for a terminal, a log or a test report."""
        allowed = " | ".join(self.allowed) or "nothing"
        lines = [
            f"FAIL  {' '.join(self.requirements) or 'outside the model'}  {self.sentence}",
            f"  record {self.record}, device time {self.t / 1e6:.3f} s:   {self.seen}",
        ]
        if not self.is_end:
            lines.append(f"  allowed here:  {allowed}")
        if self.later:
            lines.append(f"  not before:    {' | '.join(self.later)}")
        if self.owed:
            lines.append(f"  still owed:    {' | '.join(self.owed)}")
        lines.append(f"  after:         {self.since}")
        lines += [f"  {line}" for line in self.state.splitlines()]
        return [on_one_line(line) for line in lines]


@dataclass(frozen=True)
class Verdict:
    """The judgement of one run.

    `quirks` are requirements of class Q or R that the device deviates from in the way the model
    predicts: reported, not failed.
    """

    outcome: Outcome
    failure: Failure | None = None
    reason: str = ""
    quirks: tuple[str, ...] = ()
    records: int = 0
    device_usec: int = 0
    unmet: str = ""
    """What a scenario or test wanted to see and did not, where that alone keeps the run from being conforming."""

    def lines(self) -> list[str]:
        """Return the verdict as lines for a person."""
        if self.failure:
            return self.failure.lines()
        return [visible(f"{self.outcome.upper()}  {self.reason}".rstrip())]
