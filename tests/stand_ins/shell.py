"""Upstream's shell with the answers that a test gives it, on a real pseudo-terminal."""

from collections.abc import Callable, Mapping

from stand_ins.living import TerminalStandIn

Answer = str | Callable[[], str]
"""What the shell prints to a line, its lines ending in a line feed; or what gives that when asked."""

_RED, _GREEN, _PLAIN = "\x1b[1;31m", "\x1b[1;32m", "\x1b[m"

STATUS = (
    "iface 1 (0x437718 - radio0 - Dummy) status: watched, bound, admin-down, oper-down, no IP, "
    "not connected.\n"
    "iface 2 (0x437788 - unnamed - Ethernet) status: watched, not bound, admin-up, oper-up, "
    "IPv4 + IPv6, connected.\n"
)
"""The status of the device that `ScriptedShell` imitates when it is not told otherwise."""

_USUAL: Mapping[str, Answer] = {
    "kernel version": "Zephyr version 4.1.99\n",
    "net iface": (
        "Default interface: 1\n\n\nInterface radio0 (0x437718) (Dummy) [1]\n"
        "================================\n"
        f"{_GREEN}Interface is down.\n{_PLAIN}"
        "\nInterface eth0 (0x437788) (Ethernet) [2]\n===================================\n"
        "Link addr : 02:00:5E:00:53:02\n"
    ),
    "net cm status": STATUS,
    "net events on": f"{_GREEN}Network event monitoring enabled.\n{_PLAIN}",
    "net events off": f"{_GREEN}Network event monitoring disabled.\n{_PLAIN}",
}


class ScriptedShell(TerminalStandIn):
    """A shell in a thread of its own; use it in a `with` block and open `path`.

    It echoes, draws its prompt and colours as Zephyr's does. `answers` maps lines to what it prints;
    a line that is not there is an unknown command. `during` maps a line to what other threads print
    while it is being typed: the shell erases prompt and line, prints, and draws them again. `after`
    maps a line to what they print when its prompt is there again. `mishear` replaces what is typed, once;
    `wrap` breaks the echo after so many columns; `chunk` writes so many bytes at a time.
    """

    def __init__(
        self, *, prompt: str = "uart:~$ ", colours: bool = True, echo: bool = True
    ) -> None:
        super().__init__("scripted shell")
        self.prompt = prompt
        self.colours = colours
        self.echo = echo
        self.answers: dict[str, Answer] = dict(_USUAL)
        self.mishear: tuple[str, str] | None = None
        self.wrap = 0
        self.chunk = 0
        self.during: dict[str, str] = {}
        self.after: dict[str, str] = {}
        self.lines: list[str] = []
        """What was typed, except for words that no shell knows."""
        self._typed = ""

    # --- what it prints ------------------------------------------------------------------------

    def _print(self, text: str) -> None:
        if not self.colours:
            for colour in (_RED, _GREEN, _PLAIN):
                text = text.replace(colour, "")
        data = text.replace("\n", "\r\n").encode("latin-1", "replace")
        size = self.chunk or len(data) or 1
        for begin in range(0, len(data), size):
            self.raw(data[begin : begin + size])

    def _draw(self) -> None:
        self._print(f"{_GREEN}{self.prompt}{_PLAIN}{self._typed if self.echo else ''}")

    def _interrupt(self, text: str) -> None:
        """Print as another thread does: around the prompt and what was typed so far."""
        width = len(self.prompt) + (len(self._typed) if self.echo else 0)
        self._print(f"\x1b[{width}D\x1b[J{_GREEN}{text}{_PLAIN}")
        self._draw()

    # --- what it hears -------------------------------------------------------------------------

    def greet(self) -> None:
        """Show the prompt."""
        self._draw()

    def hear(self, data: bytes) -> None:
        """Take what was typed."""
        heard = data.decode("latin-1")
        if self.mishear is not None and self.mishear[0] in heard:
            heard = heard.replace(*self.mishear, 1)
            self.mishear = None
        for character in heard:
            self._hear(character)

    def _hear(self, character: str) -> None:
        if character == "\x03":
            self._typed = ""
        elif character == "\r":
            self._print("\n")
            line, self._typed = self._typed, ""
            self._execute(line)
            self._draw()
            if line in self.after:
                self._interrupt(self.after.pop(line))
        else:
            self._typed += character
            if self.echo:
                self._print(character)
                if self.wrap and (len(self.prompt) + len(self._typed)) % self.wrap == 0:
                    self._print("\n")
            for line, text in list(self.during.items()):
                if self._typed == line[: len(line) // 2]:
                    del self.during[line]
                    self._interrupt(text)

    def _execute(self, line: str) -> None:
        answer = self.answers.get(line)
        if answer is not None:
            self.lines.append(line)
            self._print(answer if isinstance(answer, str) else answer())
        elif line:
            self._print(f"{_RED}{line.split(maxsplit=1)[0]}: command not found\n{_PLAIN}")
