"""`cmhil requirements`: lists the requirements."""

from fnmatch import fnmatchcase

import click

from .output import print_table


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD|PATTERN...]")
def requirements(words: tuple[str, ...]) -> int:
    """List the requirements, or those with all these words, or show the details of one.

    \b
    cmhil requirements 'REQ-CTL-02*'
    cmhil requirements timeout persistent
    cmhil requirements REQ-CTL-022          its source, and which scenarios show it
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from connmgr_hil.conformance.scenario import registered  # noqa: PLC0415 - slow to import
    from connmgr_hil.vocabulary.requirements import requirements as known  # noqa: PLC0415

    wanted = [word.casefold() for word in words]
    found = [
        each
        for each in known().values()
        if all(
            word in each.sentence.casefold() or fnmatchcase(each.id.casefold(), word)
            for word in wanted
        )
    ]
    if len(found) != 1:
        rows = [(each.id, each.kind, each.since, each.sentence) for each in found]
        print_table(("requirement", "class", "since", "sentence"), rows)
        return 0 if found else 2
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
