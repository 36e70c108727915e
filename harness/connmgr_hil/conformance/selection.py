"""Selects the scenarios of a run: by pattern, by what failed last, and by share."""

import json
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from connmgr_hil.files import read_whole
from connmgr_hil.vocabulary.arguments import did_you_mean
from connmgr_hil.vocabulary.errors import BadInput, UsageError

from .former_names import names_of, present_name
from .scenario import Scenario, registered

_MOST_BYTES = 100_000_000


def matching(pattern: str, scenarios: Iterable[Scenario]) -> list[Scenario]:
    """Return the scenarios whose name or requirement matches a pattern with * and ?; case does not matter, and former names do."""
    folded = pattern.casefold()
    return [
        each
        for each in scenarios
        if any(
            fnmatchcase(text.casefold(), folded)
            for text in (*names_of(each.name), *each.requirements)
        )
    ]


def choose(patterns: Iterable[str]) -> list[Scenario]:
    """Return the scenarios whose name or requirement matches one of the patterns; all without any.

    Those that would be left out on a slow line are not where a pattern matches their name.

    Raises `UsageError` for a pattern that matches nothing.
    """
    scenarios = registered()
    wanted = list(patterns)
    if not wanted:
        return list(scenarios.values())
    chosen: dict[str, Scenario] = {}
    for pattern in wanted:
        found = matching(pattern, scenarios.values())
        if not found:
            words = [
                *scenarios,
                *(ident for each in scenarios.values() for ident in each.requirements),
            ]
            raise UsageError(
                "no scenario or requirement has such a name",
                repr(pattern),
                did_you_mean(pattern, words, "'cmhil scenarios' lists them"),
            )
        named = pattern.casefold()
        for each in found:
            asked = fnmatchcase(each.name.casefold(), named)
            chosen[each.name] = each.asked_for if asked else chosen.get(each.name, each)
    return list(chosen.values())


def not_conforming(summary: Path) -> set[str]:
    """Return the names of the scenarios that ran and did not conform, from the summary of a run.

    Raises `UsageError` when there is none, and `BadInput` when it is not one.
    """
    if not summary.is_file():
        raise UsageError(
            "there is no summary of an earlier run",
            f"no file {summary}",
            "run it without --failed first",
        )
    try:
        results = json.loads(read_whole(summary, "a run's summary", _MOST_BYTES))["scenarios"]
        return {
            present_name(each["name"])
            for each in results
            if each["outcome"] not in ("conforms", "unreachable")
        }
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{summary} is not a summary that 'cmhil verify' wrote", repr(error)
        ) from error


def failing(chosen: Iterable[Scenario], last: set[str]) -> list[Scenario]:
    """Return those of the scenarios that did not conform in the last run.

    Raises `UsageError` if any that did not is neither part of the suite nor loaded from a file.
    """
    if strangers := sorted(last - set(registered())):
        raise UsageError(
            "what failed in the last run is not among the built-in scenarios",
            ", ".join(strangers),
            "name its file with --scenarios FILE, or run without --failed",
        )
    return [each.asked_for for each in chosen if each.name in last]


def share(every: Sequence[Scenario], which: str) -> list[Scenario]:
    """Return one of N equal shares: `2/4` takes the second, sixth, ... of them. Raises `UsageError` for another form."""
    number, slash, total = which.partition("/")
    sound = slash and number.isdecimal() and total.isdecimal() and 1 <= int(number) <= int(total)
    if not sound:
        raise UsageError("this is not a share such as 1/4", repr(which))
    return list(every[int(number) - 1 :: int(total)])
