"""A name of a class means one thing."""

import ast
from collections import defaultdict
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


def test_a_name_of_a_class_means_one_thing() -> None:
    homes = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes[node.name].add(str(path.relative_to(PACKAGE)))
    twice = {name: sorted(files) for name, files in homes.items() if len(files) > 1}
    assert not {name: files for name, files in twice.items() if name not in TWICE}
    assert twice.keys() == TWICE.keys(), "one of them is unique by now"
