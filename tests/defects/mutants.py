"""Mistakes in the reference model, each of which recorded traces must notice.

A mutant is a patch of one function's source text. While it is in force the function runs with other code,
wherever it is called from; afterwards it is as before.

All of them, on all recorded traces (some minutes): `python tests/defects/mutants.py tests/traces`.
"""

import inspect
import sys
import textwrap
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from types import FunctionType
from typing import Literal

import msgspec

from connmgr_hil import model
from connmgr_hil.checker import Checker, Outcome
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import BadInput, HarnessError, UsageError
from connmgr_hil.vocabulary.observations import AnyRecord
from connmgr_hil.vocabulary.requirements import ORDER

Standing = Literal["noticed", "unnoticed", "equivalent", "unreached"]


class Mutant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mistake in the model: in `function` (module and name), `old` becomes `new`.

    `since` is the first profile that has the rule at all. `needs_dad`: only a build with duplicate address
    detection reaches it. `equivalent` argues why no trace can tell the difference.
    """

    name: str
    function: str
    old: str
    new: str
    sentence: str
    since: str = "P34"
    needs_dad: bool = False
    equivalent: str = ""


class _File(msgspec.Struct, frozen=True):
    mutant: tuple[Mutant, ...]


@cache
def mutants() -> dict[str, Mutant]:
    """Return all mutants by name."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    listed = msgspec.convert(tomllib.loads(text), _File).mutant
    table = {each.name: each for each in listed}
    if len(table) != len(listed):
        raise HarnessError("mutants of different names", str([each.name for each in listed]))
    return table


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """Let the model make a mistake.

    Raises `HarnessError` when the function does not have the text (exactly once): the model has changed.
    """
    function = _function(mutant.function)
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(mutant.old) != 1:
        raise HarnessError(
            f"{mutant.function} with {mutant.old!r} in it, once, for mutant {mutant.name}",
            f"{source.count(mutant.old)} times",
        )
    # Compiled inside a function, `from __future__`-free, in the module's own names.
    names: dict[str, object] = {}
    code = compile(source.replace(mutant.old, mutant.new), f"<mutant {mutant.name}>", "exec")
    exec(code, function.__globals__, names)
    changed = next(iter(names.values()))
    changed = changed.fget if isinstance(changed, property) else changed
    assert isinstance(changed, FunctionType)
    original, function.__code__ = function.__code__, changed.__code__
    try:
        yield
    finally:
        function.__code__ = original


def _function(path: str) -> FunctionType:
    module, _, name = path.partition(".")
    found = attrgetter(name)(import_module(f".{module}", model.__name__))
    found = found.fget if isinstance(found, property) else found
    assert isinstance(found, FunctionType), path
    return found


@dataclass(frozen=True)
class Recording:
    """A trace in memory, with the profile and the build that it comes from."""

    path: Path
    records: tuple[AnyRecord, ...]
    profile: str
    dad: bool

    def reaches(self, mutant: Mutant) -> bool:
        """Tell whether the device had the mutated rule at all."""
        young = ORDER.index(self.profile) >= ORDER.index(mutant.since)
        return young and self.dad >= mutant.needs_dad

    def conforms(self) -> bool:
        """Judge the trace by the model as it is now; one that trips over itself is noticed, too."""
        try:
            return _judge(self.records)[0] is not Outcome.FAILS
        except AssertionError:
            return False


def _judge(records: tuple[AnyRecord, ...]) -> tuple[Outcome, str, bool]:
    checker = Checker()
    for record in records:
        if checker.feed(record):
            break
    world = checker.model.world if checker.model else None
    outcome = checker.finish().outcome
    return outcome, world.profile.name if world else "", bool(world and world.hello.dad)


def load(paths: Iterable[Path]) -> list[Recording]:
    """Read traces, and make sure that the sound model accepts them; folders stand for all below.

    Raises `UsageError` where there are none, and `BadInput` for one that does not conform.
    """
    found = [
        path
        for each in paths
        for path in (sorted(each.rglob("*.jsonl")) if each.is_dir() else [each])
    ]
    if not found:
        raise UsageError("there is no trace (*.jsonl)", "none", "name a trace or a folder of them")
    recordings = []
    for path in found:
        records = tuple(read_records(path))
        outcome, profile, dad = _judge(records)
        if outcome is Outcome.FAILS:
            raise BadInput("traces that conform to the sound model", str(path))
        if profile:
            recordings.append(Recording(path, records, profile, dad))
    # Short ones first: most mistakes show soon.
    return sorted(recordings, key=lambda each: len(each.records))


def judge(mutant: Mutant, recordings: list[Recording]) -> tuple[Standing, str]:
    """Tell whether a recording notices a mutant, and which."""
    if mutant.equivalent:
        return "equivalent", ""
    reaching = [each for each in recordings if each.reaches(mutant)]
    if not reaching:
        return "unreached", ""
    with applied(mutant):
        for each in reaching:
            if not each.conforms():
                return "noticed", each.path.name
    return "unnoticed", ""


if __name__ == "__main__":
    read = load(map(Path, sys.argv[1:]))
    unnoticed = False
    for each in mutants().values():
        standing, by = judge(each, read)
        unnoticed |= standing == "unnoticed"
        print(f"{each.name:40} {standing:10} {by}", flush=True)  # noqa: T201
    sys.exit(unnoticed)
