"""What Renode's monitor sends over its socket: telnet bytes, echo, lines, and prompts without a line end."""

import re
from dataclasses import dataclass, field

from connmgr_hil.vocabulary.errors import RigFault

_IAC, _SB, _SE = 255, 250, 240
_WITH_OPTION = range(251, 255)
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|[@-Z\\-_])")
_UNFINISHED_ESCAPE = re.compile(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,4})?\Z")
_LONGEST_LINE = 65536
_PROMPT = re.compile(r"\(([^()\r\n]+)\) ")

_FAILED = "There was an error executing command"
_UNKNOWN = "No such command or device"
_MISMATCH = "Parameters did not match the signature"
_BARE = (_UNKNOWN, _MISMATCH, "No such variable: $", "Could not tokenize here:")
"""What it says without the line that names the command."""


@dataclass(frozen=True)
class MonitorLine:
    """A line that ended, without its line end."""

    text: str


@dataclass(frozen=True)
class Prompt:
    """The monitor waits for a command, with this machine (or `monitor`) selected."""

    name: str


@dataclass
class Telnet:
    """Takes telnet's own bytes out of a stream, wherever it is cut."""

    _held: bytes = b""
    _in_option: bool = False

    def feed(self, data: bytes) -> bytes:
        """Return what is left of these bytes for a reader of text."""
        data, self._held = self._held + data, b""
        text = bytearray()
        at = 0
        while at < len(data):
            if data[at] != _IAC:
                if not self._in_option:
                    text.append(data[at])
                at += 1
                continue
            command = data[at + 1] if at + 1 < len(data) else None
            size = 3 if command in _WITH_OPTION else 2
            if at + size > len(data):
                self._held = data[at:]
                break
            if command == _IAC and not self._in_option:
                text.append(_IAC)
            elif command == _SB:
                self._in_option = True
            elif command == _SE:
                self._in_option = False
            at += size
        return bytes(text)


@dataclass
class MonitorParser:
    """Makes lines and prompts of bytes; how they are cut into pieces makes no difference.

    A prompt is told from a line that begins with a parenthesis by its name: `monitor`, or one of `machines`.
    """

    machines: set[str] = field(default_factory=set)
    _telnet: Telnet = field(default_factory=Telnet)
    _escape: str = ""
    _text: str = ""
    _begun: bool = False

    def feed(self, data: bytes) -> list[MonitorLine | Prompt]:
        """Return what these bytes complete."""
        # Lines end with LF CR, CR LF, or CR CR LF, by who prints them: CR says nothing.
        raw = self._escape + self._telnet.feed(data).decode("latin-1").replace("\r", "")
        # An escape sequence that is not over yet waits for its end.
        cut = _UNFINISHED_ESCAPE.search(raw)
        end = cut.start() if cut else len(raw)
        self._text, self._escape = self._text + _ESCAPE.sub("", raw[:end]), raw[end:]
        items: list[MonitorLine | Prompt] = []
        while True:
            whole = self._text
            if not self._begun and (prompt := _PROMPT.match(whole)):
                if prompt[1] == "monitor" or prompt[1] in self.machines:
                    items.append(Prompt(prompt[1]))
                    whole = whole[prompt.end() :]
                self._begun = True
            line, ended, after = whole.partition("\n")
            if not ended:
                self._begun = self._begun or len(whole) > _LONGEST_LINE
                self._text = whole[-_LONGEST_LINE:]
                return items
            items.append(MonitorLine(line))
            self._text, self._begun = after, False

    @property
    def unfinished(self) -> str:
        """The beginning of a line that has not ended."""
        return self._text + self._escape


def refusal(command: str, lines: list[str]) -> RigFault | None:
    """Return the error that an answer of the monitor tells of, if it tells of one."""
    for index, line in enumerate(lines):
        if _FAILED in line:
            reason = " ".join(part for part in lines[index + 1 :] if part.strip()) or line
            return _refused(command, reason)
        if line.strip().startswith(_BARE):
            return _refused(command, " ".join(lines[index:]))
    return None


def _refused(command: str, reason: str) -> RigFault:
    remedy = "try it in Renode's monitor by hand"
    if _MISMATCH in reason:
        remedy = "does the file that it names exist? Otherwise its arguments are wrong"
    elif _UNKNOWN in reason:
        remedy = "is the platform description the one of this board, and Renode 1.16 or newer?"
    return RigFault(f"Renode did not do '{command}'", reason.strip()[:400], remedy)
