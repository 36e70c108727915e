"""Gives commands to a Renode process over its monitor's socket."""

import time

from connmgr_hil.transport import DescriptorTransport, after, escaped
from connmgr_hil.transport.deadlines import KNOCK
from connmgr_hil.vocabulary.errors import RigFault

from .monitor import MonitorLine, MonitorParser, Prompt, refusal

_MOST_LINES = 10_000


class MonitorClient:
    """The monitor of a Renode process, one command at a time.

    Raises `RigFault` with Renode's own words when it refuses a command, does not answer in time, or ends.
    """

    def __init__(self, line: DescriptorTransport) -> None:
        self._line = line
        self._parser = MonitorParser()
        self._pending: list[MonitorLine | Prompt] = []

    def know(self, machine: str) -> None:
        """Expect the prompt of this machine, too."""
        self._parser.machines.add(machine)

    def greet(self, seconds: float) -> None:
        """Wait for the first prompt. After a reconnect none comes before a line was sent."""
        deadline = after(seconds)
        try:
            self._until_prompt(min(deadline, KNOCK.after()))
        except TimeoutError:
            self._line.write(b"\n")
            try:
                self._until_prompt(deadline)
            except TimeoutError:
                raise self._silent(
                    f"Renode's monitor did not greet within {seconds:g} s",
                    "another client may hold it: a second one gets nothing",
                ) from None

    def execute(self, command: str, seconds: float) -> str:
        """Give a command and return what it printed, without echo and prompt."""
        if "\n" in command or "\r" in command or not command.strip():
            raise RigFault(
                "this is not a one-line command, as Renode's monitor needs", repr(command)
            )
        self._pending.clear()
        self._line.write(command.encode("utf-8") + b"\n")
        try:
            lines = self._until_prompt(after(seconds), after_echo=True)
        except TimeoutError:
            hint = "is it busy? The platform file's renode.machine must be what the script calls it"
            raise self._silent(
                f"Renode did not do '{command}' within {seconds:g} s", hint
            ) from None
        # The echo is the first line; the monitor may have printed something of its own before it.
        for index, text in enumerate(lines):
            if text.strip() == command.strip():
                lines = lines[index + 1 :]
                break
        if (error := refusal(command, lines)) is not None:
            raise error
        return "\n".join(lines).strip()

    def _until_prompt(self, deadline: float, *, after_echo: bool = False) -> list[str]:
        """Return the lines before the next prompt; `after_echo`: one before any text is from earlier."""
        lines: list[str] = []
        while True:
            while self._pending:
                item = self._pending.pop(0)
                if isinstance(item, Prompt):
                    if not after_echo or any(text.strip() for text in lines):
                        return lines
                    continue
                lines.append(item.text)
                if len(lines) > _MOST_LINES:
                    raise RigFault(
                        "Renode's monitor does not stop writing",
                        f"more than {_MOST_LINES} lines; the last: {item.text[:200]!r}",
                        "is something else writing to its monitor?",
                    )
            if time.monotonic() >= deadline:
                raise TimeoutError
            self._pending += self._parser.feed(self._line.read(deadline))

    def _silent(self, wanted: str, remedy: str) -> RigFault:
        words = self._line.last_words()
        seen = f"last bytes: {escaped(self._line.tail)}" + (f"; {words}" if words else "")
        return RigFault(wanted, seen, remedy)
