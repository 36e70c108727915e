"""The arguments of commands: each with its type, its range and the nearest match for a typo."""

import difflib
import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from .errors import BadInput
from .events import Event, layer_of
from .stimuli import FLAGS

LONGEST_VALUE, LARGEST_BUFFER = 64, 32
"""Bytes of an option's value that can be set, and of the buffer that one is got into (`cmd_control.c`)."""

_DAY_MS = 86_400_000
_INT = 1 << 31


class Knob(StrEnum):
    """A knob of the simulated connectivity implementation (`zephyr_app/PROTOCOL.md`, section 3)."""

    mode = "mode"
    delay_ms = "delay_ms"
    fails = "fails"
    connect_rc = "connect_rc"
    disconnect_rc = "disconnect_rc"
    teardown_ms = "teardown_ms"
    fatal_keeps = "fatal_keeps"
    watch_admin = "watch_admin"
    block_ms = "block_ms"
    configured = "configured"


class ListenerName(StrEnum):
    """A listener for events; the early one is there from boot on."""

    early = "early"
    late1 = "late1"
    late2 = "late2"
    late3 = "late3"


class Callback(StrEnum):
    """A function of a connectivity implementation."""

    init = "init"
    connect = "connect"
    disconnect = "disconnect"
    set_opt = "set_opt"
    get_opt = "get_opt"


@dataclass(frozen=True)
class Argument:
    """One argument: its name as usage lines show it, what it must be, and which words those are if they can be listed.

    `examples` are some that fit, those at the ends of a range among them. `normal` returns the one spelling that
    stands for all that mean the same, of a word that fits.
    """

    name: str
    wanted: str
    fits: Callable[[str], bool]
    choices: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    normal: Callable[[str], str] = str

    @property
    def is_iface(self) -> bool:
        """Whether it is the number of an iface."""
        return self.name in ("I", "I|0")


def nearest(word: str, choices: Iterable[str], alike: float = 0.6) -> str:
    """Return which of these words was probably meant, or an empty string. `alike` is 1 for the same word."""
    by_fold = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold(), by_fold, 1, alike)
    return by_fold[found[0]] if found else ""


def did_you_mean(word: str, choices: Iterable[str], valid: str = "") -> str:
    """Return what to do about a word that is none of these: the nearest one, and which there are.

    `valid` takes the place of the list, where that would be long.
    """
    all_of_them = tuple(choices)
    near = nearest(word, all_of_them)
    return (f"did you mean {near!r}? " if near else "") + (
        valid or "valid: " + ", ".join(all_of_them)
    )


def insist_known(what: str, name: str, names: Iterable[str], seen: str = "") -> None:
    """Raise `BadInput`, naming what was probably meant, unless a name is one of those that there are."""
    valid = tuple(names)
    if name not in valid:
        raise BadInput(f"there is no {what} {name!r}", seen, did_you_mean(name, valid))


def integer(name: str, low: int, high: int) -> Argument:
    """Return an argument that is a whole decimal number from `low` to `high`."""

    def fits(word: str) -> bool:
        digits = word.removeprefix("-")
        return (
            len(digits) < 20 and digits.isascii() and digits.isdigit() and low <= int(word) <= high
        )

    ends = (low, *(each for each in (0, 1) if low < each < high), high)
    wanted = f"a whole number from {low} to {high}"
    return Argument(name, wanted, fits, examples=tuple(map(str, ends)), normal=_number)


def choice(*words: str) -> Argument:
    """Return an argument that is one of these words."""
    name = "|".join(words)
    wanted = f"'{words[0]}'" if len(words) == 1 else "one of " + ", ".join(words)
    return Argument(name, wanted, lambda word: word in words, words, words)


def either(*arguments: Argument) -> Argument:
    """Return an argument that is any of these."""

    def normal(word: str) -> str:
        return next(each for each in arguments if each.fits(word)).normal(word)

    return Argument(
        "|".join(each.name for each in arguments),
        " or ".join(each.wanted for each in arguments),
        lambda word: any(each.fits(word) for each in arguments),
        tuple(word for each in arguments for word in each.choices),
        tuple(word for each in arguments for word in each.examples),
        normal,
    )


def _matching(
    name: str, wanted: str, pattern: str, *examples: str, normal: Callable[[str], str] = str
) -> Argument:
    compiled = re.compile(pattern, re.ASCII)
    fits: Callable[[str], bool] = lambda word: compiled.fullmatch(word) is not None  # noqa: E731
    return Argument(name, wanted, fits, examples=examples, normal=normal)


def _number(word: str) -> str:
    return str(int(word))


def _numbers(word: str) -> str:
    return ",".join(map(_number, word.split(",")))


def _address(word: str) -> str:
    return str(ipaddress.ip_address(word))


def _is_address(version: int) -> Callable[[str], bool]:
    def fits(word: str) -> bool:
        try:
            return "%" not in word and ipaddress.ip_address(word).version == version
        except ValueError:
            return False

    return fits


def _are_events(word: str) -> bool:
    names = word.split(",")
    return (
        set(names) <= set(Event.__members__) and len({layer_of(Event(each)) for each in names}) == 1
    )


def _is_info(word: str) -> bool:
    length = word.removeprefix("len=")
    return _LENGTH.fits(length) if length != word else _NUMBER.fits(word)


def _info(word: str) -> str:
    length = word.removeprefix("len=")
    return word[: len(word) - len(length)] + _number(length)


def _is_flag(word: str) -> bool:
    return word in FLAGS or _FLAG_NUMBER.fits(word)


def _flag(word: str) -> str:
    return word if word in FLAGS else _number(word)


_LENGTH = integer("N", 0, 256)
_NUMBER = integer("INT", -_INT, _INT - 1)
_FLAG_NUMBER = integer("NUMBER", 0, _INT - 1)
_NAMES = tuple(Event.__members__)
_EVENTS = "a list of events of one layer, joined by commas, such as L4_CONNECTED,L4_DISCONNECTED"
_HEX = f"at most {LONGEST_VALUE} bytes in hexadecimal"

ARGUMENTS: dict[str, Argument] = {
    each.name: each
    for each in (
        _matching("I", "an iface by its number, from 1 on", r"[1-9]\d{0,2}", "1"),
        Argument(
            "EVENT",
            "the name of an event",
            _NAMES.__contains__,
            _NAMES,
            examples=("DNS_SERVER_ADD", "CONN_IF_TIMEOUT"),
        ),
        Argument("EVENTS", _EVENTS, _are_events, _NAMES, examples=("IF_UP,IF_DOWN",)),
        Argument(
            "FLAG",
            "a flag by name or number",
            _is_flag,
            FLAGS,
            examples=(
                "PERSISTENT",
                "99",
            ),
            normal=_flag,
        ),
        Argument(
            "INFO",
            "a whole number, or len=N for N zero bytes (0 to 256)",
            _is_info,
            examples=(
                "7",
                "-1",
                "len=4",
            ),
            normal=_info,
        ),
        _matching(
            "HEX",
            _HEX,
            rf"(?:[0-9a-fA-F]{{2}}){{0,{LONGEST_VALUE}}}",
            "01020304",
            "00",
            normal=str.lower,
        ),
        Argument(
            "ADDRESS4",
            "an IPv4 address such as 192.0.2.1",
            _is_address(4),
            examples=("192.0.2.77",),
            normal=_address,
        ),
        Argument(
            "ADDRESS6",
            "an IPv6 address such as 2001:db8::1",
            _is_address(6),
            examples=("2001:db8::77",),
            normal=_address,
        ),
        _matching(
            "L2",
            "the name of an L2, such as DUMMY, or null",
            r"[A-Za-z0-9_]{1,32}",
            "DUMMY",
            "null",
        ),
        _matching("FRAME", "a frame's number in hexadecimal", r"[0-9a-f]{1,8}", "0"),
        _matching("CHALLENGE", "a word of letters and digits", r"\w{1,32}", "x"),
        _matching("DEFECT", "the name of a seeded defect", r"[\w-]{1,64}", "timeout_retried"),
        integer("SEED", 0, (1 << 32) - 1),
        _matching(
            "POINTS",
            "at most seven numbers that rise, joined by commas, or 0 for none",
            r"\d{1,9}(,\d{1,9}){0,6}",
            "0",
            "3,17",
            normal=_numbers,
        ),
        integer("NAME", -_INT, _INT - 1),
        integer("LEN", 0, LONGEST_VALUE),
        integer("ROOM", 0, LARGEST_BUFFER),
        integer("RC", -_INT, _INT - 1),
        integer("SECONDS", -_INT, _INT - 1),
        integer("LIFETIME", 1, 0xFFFF),
        integer("COUNT", 1, (1 << 32) - 1),
        integer("USEC", 0, 10**15),
        integer("MS", 0, _DAY_MS),
        integer("TIMES", 0, 1000),
        choice("null"),
    )
}
"""The arguments that usage lines name in capitals."""
