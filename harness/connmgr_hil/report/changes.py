"""What changed between two runs, for a terminal and for a pull request."""

from collections.abc import Iterator, Sequence

from connmgr_hil.conformance.changes import Behaviour, Changes
from connmgr_hil.vocabulary.escaping import on_one_line, visible
from connmgr_hil.vocabulary.requirements import requirements

from .wording import counted

_LISTED = 12
"""Maximum number of differences of behaviour that are shown in full."""

_NAMED = 5
"""Maximum number of scenarios that are named for one difference."""


def sections(changes: Changes) -> list[tuple[str, list[str]]]:
    """Return what changed as headings with a line for each change; those without any are left out."""
    known = requirements()

    def told(idents: Sequence[str]) -> list[str]:
        return [f"{each}  {known[each].sentence}" for each in idents if each in known]

    outcomes = [
        f"{on_one_line(name)}: {old} before, {new} now"
        for name, (old, new) in changes.outcomes.items()
    ]
    selected = [
        f"{len(names)} only in the {which} run: {_some(names)}"
        for which, names in (("old", changes.only_old), ("new", changes.only_new))
        if names
    ]
    every = [
        ("The runs are not of the same scenarios", selected),
        ("Newly failing", told(changes.failing)),
        ("No longer held: scenarios about them fail", told(changes.in_failing)),
        ("Newly held", told(changes.held)),
        ("No longer shown", told(changes.lost)),
        ("Known quirks that are new", told(changes.new_quirks)),
        ("Known quirks that are gone", told(changes.gone_quirks)),
        ("Asked of the newer release only", told(changes.added)),
        ("Scenarios that end otherwise", outcomes),
    ]
    return [(title, lines) for title, lines in every if lines]


def headline(changes: Changes) -> str:
    """Return the comparison in a sentence."""
    parts = [
        f"{len(changes.failing)} newly failing",
        f"{len(changes.held)} newly held",
        f"{len(changes.lost)} no longer shown",
        counted(len(changes.behaviour), "difference") + " of behaviour"
        if changes.compared
        else "behaviour not compared (no traces of the same scenarios)",
    ]
    return ", ".join(parts)


def compared(behaviour: Behaviour) -> str:
    """Return what a difference is about: after which commands, and in which scenarios it was seen."""
    order = "in another order " if behaviour.only_order else ""
    return f"{order}after {_some(behaviour.commands)}; in {_some(behaviour.scenarios)}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    told = ", ".join(map(on_one_line, names[:_NAMED]))
    return f"{told} and {more} more" if more > 0 else told


def render_terminal(changes: Changes) -> str:
    """Return the changes as plain text."""
    lines = [f"- {on_one_line(changes.old.label)}", f"+ {on_one_line(changes.new.label)}", ""]
    for title, entries in sections(changes):
        lines += [f"{title} ({len(entries)})", *(f"  {entry}" for entry in entries), ""]
    for each in changes.behaviour[:_LISTED]:
        lines += [compared(each), *(f"  {on_one_line(line)}" for line in each.lines), ""]
    lines += [*_rest(changes), headline(changes)]
    return "\n".join(lines)


def render_markdown(changes: Changes) -> str:
    """Return the changes as Markdown, for a comment on a pull request."""
    lines = [
        f"## Behaviour: {headline(changes)}",
        "",
        "```diff",
        f"- {_fenced(changes.old.label)}",
        f"+ {_fenced(changes.new.label)}",
        "```",
        "",
    ]
    for title, entries in sections(changes):
        lines += [f"### {title} ({len(entries)})", ""]
        lines += [*(f"- `{_code(entry)}`" for entry in entries), ""]
    if changes.behaviour:
        lines += ["### What devices show for the same commands", ""]
    for each in changes.behaviour[:_LISTED]:
        lines += [f"`{_code(compared(each))}`", "", "```diff", *map(_fenced, each.lines), "```", ""]
    return "\n".join([*lines, *_rest(changes)]).rstrip() + "\n"


def _rest(changes: Changes) -> Iterator[str]:
    more = len(changes.behaviour) - _LISTED
    if more > 0:
        yield f"and {counted(more, 'more difference')} of behaviour: --json has them all"
        yield ""


def _code(text: str) -> str:
    return on_one_line(text).replace("`", "'")


def _fenced(text: str) -> str:
    return visible(text).replace("\n", " ").replace("```", "'''")
