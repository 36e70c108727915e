"""One line of a terminal: what a person would read after the shell has redrawn it."""

import re

_ESCAPE = re.compile(rb"\x1b(?:\[([0-9;?]*)([@-~])|[()][0-9A-Za-z]|[78=>EDMc])?")
_WHOLE = re.compile(rb"\x1b(?:\[[0-9;?]*[@-~]|[()][0-9A-Za-z]|[78=>EDMc])")
_LONGEST_ESCAPE = 24
_WIDEST = 4096
"""A line that is longer ends there, as at the edge of a terminal."""


class Screen:
    """Turns the bytes of a shell into lines, in whatever chunks they come.

    Zephyr's shell redraws its prompt around what other threads print: it moves the cursor back, erases,
    prints, and writes the prompt and the half typed command again. Colours are dropped; a line is
    finished by a line feed.
    """

    def __init__(self) -> None:
        self._cells: list[str] = []
        self._column = 0
        self._pending = b""

    @property
    def open_line(self) -> str:
        """The line that is not finished yet, such as a prompt."""
        return "".join(self._cells)

    def feed(self, data: bytes) -> list[str]:
        """Take some bytes and return the lines that they finish."""
        data, self._pending = self._pending + data, b""
        lines: list[str] = []
        position = 0
        while position < len(data):
            byte = data[position]
            if byte == 0x1B:
                rest = data[position : position + _LONGEST_ESCAPE]
                if _WHOLE.match(rest) is None and len(rest) < _LONGEST_ESCAPE and _may_grow(rest):
                    self._pending = data[position:]
                    break
                position += self._escape(rest)
                continue
            position += 1
            if byte == 0x0A:
                lines.append(self.open_line)
                self._cells, self._column = [], 0
            elif byte == 0x0D:
                self._column = 0
            elif byte == 0x08:
                self._column = max(0, self._column - 1)
            elif byte >= 0x20 or byte == 0x09:
                if self._column >= _WIDEST:
                    lines.append(self.open_line)
                    self._cells, self._column = [], 0
                self._put(chr(byte))
        return lines

    def _put(self, character: str) -> None:
        self._cells += " " * (self._column - len(self._cells))
        self._cells[self._column : self._column + 1] = [character]
        self._column += 1

    def _escape(self, rest: bytes) -> int:
        """Carry out an escape sequence and return its length; what is not known is dropped."""
        match = _ESCAPE.match(rest)
        assert match is not None
        if match[2] is not None:
            first = match[1].split(b";")[0]
            count = min(int(first), 512) if first.isdigit() else 0
            if match[2] == b"D":
                self._column = max(0, self._column - max(1, count))
            elif match[2] == b"C":
                self._column = min(_WIDEST, self._column + max(1, count))
            elif match[2] in (b"J", b"K") and count == 0:
                del self._cells[self._column :]
            elif match[2] in (b"J", b"K") and count == 2:
                self._cells.clear()
        return match.end()


def _may_grow(rest: bytes) -> bool:
    return re.fullmatch(rb"\x1b(?:\[[0-9;?]*|[()])?", rest) is not None
