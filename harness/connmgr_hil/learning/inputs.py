"""The letters of the automaton's alphabet, and the probe's commands that they stand for."""

from collections.abc import Iterable

from connmgr_hil.vocabulary.arguments import did_you_mean
from connmgr_hil.vocabulary.errors import BadInput, UsageError
from connmgr_hil.vocabulary.facts import ROLES, IfaceFacts
from connmgr_hil.vocabulary.parsing import validate
from connmgr_hil.vocabulary.stimuli import Words

TIMEOUT_SECONDS = 1
"""The connectivity timeout of the iface that is learned."""

WAIT_USEC = 1_500_000
"""How long `wait` lasts: every timer of a conforming device is over by then, so that the automaton need not count time."""

_LETTERS = {
    "up": "up {i}",
    "down": "down {i}",
    "connect": "connect {i}",
    "disconnect": "disconnect {i}",
    "wait": f"advance {WAIT_USEC}",
    "lose": "lose {i}",
    "fatal": "fatal {i}",
    "in reach": "sim {i} mode async",
    "out of reach": "sim {i} mode never",
    "persistent": "flag {i} PERSISTENT on",
    "not persistent": "flag {i} PERSISTENT off",
    "auto-connect": "flag {i} NO_AUTO_CONNECT off",
    "no auto-connect": "flag {i} NO_AUTO_CONNECT on",
    "auto-down": "flag {i} NO_AUTO_DOWN off",
    "no auto-down": "flag {i} NO_AUTO_DOWN on",
    "address": "addr4 {i} add 192.0.2.1",
    "no address": "addr4 {i} del 192.0.2.1",
    "ignore": "ignore {i}",
    "watch": "watch {i}",
    "carrier": "carrier {i} on",
    "no carrier": "carrier {i} off",
}

USUAL = (
    "up",
    "down",
    "connect",
    "disconnect",
    "wait",
    "lose",
    "fatal",
    "in reach",
    "out of reach",
    "persistent",
    "not persistent",
)
"""Learned unless others are asked for. `wait` ends an attempt: associated in reach, timed out out of reach."""


def letters(names: Iterable[str], iface: int) -> dict[str, Words]:
    """Return each letter with its command for an iface.

    A name that is no letter may be a command of the probe. Raises `UsageError` when it is neither.
    """
    chosen: dict[str, Words] = {}
    for name in names:
        words = tuple(_LETTERS.get(name, name).replace("{i}", str(iface)).split())
        try:
            validate(words)
        except BadInput as error:
            raise UsageError(
                f"{name!r} is neither an input of the automaton nor a command of the probe",
                error.wanted,
                did_you_mean(name, _LETTERS, "inputs: " + ", ".join(_LETTERS)),
            ) from error
        chosen[name] = words
    if not chosen:
        raise UsageError("there is no input", "none", "inputs: " + ", ".join(_LETTERS))
    return chosen


def preparation(iface: int) -> tuple[Words, ...]:
    """Return what is done after each reset: an address, so that readiness follows oper-up, and a timeout."""
    return (
        ("addr4", str(iface), "add", "192.0.2.1"),
        ("timeout", str(iface), str(TIMEOUT_SECONDS)),
    )


def find_iface(ifaces: tuple[IfaceFacts, ...], wanted: str) -> int:
    """Return the number of an iface given by role letter, name or number.

    Raises `UsageError` when there is no such iface, or it has no simulated implementation.
    """
    name = ROLES.get(wanted, wanted)
    for facts in ifaces:
        if name in (facts.name, str(facts.index)) and facts.sim:
            return facts.index
    have = ", ".join(facts.name for facts in ifaces if facts.sim)
    raise UsageError(
        "no such iface is bound to the simulated implementation",
        repr(wanted),
        f"this device has: {have}",
    )
