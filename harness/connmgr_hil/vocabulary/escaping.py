"""Makes texts of a device, which may contain anything, safe to show."""


def visible(text: str) -> str:
    """Return a text that controls no terminal: what is not printable is written as an escape.

    That holds for control and format characters, those that turn the direction of writing among them.
    Line feeds and tabs stay.
    """
    return "".join(each if each in "\n\t" else _spelled(each) for each in text)


def on_one_line(text: str) -> str:
    """Return a text as `visible` does, with line feeds and tabs written as escapes, too."""
    return "".join(map(_spelled, text))


def _spelled(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
