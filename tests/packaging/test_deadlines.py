"""No module but `transport.deadlines` has numbers for how long anything may take in the time of this host."""

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import connmgr_hil
from connmgr_hil.transport.deadlines import DEADLINES, Deadline

ROOT = Path(connmgr_hil.__file__).parent
APART = {
    "transport/remote.py": "a slice of waiting, after which it looks at the deadline",
}
WAITS = {"after", "sleep", "wait", "join", "settimeout", "poll", "select", "communicate", "Timer"}
"""Calls whose positional arguments may be lengths of waits."""

KEYWORDS = {"timeout", "seconds", "host_seconds", "start_seconds"}
SETTINGS = {"timeout", "seconds"}
"""How parameters are called, at their ends, by which a caller says how long to wait."""


def is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value != 0


def is_fixed(node: ast.AST, known: set[str]) -> bool:
    """Whether it is a number, by itself, by a name of the module, or by sums of such."""
    match node:
        case ast.BinOp(left=left, right=right):
            return is_fixed(left, known) and is_fixed(right, known)
        case ast.Name(id=name):
            return name in known
    return is_number(node)


def named_numbers(tree: ast.Module) -> set[str]:
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and is_number(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def lengths(tree: ast.Module) -> Iterator[ast.expr]:
    """What may say how long a wait is: arguments, defaults of parameters, what is added to a clock."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                if not of_device_time(node):
                    yield from node.args if name in WAITS else ()
                    yield from (each.value for each in node.keywords if each.arg in KEYWORDS)
            case ast.FunctionDef(args=args):
                pairs = chain(
                    zip(args.args[::-1], args.defaults[::-1], strict=False),
                    zip(args.kwonlyargs, args.kw_defaults, strict=True),
                )
                for parameter, default in pairs:
                    if default is not None and parameter.arg.rpartition("_")[2] in SETTINGS:
                        yield default
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                if "monotonic()" in ast.unparse(left):
                    yield right


def of_device_time(call: ast.Call) -> bool:
    """Whether it is a method of a scenario's bench."""
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "b"


def numbers_in(source: str) -> list[int]:
    """The lines of a module that have a number for a wait."""
    tree = ast.parse(source)
    known = named_numbers(tree)
    return sorted({length.lineno for length in lengths(tree) if is_fixed(length, known)})


def test_only_one_module_has_numbers_for_waits() -> None:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        if ROOT / "simulated_board" in path.parents:
            continue  # a program of its own: it imports nothing of ours, and most of its time is a device's
        lines = numbers_in(path.read_text(encoding="utf-8"))
        if lines:
            found[path.relative_to(ROOT).as_posix()] = lines
    assert {name: lines for name, lines in found.items() if name not in APART} == {}
    assert found.keys() == APART.keys()


@pytest.mark.parametrize(
    "source",
    [
        "time.sleep(0.1)",
        "_SECONDS = 5.0\nline.read(after(_SECONDS))",
        "subprocess.run(command, timeout=20)",
        "thread.join(2 * 3)",
        "select.select([a], [], [], 1.5)",
        "device.attach(host_seconds=10)",
        "def read(self, start_seconds: float = 30.0): ...",
        "deadline = time.monotonic() + 15",
        "def read(self, *, timeout: float = 30.0): ...",
    ],
)
def test_a_number_would_be_found(source: str) -> None:
    assert numbers_in(source)


@pytest.mark.parametrize(
    "source",
    ["line.read(after(START.seconds))", "line.read(after(0))", "b.wait(3)", "', '.join(names)"],
)
def test_what_is_none_is_not(source: str) -> None:
    assert numbers_in(source) == []


def test_names_are_of_one_wait_each() -> None:
    assert all(isinstance(each, Deadline) and each.unscaled > 0 for each in DEADLINES)
    assert len({each.name for each in DEADLINES}) == len(DEADLINES)
