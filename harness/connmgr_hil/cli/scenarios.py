"""`cmhil scenarios`: lists the scenarios."""

import re
from typing import TYPE_CHECKING

import click

from connmgr_hil.vocabulary.arguments import did_you_mean
from connmgr_hil.vocabulary.errors import UsageError

from .output import print_table

if TYPE_CHECKING:
    from connmgr_hil.conformance.scenario import Scenario


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD|PATTERN...]")
def scenarios(words: tuple[str, ...]) -> int:
    """List the scenarios, with the requirements of each, or show the details of one.

    \b
    cmhil scenarios                 all of them
    cmhil scenarios timeout         those with the word in name or title
    cmhil scenarios 'REQ-CTL-02*'   those for these requirements
    """
    from connmgr_hil.conformance.scenario import registered
    from connmgr_hil.conformance.selection import matching

    every = registered()
    found = dict.fromkeys(each.name for word in words for each in matching(word, every.values()))
    for word in words:
        texts = {name: f"{name} {each.title}".casefold() for name, each in every.items()}
        found |= dict.fromkeys(name for name, text in texts.items() if word.casefold() in text)
    chosen = [each for name, each in every.items() if name in found or not words]
    if len(chosen) == 1 and words:
        _tell(chosen[0])
        return 0
    if not chosen:
        choices = [text for each in every.values() for text in (each.name, *each.requirements)]
        choices += [word for each in every.values() for word in re.findall(r"\w+", each.title)]
        choices += [word for name in every for word in name.split("-")]
        remedy = did_you_mean(words[0], choices, "'cmhil scenarios' lists them")
        raise UsageError("no scenario matches", " ".join(words), remedy)
    rows = [(each.name, " ".join(each.requirements), each.title) for each in chosen]
    print_table(("scenario", "requirements", "title"), rows)
    return 0


def _tell(scenario: "Scenario") -> None:
    """Tell everything of one scenario: what it needs, and where its source is."""
    click.echo(f"{scenario.name}  {scenario.title}")
    for name, text in (
        ("shows", " ".join(scenario.requirements)),
        ("needs", " ".join(scenario.needs)),
        ("since", scenario.since),
        ("source", scenario.source),
    ):
        if text:
            click.echo(f"  {name:<10}{text}")
