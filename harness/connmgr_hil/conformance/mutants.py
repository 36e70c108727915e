"""Scores the reference model: a mistake in any of its rules must be noticed by recorded traces.

A mutant is a patch of one function's source text. While it is in force the function runs with other code,
wherever it is called from; afterwards it is as before.
"""

import inspect
import textwrap
import time
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module, resources
from operator import attrgetter
from pathlib import Path
from types import FunctionType
from typing import Literal

import msgspec

from connmgr_hil import model
from connmgr_hil.checker import Checker, Outcome
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import BadInput, ExitCode, HarnessError, UsageError
from connmgr_hil.vocabulary.observations import AnyRecord

from .requirements import ORDER

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
    text = resources.files(__package__).joinpath("mutants.toml").read_text(encoding="utf-8")
    listed = msgspec.convert(tomllib.loads(text), _File).mutant
    table = {each.name: each for each in listed}
    if len(table) != len(listed):
        raise HarnessError("mutants of different names", str([each.name for each in listed]))
    return table


def choose(patterns: Iterable[str] = ()) -> list[Mutant]:
    """Return the mutants whose name matches one of the patterns; all without any."""
    wanted = list(patterns)
    chosen = [
        each
        for each in mutants().values()
        if not wanted or any(fnmatchcase(each.name, pattern) for pattern in wanted)
    ]
    if not chosen:
        raise UsageError("the name of a mutant, or a pattern", str(wanted), ", ".join(mutants()))
    return chosen


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
    exec(code, function.__globals__, names)  # noqa: S102 - our own text
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


# --- judging traces ------------------------------------------------------------------------------


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
        """Judge the trace by the model as it is now."""
        return _judge(self.records)[0] is not Outcome.FAILS


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
        raise UsageError("at least one trace (*.jsonl)", "none", "name a trace or a folder of them")
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


@dataclass(frozen=True)
class Finding:
    """What became of one mutant; `trace` names the one that noticed it."""

    mutant: Mutant
    standing: Standing
    trace: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the finding as a JSON object."""
        return {**msgspec.to_builtins(self.mutant), "standing": self.standing, "trace": self.trace}


@dataclass
class MutantReport:
    """How many mistakes in the model the traces noticed."""

    findings: list[Finding] = field(default_factory=list)
    wall_seconds: float = 0.0

    def names(self, standing: Standing) -> list[str]:
        """Return the names of the mutants that stand so."""
        return [each.mutant.name for each in self.findings if each.standing == standing]

    @property
    def exit_code(self) -> ExitCode:
        """0 unless a mutant that could have been noticed was not."""
        return ExitCode.FAILS if self.names("unnoticed") else ExitCode.CONFORMS

    def as_json(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        return {
            "total": len(self.findings),
            "noticed": self.names("noticed"),
            "unnoticed": self.names("unnoticed"),
            "equivalent": self.names("equivalent"),
            "unreached": self.names("unreached"),
            "mutants": [each.as_json() for each in self.findings],
            "wall_seconds": round(self.wall_seconds, 3),
        }


def survey(chosen: Iterable[Mutant], traces: Iterable[Path]) -> MutantReport:
    """Apply mutants one by one and judge the traces until one does not conform any more."""
    report = MutantReport()
    began = time.monotonic()
    recordings = load(traces)
    report.findings = [judge(each, recordings) for each in chosen]
    report.wall_seconds = time.monotonic() - began
    return report


def judge(mutant: Mutant, recordings: list[Recording]) -> Finding:
    """Find a recording that notices a mutant."""
    if mutant.equivalent:
        return Finding(mutant, "equivalent")
    reaching = [each for each in recordings if each.reaches(mutant)]
    if not reaching:
        return Finding(mutant, "unreached")
    with applied(mutant):
        for each in reaching:
            if not each.conforms():
                return Finding(mutant, "noticed", each.path.name)
    return Finding(mutant, "unnoticed")
