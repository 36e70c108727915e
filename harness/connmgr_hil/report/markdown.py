"""A summary in Markdown, for the page that a CI system shows after a run."""

import re

from connmgr_hil.conformance.changes import Changes
from connmgr_hil.conformance.results import STANDINGS
from connmgr_hil.vocabulary.escaping import visible

from . import wording
from .changes import render_markdown as told_of
from .evidence import PlatformEvidence, ReportEvidence, Story
from .scores import Scores

LISTED = 20
"""Maximum number of causes that are listed."""

_NAMED = 8
"""Maximum number of traces that are named for one cause."""

_MARKS = {"conforms": "✅", "fails": "❌", "inconclusive": "❔", "rig": "⚠️"}
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&@]|(?:(?<=www)\.)|:(?=//)|^\s*[-+=]|(?<=\d)[.)](?= ))")


def render_markdown(
    evidence: ReportEvidence, scores: Scores | None = None, changes: Changes | None = None
) -> str:
    """Return the report as Markdown: verdict, a table of platforms, what failed, what was not shown."""
    lines = [
        f"## {_MARKS[evidence.outcome]} {_plain(wording.headline(evidence))}",
        "",
        *(f"> **{_plain(sentence)}**\n" for sentence in wording.apart(evidence)),
        *(f"- {_plain(sentence)}" for sentence in wording.grounds(evidence)),
        "",
        *_table(evidence.platforms),
        *_problems(evidence.causes),
        *(_defects(scores) if scores else []),
        *([told_of(changes)] if changes else []),
        *_not_shown(evidence.platforms),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _table(platforms: tuple[PlatformEvidence, ...]) -> list[str]:
    heads = [wording.STANDING_WORDS[standing] for standing in STANDINGS]
    lines = [
        f"| platform | what it is | verdict | traces | {' | '.join(heads)} |",
        f"| --- | --- | --- | ---: |{' ---: |' * len(heads)}",
    ]
    for platform in platforms:
        counts = platform.report.counts()
        cells = [
            _plain(platform.name),
            _plain(str(platform.identity.reality)),
            wording.OUTCOME_WORDS[platform.outcome],
            str(len(platform.stories)),
            *(str(counts[standing]) for standing in STANDINGS),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, "", "Counted are requirements of the device's release.", ""]


def _problems(causes: list[tuple[Story, ...]]) -> list[str]:
    if not causes:
        return []
    lines = ["### What did not conform", ""]
    for story, *others in causes[:LISTED]:
        ids = _plain(" ".join(story.result.blamed))
        lines.append(
            f"- **{_plain(story.label)}** on {_plain(story.platform)}, "
            f"{wording.OUTCOME_WORDS[story.outcome]}: {_plain(wording.first_sentence(story))}"
            + (f" ({ids})" if ids else "")
        )
        fence = "~~~~"
        lines += ["", f"  {fence}text"]
        again = f"\n{wording.replay(story)}" if story.result.began else ""
        text = f"{visible(story.result.reason)}{again}".replace("~~~", "~ ~ ~")
        lines += [f"  {line}" for line in text.splitlines()]
        lines += [f"  {fence}", ""]
        if others:
            named = ", ".join(_plain(each.label) for each in others[:_NAMED])
            more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
            lines += [f"  The same in {named}{more}.", ""]
    if len(causes) > LISTED:
        lines += [f"and {wording.counted(len(causes) - LISTED, 'more cause')}.", ""]
    return lines


def _defects(scores: Scores) -> list[str]:
    total = wording.counted(scores.observable, "seeded defect")
    lines = [
        "### Seeded defects",
        "",
        f"{scores.caught} of {total} caught for the right reason on {_plain(scores.target)}.",
        "",
    ]
    lines += [
        f"- {_plain(score.name)}, {score.standing.replace('_', ' ')}: {_plain(score.sentence)}"
        for score in scores.worst_first
        if score.standing in ("missed", "wrong_reason")
    ]
    return [*lines, ""]


def _not_shown(platforms: tuple[PlatformEvidence, ...]) -> list[str]:
    lines = ["<details><summary>What this does not show</summary>", ""]
    for platform in platforms:
        for reason, idents in wording.not_shown(platform):
            names = ", ".join(wording.short(ident) for ident in idents)
            lines.append(f"- {_plain(platform.name)}: {_plain(reason)}: {names}")
    return [*lines, "", "</details>", ""]


def _plain(text: str) -> str:
    """Return a text so that nothing in it is markup."""
    return _MARKUP.sub(r"\\\1", visible(text).replace("\n", " "))
