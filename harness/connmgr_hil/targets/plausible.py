"""Finds invalid values in a platform file that have the right type: impossible amounts, wrong names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

MOST = 100_000_000
"""No amount of a platform file is larger: seconds, percent, bytes, baud."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_NAMED = ("variants", "stimuli", "ifaces")
"""What is in these becomes a folder, a word of a command line, or part of a message."""


def implausible(table: msgspec.Struct) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, with the key, and what is there, for each flaw of a platform's table."""
    yield from _looked_into("", table)


def _looked_into(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            place = f"{key}.{name}".removeprefix(".")
            field = getattr(value, name)
            if name in _NAMED and isinstance(field, Mapping | tuple):
                yield from _misnamed(place, field)
            yield from _looked_into(place, field)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(name, str) and "\0" in name:
                yield f"{key}: this key has a NUL", repr(name)
            yield from _looked_into(f"{key}.{name}", inner)
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from _looked_into(f"{key}[{number}]", inner)
    elif isinstance(value, str):
        if "\0" in value:
            yield f"{key}: this text has a NUL", repr(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _no_amount(key, value)


def _misnamed(key: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if not _NAME.fullmatch(name):
            yield (
                f"{key}: this is not a name of letters, digits, '_', '-' and '.'",
                repr(name[:200]),
            )


def _no_amount(key: str, value: float) -> Iterator[tuple[str, str]]:
    if ".qmp.arguments." in key:  # these are QEMU's own
        if not abs(value) < 2**63:  # NaN is not, either
            yield f"{key}: this is not a number of 64 bits", str(value)[:50]
    elif not 0 <= value <= MOST:
        yield f"{key}: this is not a number from 0 to {MOST:,}", str(value)[:50]
