"""Assigns tasks to workers, and assigns them again if a worker is lost."""

import multiprocessing
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from concurrent.futures.process import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any

import msgspec

from connmgr_hil.conformance.worker import begin_worker
from connmgr_hil.transport.deadlines import PIECE
from connmgr_hil.vocabulary.errors import RigFault

from .task import Done, Piece, Task
from .work import perform

LOSSES = 5
"""A task whose workers were lost so often is given up: it is probably what kills them."""

_ALONE = 2
"""After this many losses a task runs alone, so that it does not take others with it."""


@dataclass(frozen=True)
class Hands:
    """Those who do the work: `open` returns an executor, `work` is what it runs, `lost` what a lost worker raises, `gone` what
    it raises when all of them are out of reach.

    `width` tasks are handed out at a time. `stop` tells those at work to begin nothing more.
    """

    open: Callable[[], Executor]
    work: Callable[[object], object]
    width: int
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)
    gone: tuple[type[BaseException], ...] = ()
    stop: Callable[[], None] = lambda: None


def local_hands(jobs: int) -> Hands:
    """Return this many processes on this machine; they end when this one does."""
    processes = multiprocessing.get_context("spawn")
    stop = processes.Event()

    def pool() -> Executor:
        return ProcessPoolExecutor(jobs, mp_context=processes, initializer=_begin, initargs=(stop,))

    return Hands(pool, _perform_here, jobs, stop=stop.set)


@dataclass
class _Worker:
    """What a worker process was given when it started."""

    stopped: Callable[[], bool] = bool


_worker = _Worker()


def _begin(stop: Event) -> None:
    _worker.stopped = stop.is_set
    begin_worker()


def _perform_here(plain: object) -> object:
    return perform(plain, _worker.stopped)


def dispatch(tasks: Iterable[Task], hands: Hands) -> Iterator[Done]:
    """Yield the result of each task as it ends.

    When the iterator is closed early, tasks that have not begun are dropped. Raises `RigFault` when nothing ends within `deadlines.PIECE`.
    """
    waiting = deque(tasks)
    losses: Counter[Task] = Counter()
    while waiting:
        lost: list[Task] = []
        running: dict[Future[Any], Task] = {}
        reachable = True
        executor = hands.open()
        try:
            yield from _until_lost(executor, hands, waiting, losses, lost, running)
        except hands.gone as error:
            reachable = False
            raise RigFault(
                "the workers cannot be reached",
                f"{type(error).__name__}: {error}",
                "start them again; --resume continues the campaign",
            ) from error
        except BaseException as error:
            reachable = not isinstance(error, RigFault)
            hands.stop()
            for future in running:
                future.cancel()
            raise
        finally:
            executor.shutdown(wait=reachable and not lost)
        for task in lost:
            losses[task] += 1
            if losses[task] >= LOSSES:
                reason = f"the worker that did it was lost {LOSSES} times"
                yield Done(task, (Piece(name=task.label, outcome="rig", reason=reason),))
            else:
                waiting.append(task)


def _until_lost(
    executor: Executor,
    hands: Hands,
    waiting: deque[Task],
    losses: Counter[Task],
    lost: list[Task],
    running: dict[Future[Any], Task],
) -> Iterator[Done]:
    """Work until all is done or a worker is lost; those that it took along are in `lost`."""
    while (waiting and not lost) or running:
        while waiting and not lost and len(running) < 2 * hands.width:
            suspect = losses[waiting[0]] >= _ALONE
            if running and (suspect or any(losses[each] >= _ALONE for each in running.values())):
                break
            task = waiting.popleft()
            try:
                running[executor.submit(hands.work, msgspec.to_builtins(task))] = task
            except hands.lost:
                lost.append(task)
        ended, _ = wait(running, timeout=PIECE.seconds, return_when=FIRST_COMPLETED)
        if not ended and running:
            raise RigFault(
                f"no worker has finished a task within {PIECE}",
                f"{len(running)} are under way, such as {next(iter(running.values())).label}",
                "are the workers running, and do they have the images? --resume continues the campaign",
            )
        out_of_reach: BaseException | None = None
        for future in ended:
            task = running.pop(future)
            try:
                result = future.result()
            except hands.lost:
                lost.append(task)
            except hands.gone as error:
                out_of_reach = error  # but what has ended counts
            else:
                yield msgspec.convert(result, Done)
        if out_of_reach is not None:
            raise out_of_reach
