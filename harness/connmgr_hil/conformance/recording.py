"""Traces of a run: their header with the tolerances, and a trace that is judged while it is written."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from connmgr_hil import __version__
from connmgr_hil.checker import Checker, Limits, Verdict
from connmgr_hil.model import Models, Profile
from connmgr_hil.targets import Target
from connmgr_hil.toolchain.provenance import provenance
from connmgr_hil.trace import TraceWriter
from connmgr_hil.vocabulary.errors import NotRecorded, RigFault
from connmgr_hil.vocabulary.observations import (
    UNENDED,
    AnyRecord,
    Fault,
    Foreign,
    Header,
    HelloSeen,
    Lost,
    Noise,
    VerdictGiven,
)


def limits_for(target: Target) -> Limits:
    """Return how exactly times are judged on a target."""
    late = round(target.platform.time.tolerance_seconds * 1e6)
    return Limits(late=late, jitter=0 if target.granted else 50_000)


def begin_trace(
    path: Path, target: Target, about: Header | None = None
) -> tuple[TraceWriter, AnyRecord]:
    """Create a trace of a target, and return its writer and the header as written.

    `about` tells what the run is for; tool, target and tolerances are filled in here. Raises `RigFault`
    when the file cannot be written.
    """
    limits = limits_for(target)
    header = structs.replace(
        about or Header(),
        tool=f"connmgr-hil {__version__}",
        target=target.name,
        platform=target.platform.name,
        late=limits.late,
        jitter=limits.jitter,
        actors=target.platform.actors,
        origin=provenance(target),
    )
    writer = TraceWriter(path)
    try:
        return writer, writer.write(header)
    except BaseException as error:
        writer.close()
        if not isinstance(error, RigFault):
            path.unlink(missing_ok=True)  # nothing is in it yet
        raise


class JudgedTrace:
    """A trace that a checker judges record by record, and that watchers may follow.

    `is_open` tells whether its file was begun, `unrecorded` whether the disk took no more: then whatever else ended the run, its
    trace is not whole.
    """

    def __init__(
        self, path: Path, target: Target, profile: Profile | None, models: Models | None
    ) -> None:
        self.path = path
        self._target = target
        self._profile = profile
        self._models = models or Models()
        self.watchers: list[Callable[[AnyRecord], None]] = []
        self.unrecorded = False
        self.is_open = False
        self._begin()

    def _begin(self) -> None:
        self.checker = Checker(limits_for(self._target), self._profile, self._models)

    def open(self, about: Header) -> None:
        """Create the file. Raises `RigFault` when it cannot be written."""
        about = structs.replace(about, profile=self._profile.name if self._profile else "")
        try:
            self._writer, header = begin_trace(self.path, self._target, about)
            self.is_open = True
        except RigFault:
            self.unrecorded = True
            raise
        self.checker.feed(header)

    def judge_from(self, hello: HelloSeen) -> None:
        """Forget what came so far, and start judging the device from here."""
        self._begin()
        self.checker.feed(hello)

    def write(self, record: AnyRecord) -> None:
        """Take a record; raises `NotRecorded` when it cannot be written."""
        self._hand_on(self._writer.write(record))

    def write_fault(self, error: RigFault) -> None:
        """Record a fault. If the disk is full, the fault is judged anyway."""
        self.unrecorded = self.unrecorded or isinstance(error, NotRecorded)
        fault: AnyRecord = Fault(kind=type(error).__name__, message=str(error))
        with contextlib.suppress(RigFault):
            fault = self._writer.write(fault)
        self._hand_on(fault)

    def _hand_on(self, record: AnyRecord) -> None:
        self.checker.feed(record)
        if not isinstance(record, Foreign | Lost | Noise):
            for watcher in self.watchers:
                watcher(record)

    def conclude(self, unended: str) -> Verdict:
        """Write the verdict as the last record, and return it. `unended` says why the run did not come to its end."""
        verdict = self.checker.finish(cut=bool(unended))
        ended = not unended or verdict.failure is not None
        outcome = str(verdict.outcome) if ended else f"{UNENDED} ({unended})"
        try:
            self._writer.write(VerdictGiven(verdict=outcome, summary="\n".join(verdict.lines())))
        except RigFault as error:
            self.write_fault(error)
            verdict = self.checker.finish()
        return verdict

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
