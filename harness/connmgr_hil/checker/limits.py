"""The tolerances by which times are judged."""

from dataclasses import dataclass, replace

CLOCK_SLACK = 1_000_000
"""How far a real clock may read wrong, in microseconds: QEMU's SysTick now and then counts a turn too much."""

GRANTED_SLACK = 1_000
"""How late a timer may be in granted time, in addition to its ticks, in microseconds."""

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
    def is_exact(self) -> bool:
        """Tell whether they are the limits of granted time, where a step takes no time."""
        return self.jitter == 0

    def granted(self, ticks: int) -> "Limits":
        """Return the limits of granted time: two ticks, as a timer runs out at the end of the tick after it was due, and a millisecond."""
        tick = -(-1_000_000 // max(ticks, 1))
        late = min(self.late, max(GRANTED_SLACK + 2 * tick, self.early))
        return replace(self, late=late, jitter=0)

    @property
    def patience(self) -> int:
        """How long something expected may take before it counts as missing."""
        return 2 * (self.late + self.jitter)
