"""A name of a type means one thing."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import connmgr_hil

PACKAGE = Path(connmgr_hil.__file__).parent
TWICE = {
    "Iface": "of the model, and what a test takes up and down",
    "Kernel": "the simulated board has a scheduler of its own, which knows nothing of the model's",
    "Profile": "as Kernel",
    "Thread": "as Kernel",
}
"""Those that two modules define all the same, and why."""


def types_of(path: Path) -> Iterator[tuple[str, str]]:
    """The types that a module defines: a class by where it is, an alias by what it stands for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, str(path)
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if re.fullmatch(r"_?[A-Z][a-z]\w*", name):
                yield name, ast.unparse(node.value)


def test_a_name_of_a_type_means_one_thing() -> None:
    meanings = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for name, meaning in types_of(path):
            meanings[name].add(meaning)
    twice = {name: sorted(found) for name, found in meanings.items() if len(found) > 1}
    assert not {name: found for name, found in twice.items() if name not in TWICE}
    assert twice.keys() == TWICE.keys(), "one of them means one thing by now"
