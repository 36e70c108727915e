"""The report as one HTML file that needs nothing but a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote

import msgspec
from jinja2 import Environment
from markupsafe import Markup

from connmgr_hil import __version__
from connmgr_hil.conformance.changes import Changes
from connmgr_hil.conformance.code import Reached, ranges
from connmgr_hil.conformance.results import STANDINGS
from connmgr_hil.files.templates import templates
from connmgr_hil.vocabulary.escaping import visible
from connmgr_hil.vocabulary.requirements import Requirement, requirements

from . import changes as changing, wording
from .evidence import PlatformEvidence, ReportEvidence, Story
from .history import real_path
from .scores import Scores

NOT_THERE = "absent"
"""The standing of a requirement in a release that does not have it."""


@dataclass(frozen=True)
class _Tile:
    """One requirement in the grid, with how it stands on each platform."""

    requirement: Requirement
    standings: tuple[str, ...]
    reasons: tuple[str, ...]
    shown: bool

    @property
    def number(self) -> str:
        return self.requirement.id.rpartition("-")[2]

    @property
    def worst(self) -> str:
        order = ("failed", "quirk", "held", "unreachable", "not_run", NOT_THERE)
        return next(each for each in order if each in self.standings)


@dataclass(frozen=True)
class _Group:
    """One chapter of the requirements."""

    code: str
    title: str
    tiles: tuple[_Tile, ...]

    @property
    def shown(self) -> int:
        return sum(tile.shown for tile in self.tiles)


def render_html(
    evidence: ReportEvidence,
    scores: Scores | None = None,
    changes: Changes | None = None,
    code: Sequence[Reached] = (),
    folder: Path | None = None,
) -> str:
    """Return the report as one self-contained HTML page: the same evidence gives the same bytes.

    Traces below `folder`, in which the page will be, are links.
    """
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            evidence=evidence,
            groups=_groups(evidence.platforms),
            requirement_data=_requirement_data(evidence.platforms),
            standings=STANDINGS,
            words=wording,
            scores=scores,
            changes=changes,
            changing=changing,
            known=requirements(),
            code=code,
            ranges=ranges,
            trace_link=partial(_trace_link, folder=folder and real_path(folder)),
            version=__version__,
        )
    )


def _trace_link(story: Story, folder: Path | None) -> str:
    """Return where a story's trace is from the page's folder, quoted; empty if it is not below it."""
    trace = story.result.trace and real_path(story.result.trace)
    if trace is None or folder is None or not trace.is_relative_to(folder):
        return ""
    return f"./{quote(trace.relative_to(folder).as_posix())}"


def _groups(platforms: tuple[PlatformEvidence, ...]) -> list[_Group]:
    groups: dict[str, list[_Tile]] = {code: [] for code in wording.GROUPS}
    # What an imitation shows counts only where nothing else was on the bench.
    real = [each for each in platforms if not each.identity.simulated] or platforms
    for ident, requirement in sorted(requirements().items()):
        code = ident.split("-")[1]
        groups.setdefault(code, []).append(
            _Tile(
                requirement,
                tuple(platform.standing(ident) or NOT_THERE for platform in platforms),
                tuple(platform.reason(ident) for platform in platforms),
                any(platform.standing(ident) in ("held", "quirk", "failed") for platform in real),
            )
        )
    return [
        _Group(code, wording.GROUPS.get(code, code), tuple(tiles)) for code, tiles in groups.items()
    ]


def _requirement_data(platforms: tuple[PlatformEvidence, ...]) -> dict[str, object]:
    """Return what the page's script tells when one points at a requirement."""
    return {
        ident: {
            "sentence": requirement.sentence,
            "kind": requirement.kind,
            "source": requirement.place,
            "standings": [
                [platform.name, platform.standing(ident) or NOT_THERE, platform.reason(ident)]
                for platform in platforms
            ],
        }
        for ident, requirement in requirements().items()
    }


@cache
def _environment() -> Environment:
    environment = templates("connmgr_hil.report", "page", html=True)
    environment.finalize = _shown_safely
    environment.filters["embedded"] = _embedded
    environment.globals["inlined"] = _inlined
    environment.globals["story_data"] = _story_data
    return environment


def _shown_safely(value: object) -> object:
    """Every text on the page comes through here; what is markup already was made by the page itself."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _inlined(name: str) -> Markup:
    """Return one of our own files, to stand in the page as it is."""
    loader = _environment().loader
    assert loader is not None
    return Markup(loader.get_source(_environment(), name)[0])  # noqa: S704 - our own CSS and scripts


def _story_data(story: Story) -> object:
    return {
        "timeline": story.timeline,
        "requirements": story.result.requirements,
        "allowed": story.failure.allowed if story.failure else (),
    }


def _made_visible(value: object) -> object:
    """Return plain data in which no text controls the page that a script writes it into."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {_made_visible(name): _made_visible(each) for name, each in value.items()}
    return [_made_visible(each) for each in value] if isinstance(value, list | tuple) else value


def _embedded(value: object) -> Markup:
    """Return a value as JSON that cannot end the script element it stands in."""
    text = msgspec.json.encode(_made_visible(msgspec.to_builtins(value))).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - every character that could be markup is escaped above
