"""`cmhil docs`: the documentation pages, which are part of the package."""

import re
from pathlib import Path

import click

from connmgr_hil.vocabulary.arguments import did_you_mean
from connmgr_hil.vocabulary.errors import ExitCode, UsageError

from .output import fancy, print_table

_COMMENT = re.compile(r"^<!--.*?-->\n*", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)


@click.command()
@click.argument("page", required=False, metavar="[PAGE]")
@click.option(
    "--search",
    "words",
    multiple=True,
    metavar="WORD",
    help="Only pages with all these words (repeatable).",
)
def docs(page: str | None, words: tuple[str, ...]) -> int:
    """Show a page of the documentation, or list them.

    \b
    cmhil docs                      all pages
    cmhil docs --search bisect      pages that mention it
    cmhil docs known-deviations     one page

    The page 'protocol' has the protocol; examples and the Zephyr application are beside the pages.
    """
    pages = _pages()
    if page is None:
        wanted = [word.casefold() for word in words]
        texts = {name: _text(path) for name, path in pages.items()}
        rows = [
            (name, _title(text), str(pages[name]))
            for name, text in texts.items()
            if all(word in text.casefold() for word in wanted)
        ]
        print_table(("page", "title", "file"), rows)
        return ExitCode.CONFORMS if rows else ExitCode.USAGE
    name = next((each for each in pages if each.casefold() == page.casefold()), "")
    if not name:
        raise UsageError(
            f"there is no page {page!r}", "", did_you_mean(page, pages, "'cmhil docs' lists them")
        )
    text = _text(pages[name])
    if fancy():
        from rich.console import Console
        from rich.markdown import Markdown

        console = Console()
        with console.pager(styles=True):
            console.print(Markdown(text))
    else:
        click.echo(text, nl=False)
    return ExitCode.CONFORMS


def _pages() -> dict[str, Path]:
    """Return the pages by name; what is not reading matter is left out."""
    from connmgr_hil.resources import docs_dir, zephyr_app_dir

    found = sorted(docs_dir().rglob("*.md"))
    return {each.stem: each for each in found} | {"protocol": zephyr_app_dir() / "PROTOCOL.md"}


def _text(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def _title(text: str) -> str:
    found = _HEADING.search(text)
    return found[1] if found else ""
