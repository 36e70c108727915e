"""What a benchmark found: one row of the table, and of `out/bench.json`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from connmgr_hil.vocabulary.errors import ConnMgrHilError


@dataclass
class Size:
    """How much is measured: so many rounds, and `quick` for a size that only shows that it works."""

    rounds: int = 5
    quick: bool = False

    def of(self, full: int, small: int) -> int:
        """Return the full number, or the small one for a quick run."""
        return small if self.quick else full


@dataclass
class Row:
    """One figure, and that of a peer in the same run where there is a peer.

    `skipped` tells why there is no figure. `less` is whether less is better; the ratio is how many times better
    ours is than the peer's.
    """

    name: str
    unit: str
    ours: float | None = None
    peer: float | None = None
    peer_name: str | None = None
    skipped: str = ""
    less: bool = True
    runs: int = 0

    @property
    def ratio(self) -> float | None:
        """How many times better ours is; None without a peer."""
        if not self.ours or not self.peer:
            return None
        return self.peer / self.ours if self.less else self.ours / self.peer

    def as_json(self) -> dict[str, object]:
        """Return the row as a JSON object."""
        row: dict[str, object] = {
            "name": self.name,
            "unit": self.unit,
            "ours": _rounded(self.ours),
            "peer": _rounded(self.peer),
            "peer_name": self.peer_name,
            "ratio": _rounded(self.ratio),
        }
        if self.runs:
            row["runs"] = self.runs
        if self.skipped:
            row["skipped"] = self.skipped
        return row


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


@dataclass
class Contest:
    """Measures several contenders in turn, round after round, so that a busy machine slows all alike."""

    contenders: dict[str, Callable[[], float]]
    figures: dict[str, list[float]] = field(default_factory=dict)

    def run(self, rounds: int) -> dict[str, float]:
        """Return each contender's median."""
        for _ in range(rounds):
            for name, measure in self.contenders.items():
                self.figures.setdefault(name, []).append(measure())
        return {name: median(found) for name, found in self.figures.items()}


def or_skipped(name: str, unit: str, make: Callable[[], list[Row]]) -> list[Row]:
    """Return the rows, or one that says what is missing on this machine."""
    try:
        return make()
    except (ConnMgrHilError, ModuleNotFoundError) as error:
        return [Row(name, unit, skipped=" ".join(str(error).split()))]
