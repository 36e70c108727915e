"""Finds the shortest command sequence that still shows a failure, on the device itself.

The model proposes which commands cannot matter, so that few resets are needed; the device decides.
"""

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from connmgr_hil.checker import Failure, Verdict
from connmgr_hil.targets import Target
from connmgr_hil.vocabulary.errors import DeviceFault, NotRecorded, RigFault, UsageError
from connmgr_hil.vocabulary.observations import Header
from connmgr_hil.vocabulary.parsing import only_asks
from connmgr_hil.vocabulary.stimuli import Words, burst, listed, race

from .nonconforming import Nonconforming
from .reduction import (
    CommandList,
    FailedTrace,
    complaint_of,
    iface_of,
    merge,
    proposals,
    same_end,
    signature,
)
from .session import Session

FEW = 8
"""From this many commands on, halves are left out before single commands."""


@dataclass
class Shrunk:
    """The result: `commands` show the failure `confirmed` times of `tries` after a full restart."""

    commands: CommandList
    failure: Failure
    trace: Path
    original: int
    resets: int = 0
    given: int = 0
    confirmed: int = 0
    tries: int = 0
    wall_seconds: float = 0.0
    exhausted: bool = False
    interrupted: bool = False

    def lines(self) -> list[str]:
        """Return the result as lines for a person."""
        sequence = " · ".join(" ".join(words) for words in self.commands)
        return [
            *self.failure.lines(),
            f"  shortest sequence, {self.confirmed} of {self.tries}:  {sequence}",
            f"  {len(self.commands)} of {self.original} commands; {self.resets} resets, "
            f"{self.given} commands given, {self.wall_seconds:.1f} s"
            + ("; the budget ended the search" if self.exhausted else "")
            + ("; interrupted" if self.interrupted else ""),
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
    best: CommandList = ()
    _session: Session | None = field(default=None, repr=False)

    def shows(self, commands: CommandList) -> bool:
        """Tell whether these commands, after a reset, show the wanted failure."""
        self.resets += 1
        try:
            session = self._begun()
            for words in commands:
                self.given += 1
                session.attempt(words)
            session.execute(("state",))
        except Nonconforming as error:
            if self._session is None or self._session.ended:
                self._drop()  # there is nothing left that could be reset
            if signature(error.failure) == self.wanted:
                self.failure = error.failure
                return True
        except NotRecorded:
            raise
        except (DeviceFault, RigFault):
            self._drop()
        return False

    def _begun(self) -> Session:
        """Return a session on a device that is as after boot."""
        if self._session is None or not self.soft or not self._session.reset():
            self._drop()
            hears = self.wanted[0].startswith("REQ-LIFE")
            session = Session(self.target, self.trace, Header(note="shrinking"), hears=hears)
            self._session = session.__enter__()
        return self._session

    def shows_from_restart(self, commands: CommandList) -> bool:
        """Tell whether these commands show the failure on a restarted device, too."""
        self._drop()
        return self.shows(commands)

    def _drop(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            session.close()
            _insist_on_trace(session)

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

    `budget` is in seconds of host time. An interruption ends the search; the shortest sequence so far is tried once more. The minimal trace is written to `out`. Raises `UsageError` when the trace does not
    fail, or when the target does not show the failure at all.
    """
    began = time.monotonic()
    complaint = complaint_of(trace)
    # Only a reset leads back from a race, and the device's record of its locks outlives a reset.
    races = any(words[0] == "race" for words in complaint.commands)
    left_out = ("hello",) if races else ("hello", "reset")
    commands = tuple(words for words in complaint.commands if words[0] not in left_out)
    bench = _Bench(target, out.with_suffix(".tries.jsonl"), complaint.signature, began + budget)
    bench.soft = not races
    interrupted = False
    with target:
        try:
            best = _search(bench, complaint, commands, progress)
            if bench.soft and not bench.shows_from_restart(best):
                # A soft reset left something behind that the short sequence lives on.
                bench.soft = False
                best = _search(bench, complaint, commands, progress)
        except KeyboardInterrupt:
            if not bench.best:  # not even the whole sequence was seen to fail
                raise
            best, confirm, interrupted = bench.best, 1, True
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
        interrupted,
    )


def replay(
    target: Target,
    commands: Iterable[Words],
    out: Path,
    note: str = "",
) -> Failure | None:
    """Give commands to a freshly started device; return the failure, if there is one."""
    session = Session(target, out, Header(note=note))
    try:
        _play(session, commands)
    except Nonconforming as error:
        return error.failure
    return _verdict_on(session).failure


def replayed(
    target: Target,
    commands: Iterable[Words],
    out: Path,
    note: str = "",
    *,
    strict: Callable[[Words], bool] | None = None,
) -> Verdict:
    """Give commands to a freshly started device as `replay` does; return the verdict, whatever ended the run.

    `strict` tells which commands must name only what the device has. Raises `BadInput` if they do not, and `NotRecorded`
    when the trace cannot be written.
    """
    session = Session(target, out, Header(note=note))
    with contextlib.suppress(DeviceFault, RigFault):
        _play(session, commands, strict)
    return _verdict_on(session)


def _play(
    session: Session, commands: Iterable[Words], strict: Callable[[Words], bool] | None = None
) -> None:
    with session:
        for words in commands:
            if strict and strict(words):
                session.execute(words)
            else:
                session.attempt(words)
        if not session.checker.unpredicted:
            session.execute(("state",))


def _verdict_on(session: Session) -> Verdict:
    _insist_on_trace(session)
    assert session.verdict is not None
    return session.verdict


def _insist_on_trace(session: Session) -> None:
    """Raise `NotRecorded` when the disk took no more: what was not recorded is no reason to leave a command out."""
    if session.unrecorded and session.verdict is not None:
        raise NotRecorded(*session.verdict.reason.split("\n  seen: ", 1))


def _search(
    bench: _Bench,
    complaint: FailedTrace,
    commands: CommandList,
    progress: Callable[[int, int], None] | None,
) -> CommandList:
    best = commands
    tried: set[CommandList] = set()

    def better(candidate: CommandList) -> bool:
        nonlocal best
        if _size(candidate) >= _size(best) or candidate in tried or bench.out_of_time:
            return False
        tried.add(candidate)
        if not bench.shows(candidate):
            return False
        best = bench.best = candidate
        if progress:
            progress(len(best), bench.resets)
        return True

    if not bench.shows(best):
        # What a soft reset leaves behind may matter: from here on the device is restarted.
        bench.soft = False
        if not bench.shows(best):
            raise UsageError(
                "the target does not show the failure of the trace",
                f"it does not: {complaint.signature[0]}",
                "replay it on the target it was recorded from; if it is flaky, try again",
            )
    bench.best = best
    for proposal in proposals(complaint, commands):
        if better(proposal):
            break
    else:
        _without_bystanders(better, lambda: best, complaint)
    if len(best) > FEW:
        _halve(better, lambda: best, bench)
    _one_by_one(better, lambda: best, bench)
    _unwrap(better, lambda: best)
    better(merge(best))
    return best


def _without_bystanders(
    better: Callable[[CommandList], bool], best: Callable[[], CommandList], complaint: FailedTrace
) -> None:
    """Leave out queries, and then all commands about one other iface after the other."""
    better(tuple(words for words in best()[:-1] if not only_asks(words)) + best()[-1:])
    for facts in complaint.model.world.ifaces:
        if facts.index != complaint.iface:
            last = best()[-1:]
            better(tuple(words for words in best()[:-1] if iface_of(words) != facts.index) + last)
    better(merge(best()))
    better(merge(same_end(complaint.model, best(), 0)))


def _halve(
    better: Callable[[CommandList], bool], best: Callable[[], CommandList], bench: _Bench
) -> None:
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


def _size(commands: CommandList) -> tuple[int, int]:
    return len(commands), sum(len(words) for words in commands)


def _unwrap(better: Callable[[CommandList], bool], best: Callable[[], CommandList]) -> None:
    """Replace what is done elsewhere or in a burst by simpler commands."""
    for position in reversed(range(len(best()))):
        commands = best()
        words = commands[position]
        simpler: list[Words] = []
        if words[0] == "on":
            simpler = [words[2:]]
        elif words[0] == "burst":
            parts = listed(words)
            simpler = [*parts, *(burst(*parts[:n], *parts[n + 1 :]) for n in range(len(parts)))]
        elif words[0] == "both":
            points = [each for each in words[1].split(",") if each != "0"]
            fewer = (points[:n] + points[n + 1 :] for n in range(len(points)))
            simpler = [
                *listed(words),
                *(("both", ",".join(each) or "0", *words[2:]) for each in fewer),
            ]
        elif words[0] == "race":
            _calm(better, best, position)
            continue
        for each in simpler:
            if each and better((*commands[:position], each, *commands[position + 1 :])):
                break


def _calm(
    better: Callable[[CommandList], bool], best: Callable[[], CommandList], position: int
) -> None:
    """Leave out the commands of a race, and then the points at which others go first, one after the other."""
    place = 0
    while True:
        commands = best()
        _, seed, points, *_ = commands[position]
        parts = listed(commands[position])
        at = [int(each) for each in points.split(",") if each != "0"]
        if place >= len(parts) + len(at):
            return
        if place < len(parts):
            parts = parts[:place] + parts[place + 1 :]
        else:
            del at[place - len(parts)]
        shorter = race(int(seed), at, *parts)
        if not parts or not better((*commands[:position], shorter, *commands[position + 1 :])):
            place += 1


def _one_by_one(
    better: Callable[[CommandList], bool], best: Callable[[], CommandList], bench: _Bench
) -> None:
    """Leave out single commands, from the back, until none can be spared."""
    position = len(best()) - 1
    while position >= 0 and not bench.out_of_time:
        commands = best()
        better(commands[:position] + commands[position + 1 :])
        position = min(position, len(best())) - 1
