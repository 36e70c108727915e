"""The mutants of a C file: each differs from it in one line."""

import contextlib
import hashlib
import io
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec

from connmgr_hil.conformance.code import logged
from connmgr_hil.vocabulary.errors import UsageError

from .operators import operators

GENERATORS = ("field", "universal")
"""Where mutants come from: operators of this field, or universalmutator's of C."""

_RULES = ["universal.rules", "c_like.rules", "c.rules"]
_DIRECTIVE = re.compile(r"\s*#")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


class Mutant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One changed line of a file: `before` became `after`, by an `operator` of a `generator`."""

    source: str
    line: int
    operator: str
    before: str
    after: str
    generator: str = "field"

    @property
    def name(self) -> str:
        """A short name that stays the same as long as the file does: `conn_mgr_monitor.c-131-5f3a21`."""
        digest = hashlib.sha256(f"{self.before}\0{self.after}".encode()).hexdigest()[:6]
        return f"{Path(self.source).name}-{self.line}-{digest}"

    def applied(self, text: str) -> str:
        """Return the text of the file with this change."""
        lines = text.splitlines(keepends=True)
        lines[self.line - 1] = self.after + "\n"
        return "".join(lines)


def mutants_of(source: Path, generators: tuple[str, ...] = GENERATORS) -> list[Mutant]:
    """Return the mutants of a C file, in the order of its lines, each once.

    Comments, preprocessor directives and log messages stay as they are. Raises `UsageError` if the file cannot be read, and where
    universalmutator is asked for and not installed.
    """
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"{source} is not a readable C file", str(error)) from error
    lines = text.splitlines()
    kept = _kept_lines(text)
    found: dict[tuple[int, str], Mutant] = {}
    changes = [("field", change) for change in _field(lines)] if "field" in generators else []
    if "universal" in generators:
        changes += [("universal", change) for change in _universal(lines)]
    for generator, (line, operator, after) in changes:
        before = lines[line - 1]
        if line in kept or _essence(before) == _essence(after):
            continue
        mutant = Mutant(str(source), line, operator, before, after.rstrip("\n"), generator)
        found.setdefault((line, _essence(after)), mutant)
    return sorted(found.values(), key=lambda each: each.line)


_Change = tuple[int, str, str]
"""The line, the operator's name, and the text of the line instead."""


def _field(lines: list[str]) -> Iterator[_Change]:
    for operator in operators(lines):
        for number, line in enumerate(lines, 1):
            for after in operator.apply(line):
                yield number, operator.name, after


def _universal(lines: list[str]) -> Iterator[_Change]:
    try:
        mutator = import_module("universalmutator.mutator")
    except ImportError as error:
        raise UsageError(
            "universalmutator is not installed",
            str(error),
            "pip install universalmutator, or --only-field",
        ) from error
    with contextlib.redirect_stdout(io.StringIO()):
        made = mutator.mutants_regexp(
            [f"{line}\n" for line in lines], ruleFiles=_RULES, ignorePatterns=[]
        )
    for line, after, (rule, _), _ in made:
        yield line, rule, after


def _essence(line: str) -> str:
    return " ".join(line.split())


def _kept_lines(text: str) -> set[int]:
    """Return the lines that no mutant changes: blank ones, comments, directives, log messages."""
    bare = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    kept = logged(bare)
    continued = False
    for number, line in enumerate(bare.splitlines(), 1):
        if number in kept:
            continue
        if continued or _DIRECTIVE.match(line):
            kept.add(number)
            continued = line.rstrip().endswith("\\")
            continue
        if not line.strip(" \t{}"):
            kept.add(number)
    return kept
