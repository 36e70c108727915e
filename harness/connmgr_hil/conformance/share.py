"""The share of inconclusive walks above which the whole run is inconclusive."""

from dataclasses import dataclass

MOST_INCONCLUSIVE = 0.01
"""One in a hundred: a byte that a line lost in one walk says nothing of the others."""


@dataclass(frozen=True)
class Share:
    """The share of walks that were inconclusive, and the share `most` that may be."""

    inconclusive: int
    walks: int
    most: float = MOST_INCONCLUSIVE

    @property
    def is_too_large(self) -> bool:
        """Tell whether they say nothing together: too many are inconclusive, or all."""
        return self.inconclusive >= self.walks or self.inconclusive > self.most * self.walks

    def as_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {
            "inconclusive": self.inconclusive,
            "walks": self.walks,
            "share": round(self.inconclusive / self.walks, 6) if self.walks else 0.0,
            "most": self.most,
        }

    def __str__(self) -> str:
        share = self.inconclusive / self.walks if self.walks else 0.0
        bound = "more than" if self.is_too_large else "within"
        return f"{share:.2%} of {self.walks} walks were inconclusive, {bound} the bound of {self.most:.2%}"
