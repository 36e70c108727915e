"""Finds the shortest command sequence that still shows a failure, on the device itself.

The model works beside the device: it proposes which commands cannot matter, so that few resets are needed;
the device decides.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from connmgr_hil.checker import Checker, Failure
from connmgr_hil.model import Model
from connmgr_hil.targets import Target
from connmgr_hil.trace import read_records
from connmgr_hil.vocabulary.errors import RigFault, UsageError
from connmgr_hil.vocabulary.observations import Header, Reply, Stimulus
from connmgr_hil.vocabulary.stimuli import Words, burst, split_burst

from .imagined import Imagined
from .session import Nonconforming, Session

Commands = tuple[Words, ...]
_Look = Callable[[Imagined, int], object]
FEW = 8
"""From so many commands on, halves are left out before single ones."""

_QUERIES = frozenset({"ping", "state", "stats", "bound", "ignored", "hello", "defects"})
_GLOBAL = frozenset(
    {"all", "ignore-l2", "watch-l2", "resend", "defect", "listen", "hook", "advance"}
)


@dataclass(frozen=True)
class Complaint:
    """What a trace fails with, and the commands that led there."""

    commands: Commands
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
        words = self.failure.seen.replace(":", " ").split()
        if "iface" in words:
            number = words[words.index("iface") + 1]
            return int(number) if number.isdigit() else 0
        return _iface_of(self.commands[-1]) if self.commands else 0


def signature(failure: Failure) -> tuple[str, str]:
    """Return what makes two failures the same."""
    requirement = failure.requirements[0] if failure.requirements else ""
    return requirement, failure.seen.split()[0] if failure.seen else ""


def complaint_of(trace: Path) -> Complaint:
    """Read what a trace fails with. Raises `UsageError` when the model finds nothing wrong with it."""
    checker = Checker()
    commands: list[Words] = []
    statuses: dict[int, str] = {}
    ids: list[int] = []
    for record in read_records(trace):
        if isinstance(record, Stimulus):
            commands.append(record.words)
            ids.append(record.id)
        elif isinstance(record, Reply):
            statuses[record.id] = record.status
        if checker.feed(record):
            break
    failure = checker.finish().failure
    if failure is None or checker.model is None:
        raise UsageError(
            f"{trace}: a trace that fails",
            "the model finds nothing wrong with it",
            "see 'cmhil check'; a failure that only a scenario noticed cannot be shrunk",
        )
    answered = tuple(statuses.get(ident, "") for ident in ids)
    return Complaint(tuple(commands), failure, answered, checker.model)


@dataclass
class Shrunk:
    """The result: `commands` show the failure `confirmed` times of `tries` after a full restart."""

    commands: Commands
    failure: Failure
    trace: Path
    original: int
    resets: int = 0
    given: int = 0
    confirmed: int = 0
    tries: int = 0
    wall_seconds: float = 0.0
    exhausted: bool = False

    def lines(self) -> list[str]:
        """Return the result as lines for a person."""
        sequence = " · ".join(" ".join(words) for words in self.commands)
        return [
            *self.failure.lines(),
            f"  shortest sequence, {self.confirmed} of {self.tries}:  {sequence}",
            f"  {len(self.commands)} of {self.original} commands; {self.resets} resets, "
            f"{self.given} commands given, {self.wall_seconds:.1f} s"
            + ("; the budget ended the search" if self.exhausted else ""),
        ]


@dataclass
class _Bench:
    """Tries sequences on the device, with the cheapest reset that works."""

    target: Target
    trace: Path
    wanted: tuple[str, str]
    deadline: float
    resets: int = 0
    given: int = 0
    soft: bool = True
    failure: Failure | None = None
    _session: Session | None = field(default=None, repr=False)

    def shows(self, commands: Commands) -> bool:
        """Tell whether these commands, after a reset, show the wanted failure."""
        self.resets += 1
        if self._session is None or not self.soft or not self._session.reset():
            self._open()
        assert self._session is not None
        try:
            for words in commands:
                self.given += 1
                self._session.execute(words)
            self._session.execute(("state",))
        except Nonconforming as error:
            if signature(error.failure) == self.wanted:
                self.failure = error.failure
                return True
        except RigFault:
            self._drop()
        return False

    def shows_from_restart(self, commands: Commands) -> bool:
        """Tell whether these commands show the failure on a restarted device, too."""
        self._drop()
        return self.shows(commands)

    def _open(self) -> None:
        self._drop()
        self._session = Session(self.target, self.trace, Header(note="shrinking"))
        self._session.__enter__()

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def close(self) -> None:
        """End the session."""
        self._drop()

    @property
    def out_of_time(self) -> bool:
        """Whether the budget is spent."""
        return time.monotonic() >= self.deadline


def shrink(
    target: Target,
    trace: Path,
    out: Path,
    *,
    budget: float = 60.0,
    confirm: int = 5,
    progress: Callable[[int, int], None] | None = None,
) -> Shrunk:
    """Find the shortest sequence that shows a trace's failure on a target.

    `budget` is in seconds of host time. The minimal trace is written to `out`. Raises `UsageError` when the trace does not
    fail, or when the target does not show the failure at all.
    """
    began = time.monotonic()
    complaint = complaint_of(trace)
    commands = tuple(words for words in complaint.commands if words[0] not in ("reset", "hello"))
    bench = _Bench(target, out.with_suffix(".tries.jsonl"), complaint.signature, began + budget)
    with target:
        try:
            best = _search(bench, complaint, commands, progress)
            if bench.soft and not bench.shows_from_restart(best):
                # A soft reset left something behind that the short sequence lives on.
                bench.soft = False
                best = _search(bench, complaint, commands, progress)
        finally:
            bench.close()
            bench.trace.unlink(missing_ok=True)
        confirmed = 0
        failure = bench.failure or complaint.failure
        for _ in range(confirm):
            found = replay(target, best, out, note=f"shrunk from {trace.name}")
            if found is not None and signature(found) == complaint.signature:
                confirmed += 1
                failure = found
    return Shrunk(
        best,
        failure,
        out,
        len(commands),
        bench.resets,
        bench.given,
        confirmed,
        confirm,
        time.monotonic() - began,
        bench.out_of_time,
    )


def replay(target: Target, commands: Iterable[Words], out: Path, note: str = "") -> Failure | None:
    """Give commands to a freshly started device; return the failure, if there is one."""
    try:
        with Session(target, out, Header(note=note)) as session:
            for words in commands:
                session.execute(words)
            if not session.checker.chaotic:
                session.execute(("state",))
    except Nonconforming as error:
        return error.failure
    assert session.verdict is not None
    return session.verdict.failure


def _search(
    bench: _Bench,
    complaint: Complaint,
    commands: Commands,
    progress: Callable[[int, int], None] | None,
) -> Commands:
    best = commands
    tried: set[Commands] = set()

    def better(candidate: Commands) -> bool:
        nonlocal best
        if _size(candidate) >= _size(best) or candidate in tried or bench.out_of_time:
            return False
        tried.add(candidate)
        if not bench.shows(candidate):
            return False
        best = candidate
        if progress:
            progress(len(best), bench.resets)
        return True

    if not bench.shows(best):
        # What a soft reset leaves behind may matter: from here on the device is restarted.
        bench.soft = False
        if not bench.shows(best):
            raise UsageError(
                "the target should show the failure of the trace",
                f"it does not: {complaint.signature[0]}",
                "replay it on the target it was recorded from; if it is flaky, try again",
            )
    for proposal in _proposals(complaint, commands):
        if better(proposal):
            break
    else:
        _without_bystanders(better, lambda: best, complaint)
    if len(best) > FEW:
        _halve(better, lambda: best, bench)
    _one_by_one(better, lambda: best, bench)
    _unwrap(better, lambda: best)
    better(_merge(best))
    return best


def _proposals(complaint: Complaint, commands: Commands) -> Iterable[Commands]:
    """Propose much shorter sequences, the boldest first; they cost a reset each."""
    model, iface, last = complaint.model, complaint.iface, commands[-1:]
    core = _touching(model, commands, iface, _core)
    yield _merge(_same_end(model, core, iface))
    yield _merge(core)
    yield _merge(_touching(model, commands, iface, _view))
    relevant = tuple(
        words
        for words, status in zip(commands, complaint.statuses, strict=False)
        if words[0] not in _QUERIES and not _refused(status) and _concerns(words, iface)
    )
    yield _merge(relevant if relevant[-1:] == last else relevant + last)


def _touching(model: Model, commands: Commands, iface: int, view: _Look) -> Commands:
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


def _without_bystanders(
    better: Callable[[Commands], bool], best: Callable[[], Commands], complaint: Complaint
) -> None:
    """Leave out queries, and then all commands about one other iface after the other."""
    better(tuple(words for words in best()[:-1] if words[0] not in _QUERIES) + best()[-1:])
    for facts in complaint.model.world.ifaces:
        if facts.index != complaint.iface:
            last = best()[-1:]
            better(tuple(words for words in best()[:-1] if _iface_of(words) != facts.index) + last)
    better(_merge(best()))
    better(_merge(_same_end(complaint.model, best(), 0)))


def _refused(status: str) -> bool:
    return status in ("-EALREADY", "-ENOTSUP", "-EINVAL", "-ENOTCONN", "-ENOPROTOOPT")


def _iface_of(words: Words) -> int:
    return next((int(word) for word in words[1:] if word.isdigit()), 0)


def _concerns(words: Words, iface: int) -> bool:
    if words[0] in _GLOBAL or not iface:
        return True
    if words[0] == "on":
        return _concerns(words[2:], iface)
    if words[0] == "burst":
        return any(_concerns(part, iface) for part in split_burst(words[1:]))
    return _iface_of(words) == iface


def _merge(commands: Commands) -> Commands:
    """Make one wait of several in a row."""
    merged: list[Words] = []
    for words in commands:
        if words[0] == "advance" and merged and merged[-1][0] == "advance":
            merged[-1] = ("advance", str(int(merged[-1][1]) + int(words[1])))
        else:
            merged.append(words)
    return tuple(merged)


def _same_end(model: Model, commands: Commands, iface: int) -> Commands:
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


def _place(model: Model, commands: Commands, iface: int) -> object:
    imagined = Imagined(model).run(commands)
    return imagined.stormy, _view(imagined, iface)


def _view(imagined: Imagined, iface: int) -> object:
    """What of an imagined device matters to one iface; all of it where none is named."""
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


def _halve(better: Callable[[Commands], bool], best: Callable[[], Commands], bench: _Bench) -> None:
    """Leave out halves, quarters and so on, as long as that helps (delta debugging)."""
    size = len(best()) // 2
    while size >= 2 and not bench.out_of_time:
        position = 0
        while position < len(best()) - 1:
            commands = best()
            if not better(
                commands[:position] + commands[min(position + size, len(commands) - 1) :]
            ):
                position += size
        size //= 2


def _size(commands: Commands) -> tuple[int, int]:
    return len(commands), sum(len(words) for words in commands)


def _unwrap(better: Callable[[Commands], bool], best: Callable[[], Commands]) -> None:
    """Replace what is done elsewhere or in a burst by simpler commands."""
    for position in reversed(range(len(best()))):
        commands = best()
        words = commands[position]
        simpler: list[Words] = []
        if words[0] == "on":
            simpler = [words[2:]]
        elif words[0] == "burst":
            parts = split_burst(words[1:])
            simpler = [*parts, *(burst(*parts[:n], *parts[n + 1 :]) for n in range(len(parts)))]
        for each in simpler:
            if each and better((*commands[:position], each, *commands[position + 1 :])):
                break


def _one_by_one(
    better: Callable[[Commands], bool], best: Callable[[], Commands], bench: _Bench
) -> None:
    """Leave out single commands, from the back, until none can be spared."""
    position = len(best()) - 1
    while position >= 0 and not bench.out_of_time:
        commands = best()
        better(commands[:position] + commands[position + 1 :])
        position = min(position, len(best())) - 1
