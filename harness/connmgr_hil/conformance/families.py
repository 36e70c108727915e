"""Whether a scenario uses IPv4 or IPv6, found in its code."""

import re
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

_SIX = re.compile(r"\baddr6\b|2001:|fe80:|fd00:|IPV6_(?:ADDR|DAD)")
_FOUR = re.compile(r"\baddr4\b|192\.0\.2|169\.254|IPV4_(?:ADDR|ACD|CONN|DISC)")
_CONSTANTS = {"V4": "ipv4", "V4B": "ipv4", "V6": "ipv6", "V6B": "ipv6"}


def families(body: Callable[..., object]) -> tuple[str, ...]:
    """Return `ipv4`, `ipv6`, both or neither: what a function uses, and those that it calls of its own module or package."""
    found: set[str] = set()
    for code in _codes(body):
        found |= {_CONSTANTS[name] for name in code.co_names if name in _CONSTANTS}
        for text in _texts(code.co_consts):
            found |= {"ipv6"} if _SIX.search(text) else set()
            found |= {"ipv4"} if _FOUR.search(text) else set()
    return tuple(sorted(found))


def _codes(body: Callable[..., object]) -> Iterator[CodeType]:
    """Yield the code of a function, and of those of its package that it names, each once."""
    package = body.__module__.rpartition(".")[0]
    waiting, seen = [body], set()
    while waiting:
        function = waiting.pop()
        if not isinstance(function, FunctionType) or function in seen:
            continue
        seen.add(function)
        nested = [function.__code__]
        while nested:
            code = nested.pop()
            yield code
            nested += [each for each in code.co_consts if isinstance(each, CodeType)]
            own = (function.__globals__.get(name) for name in code.co_names)
            waiting += [
                each
                for each in own
                if isinstance(each, FunctionType) and each.__module__.rpartition(".")[0] == package
            ]


def _texts(constants: tuple[object, ...]) -> Iterator[str]:
    for each in constants:
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple):
            yield from _texts(each)
