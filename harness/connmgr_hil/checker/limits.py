"""How exactly times are judged."""

from dataclasses import dataclass

CLOCK_SLACK = 1_000_000
"""How far a real clock may read wrong, in microseconds: QEMU's SysTick now and then counts a turn too much."""

CALL_USEC = 100_000
"""An API call takes less than this (REQ-CTL-012, REQ-IMP-010)."""


@dataclass(frozen=True)
class Limits:
    """How exactly times are judged, in microseconds of device time.

    `early` is how much too soon a timer may be (rounding to ticks), `late` how much too late, `jitter` how long a
    step of the device may take that shows nothing by itself. `hypotheses` bounds the work; more of them than
    that makes a run inconclusive.
    """

    early: int = 2_000
    late: int = 500_000
    jitter: int = 50_000
    hypotheses: int = 4_000

    @property
    def patience(self) -> int:
        """How long something that is owed may be waited for before it is missing."""
        return 2 * (self.late + self.jitter)
