"""What changed between two runs: requirements, scenarios, quirks, and what the device shows for the same commands."""

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from connmgr_hil.files import read_whole
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import BadInput, ConnMgrHilError
from connmgr_hil.vocabulary.observations import (
    AnyRecord,
    CallSeen,
    EventSeen,
    HelloSeen,
    Reply,
    Stimulus,
)
from connmgr_hil.vocabulary.requirements import requirements
from connmgr_hil.vocabulary.stimuli import TO_BOOT_STATE

from .former_names import present_name
from .results import with_retries
from .run import check

_MOST_BYTES = 100_000_000
_NOT_RUN = "not run"
_IFACE = re.compile(r" (no iface|iface \w)$")

Shown = tuple[str, ...]
"""What a command showed, in order: events, calls of the implementation, and its reply."""


@dataclass(frozen=True)
class RunSide:
    """One side of a comparison. `scenarios` are outcomes by name, `traces` where each is, if it is still there.

    `blamed` are the requirements that failures break, of those that `standings` has as failed.
    """

    label: str
    standings: Mapping[str, str]
    scenarios: Mapping[str, str]
    quirks: frozenset[str]
    blamed: frozenset[str]
    traces: Mapping[str, Path]


def evidence_of(*paths: Path) -> RunSide:
    """Return what a run showed: from its folder or traces, which are judged again, or from its summary (JSON).

    Raises `BadInput` for a file that is neither.
    """
    if len(paths) == 1 and paths[0].suffix == ".json":
        return _from_summary(paths[0])
    report = check(paths)
    results = with_retries(report.results)
    names = [*(each.release and f"Zephyr {each.release}" for each in results[:1])]
    return RunSide(
        ", ".join(filter(None, (report.target, *names, report.profile))),
        report.by_requirement(),
        {each.name: str(each.outcome or "unreachable") for each in results},
        frozenset(quirk for each in results for quirk in each.quirks),
        frozenset(ident for each in results for ident in each.blamed),
        {each.name: each.trace for each in results if each.trace},
    )


def _from_summary(path: Path) -> RunSide:
    data = read_whole(path, "a run's summary", _MOST_BYTES)
    try:
        document: dict[str, Any] = json.loads(data)
        standings = {str(name): str(how) for name, how in document["by_requirement"].items()}
        scenarios: list[dict[str, Any]] = document["scenarios"]
        releases = {str(each.get("release", "")) for each in scenarios} - {""}
        label = [str(document["target"]), *(f"Zephyr {each}" for each in sorted(releases))]
        return RunSide(
            ", ".join([*label, str(document["profile"])]),
            standings,
            {present_name(str(each["name"])): str(each["outcome"]) for each in scenarios},
            frozenset(str(quirk) for each in scenarios for quirk in each["quirks"]),
            frozenset(str(ident) for each in scenarios for ident in each["blamed"]),
            {
                present_name(str(each["name"])): _found(Path(each["trace"]), path.parent)
                for each in scenarios
                if each["trace"]
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(f"{path} is not a summary that 'cmhil verify' wrote", repr(error)) from error


def _found(trace: Path, beside: Path) -> Path:
    """Return the path of a trace in a summary: where it was written, relative to here, or else beside the summary."""
    return trace if trace.is_file() else beside / trace.name


@dataclass(frozen=True)
class Behaviour:
    """One difference in what the devices show, with the commands and scenarios that show it.

    `lines` are those of a diff, of the first place: `- ` was shown by the old one, `+ ` by the new one, and `  ` by both.
    """

    lines: Shown
    commands: tuple[str, ...]
    scenarios: tuple[str, ...]

    @property
    def only_order(self) -> bool:
        """Whether both show the same, in another order."""
        old = sorted(line[2:] for line in self.lines if line[0] == "-")
        return old == sorted(line[2:] for line in self.lines if line[0] == "+")


@dataclass(frozen=True)
class Changes:
    """What is different in `new` from `old`."""

    old: RunSide
    new: RunSide
    behaviour: tuple[Behaviour, ...] = field(default=())
    compared: int = 0
    """Scenarios with both traces, so that the devices' output could be compared."""

    def _moved(self, old: set[str], new: set[str]) -> list[str]:
        """Return the requirements of both releases that stood in one of the first ways and stand in one of the second."""
        before, after = self.old.standings, self.new.standings
        return [
            ident
            for ident in requirements()
            if before.get(ident, "") in old and after.get(ident, "") in new
        ]

    @cached_property
    def _failed(self) -> list[str]:
        """The requirements that count as failed now and did not; those that the old release did not have, too."""
        before = self.old.standings
        return [
            ident
            for ident, how in self.new.standings.items()
            if how == "failed" and before.get(ident) != "failed"
        ]

    @property
    def failing(self) -> list[str]:
        """The requirements that newly fail, and that a failure breaks."""
        return [each for each in self._failed if each in self.new.blamed]

    @property
    def in_failing(self) -> list[str]:
        """The requirements that are no longer held only because scenarios about them fail for another."""
        return [each for each in self._failed if each not in self.new.blamed]

    @property
    def held(self) -> list[str]:
        """The requirements in both runs that hold now and did not before; those whose quirk is gone are listed there."""
        now = self._moved({"failed", "quirk", "unreachable", "not_run"}, {"held"})
        return [each for each in now if each not in self.gone_quirks]

    @property
    def lost(self) -> list[str]:
        """The requirements in both runs that the old run showed and the new run does not."""
        return self._moved({"held", "quirk", "failed"}, {"unreachable", "not_run"})

    @property
    def added(self) -> list[str]:
        """The requirements that only the newer release has."""
        return [each for each in self.new.standings if each not in self.old.standings]

    @property
    def new_quirks(self) -> list[str]:
        """The known quirks that only the new run shows."""
        return sorted(self.new.quirks - self.old.quirks)

    @property
    def gone_quirks(self) -> list[str]:
        """The known quirks that the new run no longer shows."""
        return sorted(self.old.quirks - self.new.quirks)

    @cached_property
    def outcomes(self) -> dict[str, tuple[str, str]]:
        """The scenarios whose outcome is another, with both; one that only one run has counts if it did not conform there."""
        before, after = self.old.scenarios, self.new.scenarios
        ended = {
            name: (before.get(name, _NOT_RUN), after.get(name, _NOT_RUN))
            for name in dict.fromkeys((*before, *after))
        }
        alone = {"conforms", "unreachable", _NOT_RUN}
        return {
            name: pair
            for name, pair in ended.items()
            if pair[0] != pair[1] and (_NOT_RUN not in pair or not alone.issuperset(pair))
        }

    @property
    def only_old(self) -> list[str]:
        """The scenarios that only the old run has."""
        return [name for name in self.old.scenarios if name not in self.new.scenarios]

    @property
    def only_new(self) -> list[str]:
        """The scenarios that only the new run has."""
        return [name for name in self.new.scenarios if name not in self.old.scenarios]

    def as_json(self) -> dict[str, object]:
        """Return the changes as a JSON object."""
        return {
            "old": self.old.label,
            "new": self.new.label,
            "failing": self.failing,
            "in_failing": self.in_failing,
            "held": self.held,
            "lost": self.lost,
            "added": self.added,
            "new_quirks": self.new_quirks,
            "gone_quirks": self.gone_quirks,
            "outcomes": self.outcomes,
            "only_old": self.only_old,
            "only_new": self.only_new,
            "compared": self.compared,
            "behaviour": [
                {"lines": each.lines, "commands": each.commands, "scenarios": each.scenarios}
                for each in self.behaviour
            ],
        }


def compare(old: RunSide, new: RunSide) -> Changes:
    """Return what changed between two runs; what devices showed is compared where both traces are there."""
    places: dict[Shown, list[tuple[Shown, str, str]]] = defaultdict(list)
    compared = 0
    for name in old.traces:
        if name in new.traces and old.traces[name].is_file() and new.traces[name].is_file():
            compared += 1
            for command, lines in _differences(old.traces[name], new.traces[name]):
                places[_kind(lines)].append((lines, command, name))
    behaviour = [
        Behaviour(
            seen[0][0],
            tuple(dict.fromkeys(command for _, command, _ in seen)),
            tuple(dict.fromkeys(name for _, _, name in seen)),
        )
        for seen in places.values()
    ]
    behaviour.sort(key=lambda each: -len(each.scenarios))
    return Changes(old, new, tuple(behaviour), compared)


def _kind(lines: Shown) -> Shown:
    """Return what makes two differences the same: what came or went, of whichever iface."""
    return tuple(_IFACE.sub("", line) for line in lines if line[0] in "+-")


def _differences(old: Path, new: Path) -> Iterator[tuple[str, Shown]]:
    """Yield where two traces show something else for the same command, up to where other commands were given.

    Where one of them began with the probe's reset, they are compared from the boot state on.
    """
    try:
        leads = [_lead(old), _lead(new)]
        if leads[0] != leads[1]:
            leads = [max(1, lead) for lead in leads]
        sides = (
            islice(_episodes(read_records(path)), lead, None)
            for path, lead in zip((old, new), leads, strict=True)
        )
        for (command, before), (other, after) in zip(*sides, strict=False):
            if command != other:
                return
            if before != after:
                yield _told(command, before, after)
    except ConnMgrHilError:
        return


def _lead(trace: Path) -> int:
    """Return after how many episodes the probe's reset had brought the device to its boot state; 0 after a restart."""
    back = [*TO_BOOT_STATE, ("state",)]
    commands = (each.words for each in read_records(trace) if isinstance(each, Stimulus))
    hello = next((each for each in read_records(trace) if isinstance(each, HelloSeen)), None)
    by_reset = hello is not None and hello.start == "attach"
    return 1 + len(back) if by_reset and list(islice(commands, len(back))) == back else 0


def _told(command: str, before: list[str], after: list[str]) -> tuple[str, Shown]:
    lines = [each for each in difflib.ndiff(before, after) if not each.startswith("?")]
    return command, tuple(lines)


def _episodes(records: Iterable[AnyRecord]) -> Iterator[tuple[str, list[str]]]:
    """Yield each command's first word, and what was shown until the next; ifaces are numbered as they come."""
    command: tuple[str, ...] = ("boot",)
    numbers: dict[int, str] = {}
    shown: list[str] = []
    for record in records:
        if isinstance(record, Stimulus):
            yield command[0], shown
            command, numbers, shown = record.words, {}, []
        elif isinstance(record, EventSeen) and record.listener == "early":
            shown.append(f"{record.name} {_named(record.iface, numbers)}")
        elif isinstance(record, CallSeen):
            shown.append(f"call of {record.op} {_named(record.iface, numbers)}")
        elif isinstance(record, Reply):
            shown.append(f"reply {record.status}")
    yield command[0], shown


def _named(iface: int, numbers: dict[int, str]) -> str:
    if iface == 0:
        return "no iface"
    return numbers.setdefault(iface, f"iface {'abcdefghijklmnopqrstuvwxyz'[len(numbers) % 26]}")
