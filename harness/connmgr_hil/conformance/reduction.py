"""Uses the model to shorten a sequence: which commands cannot matter."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from connmgr_hil.checker import Checker, Failure
from connmgr_hil.model import Model
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import UsageError
from connmgr_hil.vocabulary.observations import Reply, Stimulus
from connmgr_hil.vocabulary.parsing import command, is_known, only_asks
from connmgr_hil.vocabulary.stimuli import Words

from .imagined import Imagined

CommandList = tuple[Words, ...]
_Look = Callable[[Imagined, int], object]


@dataclass(frozen=True)
class FailedTrace:
    """What a trace fails with, and the commands that led there."""

    commands: CommandList
    failure: Failure
    statuses: tuple[str, ...]
    model: Model

    @property
    def signature(self) -> tuple[str, str]:
        """What makes two failures the same: the first requirement and what kind of thing was seen."""
        return signature(self.failure)

    @property
    def iface(self) -> int:
        """The iface that the failure is about, 0 if it is about none."""
        if self.failure.iface:
            return self.failure.iface
        return iface_of(self.commands[-1]) if self.commands else 0


def signature(failure: Failure) -> tuple[str, str]:
    """Return what makes two failures the same."""
    requirement = failure.requirements[0] if failure.requirements else ""
    return requirement, failure.kind


def complaint_of(trace: Path) -> FailedTrace:
    """Read what a trace fails with. Raises `UsageError` when the model finds nothing wrong with it."""
    checker = Checker()
    commands: list[Words] = []
    statuses: dict[int, str] = {}
    ids: list[int] = []
    for record in read_records(trace):
        if checker.failure is not None:
            checker.feed(record)  # it may tell why
            continue
        if isinstance(record, Stimulus):
            commands.append(record.words)
            ids.append(record.id)
        elif isinstance(record, Reply):
            statuses[record.id] = record.status
        checker.feed(record)
    failure = checker.finish().failure
    if failure is None or checker.model is None:
        raise UsageError(
            f"{trace} does not fail",
            "the model finds nothing wrong with it",
            "see 'cmhil check'; a failure that only a scenario noticed cannot be shrunk",
        )
    answered = tuple(statuses.get(ident, "") for ident in ids)
    return FailedTrace(tuple(commands), failure, answered, checker.model)


def proposals(complaint: FailedTrace, commands: CommandList) -> Iterable[CommandList]:
    """Propose much shorter sequences, the boldest first; they cost a reset each."""
    model, iface, last = complaint.model, complaint.iface, commands[-1:]
    core = _touching(model, commands, iface, _core)
    yield merge(same_end(model, core, iface))
    yield merge(core)
    yield merge(_touching(model, commands, iface, _view))
    relevant = tuple(
        words
        for words, status in zip(commands, complaint.statuses, strict=False)
        if not only_asks(words) and not _refused(status) and _concerns(words, iface)
    )
    yield merge(relevant if relevant[-1:] == last else relevant + last)


def _touching(model: Model, commands: CommandList, iface: int, view: _Look) -> CommandList:
    """Keep the commands that, in the model, change what is looked at, and all waits."""
    imagined = Imagined(model)
    kept: list[Words] = []
    for words in commands:
        before = view(imagined, iface)
        imagined.do(words)
        if words[0] in ("advance", "defect") or view(imagined, iface) != before:
            kept.append(words)
    if not kept or kept[-1] is not commands[-1]:
        kept.append(commands[-1])
    return tuple(kept)


def _refused(status: str) -> bool:
    return status in ("-EALREADY", "-ENOTSUP", "-EINVAL", "-ENOTCONN", "-ENOPROTOOPT")


def iface_of(words: Words) -> int:
    """Return the iface that a command is about, 0 if it is about none or about several."""
    ifaces = command(words).ifaces if is_known(words) else frozenset[int]()
    return next(iter(ifaces)) if len(ifaces) == 1 else 0


def _concerns(words: Words, iface: int) -> bool:
    """Tell whether a command may affect an iface: it names that iface or none, or waits for events."""
    if not iface or not is_known(words) or words[0] == "hook":
        return True
    ifaces = command(words).ifaces
    return not ifaces or iface in ifaces


def merge(commands: CommandList) -> CommandList:
    """Make one wait of several in a row."""
    merged: list[Words] = []
    for words in commands:
        if words[0] == "advance" and merged and merged[-1][0] == "advance":
            merged[-1] = ("advance", str(int(merged[-1][1]) + int(words[1])))
        else:
            merged.append(words)
    return tuple(merged)


def same_end(model: Model, commands: CommandList, iface: int) -> CommandList:
    """Leave out, from the back, every command without which the model still ends in the same place."""
    before, last = commands[:-1], commands[-1:]
    goal = _place(model, before, iface)
    position = len(before) - 1
    while position >= 0:
        if before[position][0] != "defect":
            shorter = before[:position] + before[position + 1 :]
            if _place(model, shorter, iface) == goal:
                before = shorter
        position -= 1
    return before + last


def _place(model: Model, commands: CommandList, iface: int) -> object:
    imagined = Imagined(model).run(commands)
    return imagined.stormy, _view(imagined, iface)


def _view(imagined: Imagined, iface: int) -> object:
    """The part of an imagined device that matters to one iface; all of it if none is named."""
    state = imagined.state
    if not 1 <= iface <= len(state.ifaces):
        return state, tuple(slot for slot, _ in imagined.pending)
    mine = tuple(slot for slot, _ in imagined.pending if slot.split(":")[1] == str(iface))
    return state.ifaces[iface - 1], state.counts[0] > 0, state.listeners, mine


def _core(imagined: Imagined, iface: int) -> object:
    """What of an imagined device matters to control of one iface, without addresses and monitor."""
    state = imagined.state
    if not 1 <= iface <= len(state.ifaces):
        return _view(imagined, iface)
    mine = state.ifaces[iface - 1]
    slots = tuple(slot for slot, _ in imagined.pending if slot.split(":")[1] == str(iface))
    impl = mine.impl
    return mine.admin, mine.oper, mine.flags, mine.timeout, impl.phase, impl.mode, slots
