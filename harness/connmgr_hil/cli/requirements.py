"""`cmhil requirements`: lists the requirements."""

import re
from fnmatch import fnmatchcase

import click

from connmgr_hil.vocabulary.arguments import did_you_mean
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.requirements import Requirement

from .output import print_table


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD|PATTERN...]")
def requirements(words: tuple[str, ...]) -> int:
    """List the requirements, or those with all these words, or show the details of one.

    \b
    cmhil requirements 'REQ-CTL-02*'
    cmhil requirements timeout persistent
    cmhil requirements REQ-CTL-022          its source, and which scenarios show it
    """
    from connmgr_hil.conformance.scenario import registered
    from connmgr_hil.vocabulary.requirements import requirements as known

    wanted = [word.casefold() for word in words]

    def fits(each: Requirement, word: str) -> bool:
        return word in each.sentence.casefold() or fnmatchcase(each.id.casefold(), word)

    found = [each for each in known().values() if all(fits(each, word) for word in wanted)]
    if not found:
        choices = list(known())
        choices += [word for each in known().values() for word in re.findall(r"\w+", each.sentence)]
        odd = [word for word in wanted if not any(fits(each, word) for each in known().values())]
        remedy = did_you_mean((odd or wanted)[0], choices, "'cmhil requirements' lists them")
        raise UsageError("no requirement matches", " ".join(words), remedy)
    if len(found) != 1:
        rows = [(each.id, each.kind, each.since, each.sentence) for each in found]
        print_table(("requirement", "class", "since", "sentence"), rows)
        return 0
    (one,) = found
    shown = [name for name, each in registered().items() if one.id in each.requirements]
    click.echo(f"{one.id}  {one.sentence}")
    for name, text in (
        ("class", one.kind),
        ("since", one.since),
        ("source", one.place),
        ("stimulus", one.stimulus),
        ("observe", one.observe),
        ("evidence", one.evidence),
        ("scenarios", "every run" if one.in_every_run else " ".join(shown)),
    ):
        if text:
            click.echo(f"  {name:<10}{text}")
    return 0
