"""A page that shows each source with the mutants that survived, line by line."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil import __version__
from connmgr_hil.files.templates import templates

from .results import FATES, MutantResult, MutationReport

_SHOWN = frozenset({"survived", "rig"})


@dataclass(frozen=True)
class _SourceLine:
    number: int
    text: str
    killed: int
    shown: list[MutantResult]


@dataclass(frozen=True)
class _Source:
    path: str
    counts: dict[str, int]
    score: float | None
    lines: list[_SourceLine]

    @property
    def name(self) -> str:
        return Path(self.path).name


def render_page(report: MutationReport) -> str:
    """Return the page: one HTML file that needs nothing but a browser."""
    page = templates("connmgr_hil.mutation", ".", html=True).get_template("page.html.jinja")
    return page.render(
        report=report,
        fates=FATES,
        sources=[_source(report, path) for path in report.sources],
        killers=report.killers().most_common(20),
        version=__version__,
    )


def _source(report: MutationReport, path: str) -> _Source:
    by_line: dict[int, list[MutantResult]] = defaultdict(list)
    for result in report.results:
        if result.mutant.source == path:
            by_line[result.mutant.line].append(result)
    lines = []
    for number, text in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        here = by_line[number]
        killed = sum(each.fate == "killed" for each in here)
        lines.append(
            _SourceLine(number, text, killed, [each for each in here if each.fate in _SHOWN])
        )
    counts = {str(fate): count for fate, count in report.counts(path).items()}
    return _Source(path, counts, report.score(path), lines)
