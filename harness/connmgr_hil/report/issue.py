"""A bug report for Zephyr, in its form (.github/ISSUE_TEMPLATE/001_bug_report.yml)."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from connmgr_hil import __version__
from connmgr_hil.conformance.bisection import Bisection
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.escaping import on_one_line, visible
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    EventSeen,
    Fault,
    Header,
    HelloSeen,
    Note,
    Stimulus,
    VerdictGiven,
)
from connmgr_hil.vocabulary.requirements import requirements
from connmgr_hil.vocabulary.wording import say

from .evidence import ReportEvidence, Story
from .wording import counted, replay

_LONGEST = 60
"""Maximum number of lines of the log that are shown: the last ones."""


def render_issue(evidence: ReportEvidence, found: tuple[Path, Bisection] | None = None) -> str:
    """Return a bug report about the first failure of Zephyr, in Markdown; `found` is the bisection that `evidence` comes from.

    Raises `UsageError` if nothing failed, or no Zephyr code ran.
    """
    failed = [cause for cause in evidence.causes if cause[0].failure is not None]
    if not failed:
        raise UsageError("these traces have no failure of a device", "", "see 'cmhil check'")
    failing = [cause for cause in failed if not cause[0].simulated]
    if not failing:
        raise UsageError(
            "these failures are not of Zephyr",
            "the simulated board, on which no Zephyr code runs",
            "report what a board, an emulator or a native platform shows: 'cmhil verify -t native'",
        )
    story, others = failing[0][0], failing[0][1:]
    shown = story.shortest.trace if story.shortest else story.result.trace
    assert shown is not None
    sections = (
        ("Describe the bug", _bug(story, len(others))),
        ("Regression", [_regression(found)]),
        ("Steps to reproduce", [*_steps(story), *_again(story, found)]),
        ("Relevant log output", ["```text", *_log(shown, story), "```"]),
        (
            "Impact",
            [
                "Functional Limitation \u2013 Some features not working as expected, but system usable."
            ],
        ),
        ("Environment", _environment(shown)),
        ("Additional Context", _context(story, len(failing) - 1, bisected=found is not None)),
    )
    lines = [f"# net: conn_mgr: {_plain(_title(story))}"]
    for title, body in sections:
        lines += ["", f"### {title}", "", *body]
    return "\n".join(lines) + "\n"


def _title(story: Story) -> str:
    assert story.failure is not None
    # A sentence says what should be, and the title of a bug what is not.
    return f"does not hold: {story.failure.sentence.partition(': ')[0]}"


def _bug(story: Story, others: int) -> Iterator[str]:
    failure = story.failure
    assert failure is not None
    yield f"This does not hold: {_plain(failure.sentence)}."
    for ident in failure.requirements:
        if ident in requirements():
            asked = requirements()[ident]
            yield ""
            yield f"**Expected** ({ident}): {_plain(asked.sentence)}."
            yield f"Source: {_plain(asked.place)}"
    yield ""
    yield f"**Observed**: `{_code(failure.seen)}` at {failure.t / 1e6:.3f} s of device time."
    yield f"Allowed there: {' or '.join(f'`{_code(each)}`' for each in failure.allowed) or 'nothing'}."
    if others:
        yield f"The same was seen in {counted(others, 'other run')}."


def _steps(story: Story) -> Iterator[str]:
    yield "In this order, on a freshly started device:"
    yield ""
    commands = story.shortest.commands if story.shortest else story.timeline.commands
    yield from (f"{number}. `{_code(each)}`" for number, each in enumerate(commands, 1))
    yield ""
    yield "The words are those of the probe of connmgr-hil: `up` is `net_if_up()`, `connect` is"
    yield "`conn_mgr_if_connect()`, `advance` lets this many microseconds pass, and `sim`, `lose` and `fatal` drive a"
    yield "simulated connectivity implementation."


def _again(story: Story, found: tuple[Path, Bisection] | None) -> Iterator[str]:
    yield ""
    if found is None:
        yield f"With connmgr-hil: `{_code(replay(story))}`"
        return
    folder, bisection = found
    if build := bisection.build(folder):
        yield f"With connmgr-hil, build this commit first: `{_code(shlex.join(build))}`"
    yield f"With connmgr-hil: `{_code(shlex.join(bisection.again(folder)))}`"


def _regression(found: tuple[Path, Bisection] | None) -> str:
    if found is None:
        return "- [ ] This is a regression ('cmhil bisect GOOD BAD -t TARGET' finds the commit)"
    commit, told = found[1].commit, found[1].told
    return f"- [x] This is a regression. The first bad commit is {_plain(commit)} ({_plain(told)})"


def _log(trace: Path, story: Story) -> list[str]:
    """Return what happened up to the failing record, a line each."""
    last = story.failure.record if story.failure and not story.shortest else None
    records = list(read_records(trace))[:last]
    lines = [line for record in records for line in _line(record)]
    return lines[-_LONGEST:]


def _line(record: AnyRecord) -> Iterator[str]:
    if isinstance(record, Header | HelloSeen | Note | Fault | VerdictGiven):
        return
    if isinstance(record, EventSeen) and record.listener != "early":
        return
    at = f"{record.t / 1e6:10.6f}" if hasattr(record, "t") else " " * 10
    text = f"> {' '.join(record.words)}" if isinstance(record, Stimulus) else say(record).line()
    yield f"{at}  {on_one_line(text)}".replace("```", "'''")


def _environment(trace: Path) -> Iterator[str]:
    records = read_records(trace)
    header = next(records)
    hello = next((each for each in records if isinstance(each, HelloSeen)), None)
    assert isinstance(header, Header)
    origin = header.origin
    yield f"- OS: {os.uname().sysname} {os.uname().machine}"
    if hello:
        yield f"- Board: {_plain(hello.facts.board)}"
        yield f"- Zephyr: {_plain(hello.facts.zephyr)}"
    if origin and origin.commit:
        changed = ", with changes that are not committed" if origin.changed else ""
        yield f"- Commit: {_plain(origin.commit)}{changed}"
    if origin and origin.digest:
        yield f"- Image: SHA-256 {_plain(origin.digest)}, built {_plain(origin.built)}"
    yield f"- connmgr-hil {__version__}"


def _context(story: Story, causes: int, *, bisected: bool) -> Iterator[str]:
    trace = story.shortest.trace if story.shortest else story.result.trace
    assert trace is not None
    stem = trace.stem.removesuffix(".min")
    tests = sorted(trace.parent.glob(f"ztest_{stem.lower().replace('-', '_')}"))
    yield f"The trace is `{_code(trace.name)}` (attach it)."
    if tests:
        yield f"A test for Zephyr's tree that fails in the same way is in `{_code(tests[0].name)}`."
    elif not (story.shrunk or bisected):
        yield "'cmhil shrink' finds the shortest sequence, and writes it as a test for Zephyr's tree."
    if causes:
        yield f"These traces show {counted(causes, 'further cause')}; each deserves its own report."


def _plain(text: str) -> str:
    return visible(text).replace("\n", " ").replace("<", "&lt;").replace("@", "@\u200b")


def _code(text: str) -> str:
    return on_one_line(text).replace("`", "'")
