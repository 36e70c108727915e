"""Text in pictures: escaped, measured roughly, broken into lines."""

from typing import NamedTuple
from xml.sax.saxutils import escape


class Piece(NamedTuple):
    """A part of a picture, drawn from (0, 0) on."""

    body: str
    width: int
    height: int


def escaped(text: str) -> str:
    """Return text as it must stand in SVG."""
    return escape(text, {'"': "&quot;"})


def width_of(text: str) -> int:
    """Return about how wide a text of 11 px is."""
    return round(len(text) * 6.6)


def lines_of(output: str) -> list[str]:
    """Return an output as lines, one for each thing shown."""
    return [] if output == "nothing" else output.split(", ")
