"""Stimuli: what is done to a device, as the words of the probe's command language.

A stimulus is a tuple of words, exactly as they go over the line: readable in a trace, easy to
replay and to shrink. `words` makes them, `parsing.command` reads them.
"""

from collections.abc import Iterable
from typing import Literal

Words = tuple[str, ...]

ContextName = Literal["shell", "wq", "cb"]
SideName = Literal["high", "low", "shell", "wq", "cb"]
SIDES: tuple[SideName, ...] = ("high", "low", "shell", "wq", "cb")
"""Where a command of `both` is executed."""
FLAGS = ("PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN", "DISCONNECTING")
BULK = ("up", "down", "connect", "disconnect")


def words(*parts: object) -> Words:
    """Return a stimulus of these parts: numbers and truth as they stand on the line, None left out."""
    return tuple(
        ("off", "on")[part] if isinstance(part, bool) else str(part)
        for part in parts
        if part is not None
    )


def on(context: ContextName, command: Words) -> Words:
    """Execute a command in a chosen context: shell thread, work queue, or event callback."""
    return ("on", context, *command)


def burst(*commands: Words) -> Words:
    """Execute commands with nothing else running in between."""
    words: list[str] = ["burst"]
    for position, command in enumerate(commands):
        words += [";"] * (position > 0) + list(command)
    return tuple(words)


def both(
    first: tuple[SideName, Words], second: tuple[SideName, Words], points: Iterable[int] = ()
) -> Words:
    """Execute two commands at once, each in its own context; at the points they switch."""
    at = ",".join(map(str, points)) or "0"
    return ("both", at, first[0], second[0], *burst(first[1], second[1])[1:])


def race(seed: int, points: Iterable[int], *commands: Words) -> Words:
    """Execute commands in several threads at once; the thread that runs at one of the points goes behind all others."""
    return ("race", str(seed), ",".join(map(str, points)) or "0", *burst(*commands)[1:])


def advance(seconds: float) -> Words:
    """Let device time pass."""
    return ("advance", str(round(seconds * 1_000_000)))


TO_BOOT_STATE = (("reset",), advance(0.1))
"""Bring a device back to its boot state. A storm that was broken slows down every event until it has been quiet for a while."""


ARGUMENTS_BEFORE_LIST = {"burst": 0, "both": 3, "race": 2}
"""Commands with a list of other commands, and the number of arguments before it."""


def listed(words: Words) -> list[Words]:
    """Return the commands inside a `burst`, a `both` or a `race`."""
    return split_burst(words[1 + ARGUMENTS_BEFORE_LIST[words[0]] :])


def split_burst(words: Words) -> list[Words]:
    """Return the commands of a burst, given the words after `burst`."""
    commands: list[list[str]] = [[]]
    for word in words:
        if word == ";":
            commands.append([])
        else:
            commands[-1].append(word)
    return [tuple(command) for command in commands]
