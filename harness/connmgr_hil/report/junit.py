"""JUnit XML: a suite for each platform, a case for each scenario with all its tries, always valid."""

import re
from collections import Counter
from collections.abc import Container, Sequence
from typing import Any

from junitparser import Error, Failure, JUnitXml, Properties, Property, Skipped
from junitparser.xunit2 import (
    FlakyError,
    FlakyFailure,
    RerunError,
    RerunFailure,
    TestCase,
    TestSuite,
)

from connmgr_hil.checker import Outcome
from connmgr_hil.conformance.results import ScenarioResult, with_retries
from connmgr_hil.vocabulary.errors import BadInput
from connmgr_hil.vocabulary.escaping import visible

from .evidence import PlatformEvidence, ReportEvidence, Story
from .wording import first_sentence, replay

MESSAGE, TEXT = 300, 8_000
"""Maximum length of a message and of an explanation in characters: CI pages cannot show more."""

_new_suite: Any = TestSuite
"""Its initialiser has no types."""

# Everything that XML 1.0 has no place for, even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(evidence: ReportEvidence, selected: Container[str] | None = None) -> str:
    """Return the report as JUnit XML: the same evidence gives the same text.

    Of the scenarios that cannot run on a platform only those `selected` are in it, by default all.
    """
    document: Any = JUnitXml("connmgr-hil")  # junitparser is typed in parts only
    for platform in evidence.platforms:
        document.append(_suite(platform, selected))
    if evidence.unread:
        document.append(_unread(evidence.unread))
    document.update_statistics()
    text = document.tostring()
    return (text.decode("utf-8") if isinstance(text, bytes) else text).rstrip() + "\n"


def _suite(platform: PlatformEvidence, selected: Container[str] | None) -> Any:
    suite: Any = _new_suite(legal(platform.name))
    for name, value in (
        ("platform", platform.name),
        ("reality", str(platform.identity.reality)),
        ("zephyr", platform.identity.zephyr),
        ("profile", platform.report.profile),
        ("build", " ".join(platform.identity.builds)),
        ("verdict", str(platform.outcome)),
        ("clock", platform.identity.clock),
        *((f"origin.{name}", text) for name, text in platform.identity.origin.items()),
    ):
        suite.add_property(name, legal(value))
    classname = f"connmgr_hil.{platform.name}"
    by_trace = {story.result.trace: story for story in platform.stories}
    last_tries = with_retries(each.result for each in platform.stories if not each.superseded)
    names = Counter(each.name for each in last_tries)
    for last in last_tries:
        first, *rest = (last,) if last.held else (*last.earlier, last)
        story = by_trace[first.trace]
        suite.append(_case(classname, story, rest, alone=names[first.name] == 1))
    for result in platform.report.results:
        if result.outcome is None and (selected is None or result.name in selected):
            case: Any = TestCase(legal(result.name), legal(classname), 0.0)
            _properties(case, [("requirement", each) for each in result.requirements])
            case.append(Skipped(legal(result.reason)[:MESSAGE]))
            suite.append(case)
    return suite


def _unread(errors: tuple[BadInput, ...]) -> Any:
    """Return a suite with an error for each file that could not be judged."""
    suite: Any = _new_suite("not judged")
    for error in errors:
        case: Any = TestCase(
            legal(error.wanted.partition(": ")[0])[:MESSAGE], "connmgr_hil.unread", 0.0
        )
        problem: Any = Error(legal(error.wanted)[:MESSAGE], "not a valid trace")
        problem.text = legal(str(error))[:TEXT]
        case.append(problem)
        suite.append(case)
    return suite


def _case(classname: str, story: Story, later: Sequence[ScenarioResult], *, alone: bool) -> Any:
    """Return the case of a trace, with the `later` tries, which did not conform either; `alone` if no other has its name."""
    result = story.result
    name = result.name if alone else story.label
    case: Any = TestCase(legal(name), legal(classname), round(story.host_seconds, 3))
    _properties(
        case,
        [
            *(("requirement", each) for each in result.requirements),
            *(("blamed", each) for each in result.blamed),
            *(("quirk", each) for each in result.quirks),
            ("trace", str(result.trace)),
            ("target", story.target),
        ],
    )
    if result.excused:
        case.append(Skipped(legal(f"known deviation: {result.excused}")[:MESSAGE]))
    elif story.outcome is not Outcome.CONFORMS:
        kind = Failure if story.outcome is Outcome.FAILS else Error
        problem: Any = kind(legal(first_sentence(story))[:MESSAGE], str(story.outcome))
        again = f"\nreplay: {replay(story)}" if result.began else ""
        problem.text = legal(f"{result.reason}{again}")[:TEXT]
        case.append(problem)
        for each in later:
            _add_try(case, each, RerunFailure, RerunError)
    for each in result.earlier:
        _add_try(case, each, FlakyFailure, FlakyError)
    return case


def _add_try(case: Any, result: ScenarioResult, failure: Any, error: Any) -> None:
    """Add a try that does not count, in the format of Maven's surefire."""
    kind = failure if result.outcome is Outcome.FAILS else error
    lines = legal(result.reason).splitlines() or [""]
    attempt = kind(lines[0][:MESSAGE], str(result.outcome))
    attempt.stack_trace = "\n".join(lines)[:TEXT]
    case.add_interim_result(attempt)


def _properties(case: Any, pairs: list[tuple[str, str]]) -> None:
    make: Any = Properties
    properties = make()
    for name, value in pairs:
        properties.add_property(Property(name, legal(value)))
    case.append(properties)


def legal(text: str) -> str:
    """Return a text that shows what controls a terminal or a page, without the characters that no XML file may contain."""
    return _ILLEGAL.sub("", visible(text))
