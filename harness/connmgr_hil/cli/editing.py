"""Lines of commands: typed by a person, with history and completion, or from a pipe."""

import contextlib
import os
import readline
import select
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import click

from connmgr_hil.vocabulary.errors import ConnMgrHilError

PROMPT = "> "
_HISTORY_LINES = 1000


class Background(Protocol):
    """A device that may show something while the next line is being awaited."""

    def fileno(self) -> int:
        """Return the descriptor to wait for, or -1."""

    @property
    def patience(self) -> float | None:
        """After how many seconds to listen though nothing has come, or None."""

    def listen(self) -> None:
        """Take what has come."""


class PipedLines:
    """Lines from a pipe or a file, shown as if they had been typed."""

    def __init__(self, watched: Background) -> None:
        self._watched = watched
        self._read = b""
        self._ended = False

    def next_line(self) -> str | None:
        """Return the next line, or None at the end."""
        source = sys.stdin.fileno()
        while b"\n" not in self._read and not self._ended:
            if source in _ready(source, self._watched):
                data = os.read(source, 4096)
                self._ended = not data
                self._read += data
            else:
                self._watched.listen()
        if not self._read:
            return None
        line, _, self._read = self._read.partition(b"\n")
        text = line.decode(errors="replace")
        click.echo(f"{PROMPT}{text}")
        return text

    def show(self, line: str) -> None:
        """Show a line."""
        click.echo(line)

    def close(self) -> None:
        """Nothing is kept."""


class TypedLines:
    """Lines typed at a terminal, with editing, a history that is kept, and completion by Tab.

    What the device shows in the meantime appears above the line that is being typed.
    """

    def __init__(self, watched: Background, words: Callable[[list[str]], Iterable[str]]) -> None:
        self._watched = watched
        self._words = words
        self._typing = False
        self._broken: ConnMgrHilError | None = None
        self._history = _history_file()
        with contextlib.suppress(OSError):  # none yet, or not readable: then there is no history
            readline.read_history_file(self._history)
        readline.set_history_length(_HISTORY_LINES)
        readline.set_completer(self._complete)
        readline.set_completer_delims(" \t")
        readline.parse_and_bind("tab: complete")

    def next_line(self) -> str | None:
        """Return the next line, an empty one after ^C, or None after ^D.

        Raises what the device raised while the line was being typed.
        """
        stop, stopper = os.pipe()
        listener = threading.Thread(target=self._listen_until, args=(stop,), daemon=True)
        self._typing = True
        listener.start()
        try:
            line: str | None = input(PROMPT)
        except EOFError:
            click.echo()
            line = None
        except KeyboardInterrupt:
            click.echo()
            line = ""
        finally:
            os.write(stopper, b".")
            listener.join()
            self._typing = False
            os.close(stop)
            os.close(stopper)
        if self._broken:
            raise self._broken
        return line

    def show(self, line: str) -> None:
        """Show a line, above the one that is being typed."""
        if self._typing:
            begun = readline.get_line_buffer()
            click.echo(f"\r\033[K{line}\n{PROMPT}{begun}", nl=False)
        else:
            click.echo(line)

    def close(self) -> None:
        """Keep the history, if that is possible."""
        try:
            self._history.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(self._history)
        except OSError as error:
            click.echo(f"the history is not kept: {error}", err=True)

    def _listen_until(self, stop: int) -> None:
        try:
            while stop not in _ready(stop, self._watched):
                self._watched.listen()
        except ConnMgrHilError as error:
            self._broken = error
            self.show("(the device is gone; press Enter to see why)")

    def _complete(self, begun: str, number: int) -> str | None:
        before = readline.get_line_buffer()[: readline.get_begidx()].split()
        found = sorted({word for word in self._words(before) if word.startswith(begun)})
        return f"{found[number]} " if number < len(found) else None


def _ready(source: int, watched: Background) -> list[int]:
    """Wait until the source or the device has something, and return which."""
    descriptors = [source] + [watched.fileno()] * (watched.fileno() >= 0)
    ready: list[int] = select.select(descriptors, [], [], watched.patience)[0]
    return ready


def _history_file() -> Path:
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "cmhil" / "shell_history"
