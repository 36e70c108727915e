"""Judges many mutants in parallel, within a budget, and resumes an earlier run."""

import multiprocessing
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from concurrent.futures.process import ProcessPoolExecutor
from pathlib import Path

from filelock import FileLock, Timeout

from connmgr_hil.conformance.worker import begin_worker
from connmgr_hil.vocabulary.errors import RigFault

from .judging import Judge, Order
from .mutants import Mutant
from .results import MutantResult, MutationReport, ResultsFile

LEDGER = "results.ndjson"

OnMutant = Callable[[MutationReport, int], None]
"""Called after each result with the report so far and how many are still to be judged."""


def survey(
    order: Order,
    mutants: Iterable[Mutant],
    *,
    total: int,
    jobs: int,
    seconds: float = 0.0,
    progress: OnMutant | None = None,
) -> MutationReport:
    """Judge mutants in their order, `jobs` at a time; begin no more after `seconds`, if any are given.

    What an earlier survey in the same folder found counts, unless more walks are wanted now than a mutant survived then.
    Raises `RigFault` when those who judge are lost.
    """
    chosen = list(mutants)
    ledger = ResultsFile(Path(order.folder, LEDGER))
    earlier = ledger.read()
    known = [
        found
        for each in chosen
        if (found := earlier.get(each.name)) and found.mutant == each and _counts(found, order)
    ]
    done = {each.mutant for each in known}
    waiting = [each for each in chosen if each not in done]
    report = MutationReport(order.platform, total, known)
    began = time.monotonic()
    try:
        for result in _judged(order, waiting, jobs, began + seconds if seconds else None):
            ledger.add(result)
            report.results.append(result)
            if progress:
                progress(report, len(chosen) - len(report.results))
    except KeyboardInterrupt:
        report.interrupted = True
    report.unjudged = len(chosen) - len(report.results)
    report.wall_seconds = time.monotonic() - began
    report.results.sort(key=lambda each: (each.mutant.source, each.mutant.line, each.mutant.name))
    return report


def _counts(result: MutantResult, order: Order) -> bool:
    return result.fate != "rig" and (result.fate != "survived" or result.walks >= order.walks)


def _judged(
    order: Order, waiting: list[Mutant], jobs: int, until: float | None
) -> Iterable[MutantResult]:
    if not waiting:
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(order,))
    left = iter(waiting)
    running: set[Future[MutantResult]] = set()
    try:
        while True:
            while len(running) < jobs and (until is None or time.monotonic() < until):
                mutant = next(left, None)
                if mutant is None:
                    break
                running.add(pool.submit(_judge, mutant))
            if not running:
                return
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for each in ended:
                yield each.result()
    except BrokenExecutor as error:
        raise RigFault(
            "a process that judges mutants was lost",
            str(error),
            "run the same command again: it continues there",
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Hands:
    """What a process that judges has; it is made with its first mutant, so that an error comes with a result."""

    order: Order
    lock: FileLock
    judge: Judge | None = None


def _begin(order: Order) -> None:
    _Hands.order = order
    begin_worker()


def _judge(mutant: Mutant) -> MutantResult:
    if _Hands.judge is None:
        _Hands.judge = Judge(_Hands.order, _own_place())
    return _Hands.judge.judge(mutant)


def _own_place() -> Path:
    """Return a folder that no other process uses: one that was built in before, if there is one."""
    number = 0
    while True:
        number += 1
        place = Path(_Hands.order.folder, f"worker-{number}")
        place.mkdir(parents=True, exist_ok=True)
        _Hands.lock = FileLock(place / "lock")
        try:
            _Hands.lock.acquire(timeout=0)
        except Timeout:
            continue
        return place
