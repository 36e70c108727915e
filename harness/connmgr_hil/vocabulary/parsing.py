"""From words to the command that they mean, or to what is wrong with them."""

from dataclasses import dataclass, field
from functools import lru_cache

from .arguments import Argument, choice, did_you_mean, nearest
from .commands import COMMANDS, SHELL, CommandKind, Form
from .errors import BadInput
from .stimuli import ARGUMENTS_BEFORE_LIST, Words, burst, listed

MOST_WORDS, MOST_CHARACTERS = 128, 470
MOST_HOOKED_WORDS, MOST_HOOKED_CHARACTERS = 24, 256
"""What a line, and the command of a hook, may hold (`zephyr_app/probe/src/probe.h`)."""

_NAMES = choice(*COMMANDS)
_LIST = "commands: " + ", ".join(sorted(COMMANDS))


@dataclass(frozen=True)
class Command:
    """A command with all its words, checked and understood.

    Each number and address among `words` is in the one spelling that stands for all that mean the same: 7 for 007.
    `iface` is the number of the iface that it is about, 0 if it is about none. `inner` are the commands
    inside a `burst`, `both`, a `race`, a `hook` or `on`.
    """

    words: Words
    kind: CommandKind
    form: Form
    iface: int = 0
    inner: tuple["Command", ...] = field(default=())

    @property
    def asks(self) -> bool:
        """Whether it only asks, and changes nothing."""
        return self.form.asks or (
            self.kind.name in ("burst", "on") and all(each.asks for each in self.inner)
        )

    @property
    def ifaces(self) -> frozenset[int]:
        """The numbers of all ifaces that it and the commands inside are about."""
        mine = frozenset({self.iface} - {0})
        return mine.union(*(each.ifaces for each in self.inner))

    def __str__(self) -> str:
        return " ".join(self.words)


@lru_cache(maxsize=8192)
def command(words: Words) -> Command:
    """Return what these words mean.

    Raises `BadInput` naming the word that does not fit, what may stand there, and which word was probably meant.
    """
    if len(words) > MOST_WORDS or sum(map(len, words)) + len(words) > MOST_CHARACTERS:
        raise BadInput(
            "a command is too long for the probe",
            f"{len(words)} words, {len(' '.join(words))} characters",
            f"at most {MOST_WORDS} words and {MOST_CHARACTERS} characters",
        )
    return _understood(words, frozenset())


def expected(words: Words) -> tuple[Argument, ...]:
    """Return the arguments that may come next behind these words; none if the words are wrong or complete."""
    if not words:
        return (_NAMES,)
    name, rest = words[0], words[1:]
    kind = COMMANDS.get(name)
    if kind is None:
        return ()
    before = ARGUMENTS_BEFORE_LIST.get(name)
    if before is not None and len(rest) >= before:
        return expected(listed(words)[-1])
    if kind.nests:
        count = len(kind.forms[0].required)
        if len(rest) >= count and kind.forms[0].fitting(rest) == count:
            return expected(rest[count:])
    return tuple(
        form.arguments[len(rest)]
        for form in kind.forms
        if len(form.arguments) > len(rest) == form.fitting(rest)
    )


def validate(words: Words) -> None:
    """Check that these words are a command of the probe's language.

    Raises `BadInput` as `command` does.
    """
    command(words)


def normal(words: Words) -> Words:
    """Return a command with each number and address in one spelling; anything that is not a command of the probe is unchanged.

    The device may write them in yet another way, so that they are comparable only as what they mean.
    """
    try:
        return command(words).words
    except BadInput:
        return words


def is_known(words: Words) -> bool:
    """Tell whether the name is one of the probe's commands; a firmware may have more."""
    return bool(words) and words[0] in COMMANDS


def only_asks(words: Words) -> bool:
    """Tell whether a command changes nothing; a firmware's own commands are unknown."""
    return is_known(words) and command(words).asks


def _understood(words: Words, places: frozenset[str]) -> Command:
    if not words:
        raise BadInput("a command is missing: it needs at least one word", remedy=_LIST)
    name, rest = words[0], words[1:]
    if name == "shell":
        return Command(words, SHELL, SHELL.forms[0])
    kind = COMMANDS.get(name)
    if kind is None:
        raise BadInput(
            f"there is no command {name!r}",
            " ".join(words),
            did_you_mean(name, COMMANDS, _LIST),
        )
    if forbidden := kind.never_in & places:
        place = min(forbidden)
        raise BadInput(
            f"{name!r} cannot be given inside {'on cb' if place == 'cb' else place!r}",
            " ".join(words),
            "give it as a separate command",
        )
    before = ARGUMENTS_BEFORE_LIST.get(name)
    if before is not None and kind.forms[0].fitting(rest) == before:
        commands = listed(words)
        if name == "both":
            _check_sides(words, commands)
        inner = tuple(_understood(each, places | {name}) for each in commands)
        begin = (name, *kind.forms[0].normal(rest[:before]))
        return Command(
            begin + burst(*(each.words for each in inner))[1:], kind, kind.forms[0], inner=inner
        )
    if kind.nests:
        form = max(kind.forms, key=lambda each: each.fitting(rest))
        if form.required and form.fitting(rest) == len(form.required):
            return _nesting(words, kind, form, places)
    for form in kind.forms:
        if form.takes(rest):
            at = form.iface_at
            iface = int(rest[at]) if at >= 0 else 0
            return Command((name, *form.normal(rest)), kind, form, iface)
    raise _wrong(kind, words)


def _check_sides(words: Words, commands: list[Words]) -> None:
    if len(commands) != 2:
        raise BadInput(
            f"'both' takes two commands with a ';' between them, not {len(commands)}",
            " ".join(words),
        )
    if words[2] == words[3]:
        raise BadInput(f"'both' takes two contexts, not {words[2]!r} twice", " ".join(words))


def _nesting(words: Words, kind: CommandKind, form: Form, places: frozenset[str]) -> Command:
    """Return a `hook` or an `on` with the command inside."""
    at = 1 + len(form.required)
    rest = words[at:]
    if form.usage == "hook off":
        if rest:
            raise _wrong(kind, words)
        return Command(words, kind, form)
    if not rest:
        raise BadInput(f"{kind.name!r} lacks a command", " ".join(words), f"usage: {form.usage}")
    if kind.name == "hook" and (
        len(rest) > MOST_HOOKED_WORDS or len(" ".join(rest)) >= MOST_HOOKED_CHARACTERS
    ):
        raise BadInput(
            "the command of a hook is too long",
            f"{len(rest)} words, {len(' '.join(rest))} characters",
            f"at most {MOST_HOOKED_WORDS} words and {MOST_HOOKED_CHARACTERS - 1} characters",
        )
    inside = {kind.name, words[1]} if kind.name == "on" else {kind.name}
    nested = _understood(rest, places | inside)
    begin = (kind.name, *form.normal(words[1:at]))
    return Command(begin + nested.words, kind, form, inner=(nested,))


def _wrong(kind: CommandKind, words: Words) -> BadInput:
    """Return the error for words that are none of a command's forms: it names the first that is wrong."""
    rest = words[1:]
    best = max(form.fitting(rest) for form in kind.forms)
    near = [form for form in kind.forms if form.fitting(rest) == best]
    seen = " ".join(words)
    usage = "usage: " + ", or ".join(form.usage for form in near)
    due = [form.arguments[best] for form in near if len(form.arguments) > best]
    if best == len(rest):
        return BadInput(f"{kind.name!r} lacks {_wanted(due)}", seen, usage)
    wrong = rest[best]
    if not due:
        return BadInput(f"{kind.name!r} does not take {wrong!r}", seen, usage)
    choices = [word for each in due for word in each.choices]
    meant = next(filter(None, (nearest(part, choices) for part in _unknown(wrong, choices))), "")
    return BadInput(
        f"{wrong!r} is not {_wanted(due)}",
        seen,
        (f"did you mean {meant!r}? " if meant else "") + usage,
    )


def _unknown(word: str, choices: list[str]) -> list[str]:
    """Return the parts of a list of names that are none of the choices."""
    return [part for part in word.split(",") if part not in choices]


def _wanted(due: list[Argument]) -> str:
    if len(due) > 1 and all(each.name == "|".join(each.choices) for each in due):
        return "one of " + ", ".join(dict.fromkeys(word for each in due for word in each.choices))
    return " or ".join(dict.fromkeys(each.wanted for each in due))
