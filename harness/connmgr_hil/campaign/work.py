"""Does one task, on whichever worker gets it."""

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from connmgr_hil.conformance import defects, shrinker, walker
from connmgr_hil.targets import Target, open_target
from connmgr_hil.vocabulary.errors import ConnMgrHilError, NotRecorded, RigFault

from .task import Done, Piece, Task


def perform(plain: object, stopped: Callable[[], bool] = bool) -> object:
    """Do a task that travelled as plain data, and return what came of it as such.

    Once `stopped` says so, the walks that have not begun are left out. A rig that broke is a result, too.
    """
    task = msgspec.convert(plain, Task)
    try:
        with tempfile.TemporaryDirectory(prefix="cmhil-campaign-") as folder:
            done = _hunt(task, Path(folder)) if task.defect else _walk(task, Path(folder), stopped)
    except OSError as error:
        reason = f"cannot write to {tempfile.gettempdir()}: {error}"
        done = Done(
            task, (Piece(name=task.label, outcome="rig", reason=reason),), unrecorded=reason
        )
    return msgspec.to_builtins(done)


def _open(task: Task, defect: defects.Defect | None = None) -> Target:
    return open_target(
        task.target,
        image=Path(task.image) if task.image else None,
        variant=(defect.variant if defect else "") or task.variant,
        arguments=("--defect", defect.name) if defect and defect.at_boot else (),
    )


def _walk(task: Task, folder: Path, stopped: Callable[[], bool]) -> Done:
    pieces: list[Piece] = []
    situations: set[str] = set()
    answers: Counter[str] = Counter()
    unrecorded = ""
    target = _open(task)
    for number in range(task.first, task.first + task.walks):
        if stopped():
            break
        # Each walk begins with nothing tried, so that it depends on nothing but its number.
        report = walker.walk(
            target, folder, walks=1, first=number, steps=task.steps, seed=task.seed,
            before=task.before, keep=task.keep,
        )  # fmt: skip
        situations |= {repr(each) for each in report.coverage.situations}
        answers += report.coverage.answers
        pieces.append(_piece(task, number, report, folder))
        if report.unrecorded:
            unrecorded = report.faults[-1] if report.faults else "a trace could not be written"
            break
    return Done(
        task,
        tuple(pieces),
        tuple(sorted(situations)),
        dict(sorted(answers.items())),
        unrecorded,
    )


def _piece(task: Task, number: int, report: walker.WalkReport, folder: Path) -> Piece:
    path = folder / walker.trace_name(task.seed, number)
    reasons = [reason for _, reason in report.failures] + report.faults
    minimal = ""
    shrunk: tuple[str, ...] = ()
    if report.failures and task.shrink:
        minimal, shrunk = _shrink(task, path, folder)
    return Piece(
        name=path.stem,
        outcome=str(report.outcome),
        reason="\n".join(reasons).replace(str(path), path.name),
        steps=report.steps,
        storms=report.storms,
        device_usec=round(report.device_seconds * 1e6),
        trace=_text(path),
        minimal=minimal,
        shrunk=shrunk,
    )


def _shrink(task: Task, path: Path, folder: Path) -> tuple[str, tuple[str, ...]]:
    minimal = folder / f"{path.stem}.min.jsonl"
    try:
        result = shrinker.shrink(_open(task), path, minimal, budget=task.shrink)
    except ConnMgrHilError as error:
        return "", (f"not shrunk: {error}",)
    return _text(minimal), tuple(" ".join(words) for words in result.commands)


def _hunt(task: Task, folder: Path) -> Done:
    defect = defects.defects()[task.defect]
    try:
        finding = defects.hunt(defect, lambda each: _open(task, each), folder)
    except RigFault as error:
        lost = str(error) if isinstance(error, NotRecorded) else ""
        piece = Piece(name=defect.name, outcome="rig", reason=str(error))
        return Done(task, (piece,), unrecorded=lost)
    result = finding.result
    wanted = task.keep or finding.standing == "wrong_reason"
    piece = Piece(
        name=defect.name,
        outcome=finding.standing,
        reason=result.reason.replace(f"{folder}/", "") if result else "",
        trace=_text(result.trace) if wanted and result and result.trace else "",
        blamed=result.blamed if result else (),
        scenario=result.name if result else "",
    )
    return Done(task, (piece,))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
