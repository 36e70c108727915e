"""Typical defects of this field, as changes of one line of C."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_CALL = re.compile(r"^(\s*)(?:[\w>\-.\[\]* ]+\s=\s)?(\w+)\(.*\);\s*$")
_RETURN = re.compile(r"^(\s*)return\s+(.+);\s*$")
_CONDITION = re.compile(r"^(\s*(?:\} else )?if \()(.+)(\)\s*\{?\s*)$")
_ASSIGNED = re.compile(r"^(\s*)([\w>\-.\[\]*]+)(\s*=\s*)(.+);\s*$")
_FAMILIES = (
    re.compile(r"\bNET_EVENT_\w+"),
    re.compile(r"\bCONN_MGR_IF_\w+"),
    re.compile(r"\bCONN_MGR_\w+_MASK"),
    re.compile(r"\bALL_IF_\w+"),
    re.compile(r"\bNET_ADDR_\w+"),
)
"""Names that can be confused with each other: events, flags and bits, masks, operations, states of an address."""

_CALLS = {
    "lock dropped": re.compile(r"lock"),
    "timer not cancelled": re.compile(r"cancel|timer_stop"),
    "signal dropped": re.compile(r"sem_give|submit|schedule|wakeup|notify|signal|raise"),
    "call dropped": re.compile(r""),
}
_SWAPS = (
    ("bit set for cleared", r"\|= (\w+)", r"&= ~\1"),
    ("bit cleared for set", r"&= ~(\w+)", r"|= \1"),
    ("other bits lost", r"\|= ", r"= "),
    ("other bits lost", r"&= ~(\w+)", r"= 0"),
    ("other bits kept", r"&= ~", r"|= "),
    ("break for continue", r"\bbreak;", r"continue;"),
    ("continue for break", r"\bcontinue;", r"break;"),
    ("break dropped", r"\bbreak;", r"__fallthrough;"),
    ("return dropped", r"\breturn;", r";"),
    ("goto dropped", r"\bgoto \w+;", r";"),
    ("wrong iface", r"\biface\b(?=[,)])", r"net_if_get_by_index(1)"),
    ("wrong iface", r"\biface\b(?=[,)])", r"net_if_get_default()"),
    ("no iface", r"\biface\b(?=[,)])", r"NULL"),
    ("wrong iface", r"\[(idx|i|index)\]", r"[0]"),
    ("wrong iface", r"\[(idx|i|index)\]", r"[\1 + 1]"),
    ("does not wait", r"K_FOREVER", r"K_NO_WAIT"),
    ("waits for ever", r"K_NO_WAIT", r"K_FOREVER"),
    ("wrong unit", r"K_SECONDS\(", r"K_MSEC("),
    ("wrong unit", r"K_MSEC\(", r"K_USEC("),
    ("wrong way round", r"\btrue\b", r"false"),
    ("wrong way round", r"\bfalse\b", r"true"),
    ("admin for oper", r"net_if_is_admin_up", r"net_if_is_up"),
    ("oper for admin", r"net_if_is_up", r"net_if_is_admin_up"),
    ("wrong direction", r"net_if_up\(", r"net_if_down("),
    ("wrong direction", r"net_if_down\(", r"net_if_up("),
    ("one too few", r"(\w+)\s\+=\s1;", r"\1 += 0;"),
    ("one too many", r"(\w+)\s\+=\s1;", r"\1 += 2;"),
    ("later restart", r"k_work_reschedule", r"k_work_schedule"),
)


class Operator(NamedTuple):
    """One kind of mistake: its name, and what a line becomes by it, once for each place."""

    name: str
    apply: Callable[[str], Iterator[str]]


def operators(lines: list[str]) -> list[Operator]:
    """Return the operators for a file with these lines: names are confused with others that it uses."""
    text = "\n".join(lines)
    found = [Operator(name, _dropping(name)) for name in _CALLS]
    found += [Operator(name, _replacing(old, new)) for name, old, new in _SWAPS]
    found += [
        Operator("return value replaced", _returning),
        Operator("value dropped", _dropped_value),
        Operator("condition", _conditions),
    ]
    for family in _FAMILIES:
        names = tuple(dict.fromkeys(family.findall(text)))
        found.append(Operator("another name", _confusing(family, names)))
    return found


def _kind_of_call(function: str) -> str:
    return next(name for name, pattern in _CALLS.items() if pattern.search(function))


def _dropping(name: str) -> Callable[[str], Iterator[str]]:
    def drop(line: str) -> Iterator[str]:
        found = _CALL.match(line)
        if found and _kind_of_call(found[2]) == name:
            yield f"{found[1]};"

    return drop


def _replacing(old: str, new: str) -> Callable[[str], Iterator[str]]:
    pattern = re.compile(old)

    def replace(line: str) -> Iterator[str]:
        for found in pattern.finditer(line):
            yield line[: found.start()] + found.expand(new) + line[found.end() :]

    return replace


def _returning(line: str) -> Iterator[str]:
    if found := _RETURN.match(line):
        for value in ("0", "-EIO", "1", f"!({found[2]})"):
            yield f"{found[1]}return {value};"


def _dropped_value(line: str) -> Iterator[str]:
    found = _ASSIGNED.match(line)
    if found is None:
        return
    yield f"{found[1]};"
    yield f"{found[1]}{found[2]}{found[3]}0;"
    if "(" in found[4]:
        yield f"{found[1]}(void){found[4]};"


def _conditions(line: str) -> Iterator[str]:
    if found := _CONDITION.match(line):
        for condition in ("true", "false", f"!({found[2]})"):
            yield f"{found[1]}{condition}{found[3]}"


def _confusing(family: re.Pattern[str], names: tuple[str, ...]) -> Callable[[str], Iterator[str]]:
    def confuse(line: str) -> Iterator[str]:
        for found in family.finditer(line):
            for name in names:
                if name != found[0]:
                    yield line[: found.start()] + name + line[found.end() :]

    return confuse
