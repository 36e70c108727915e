"""Runs tasks in parallel processes, and returns their results in the order of the tasks."""

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from multiprocessing.sharedctypes import Synchronized
from typing import TypeVar

from connmgr_hil.transport.deadlines import END
from connmgr_hil.vocabulary.errors import RigFault

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(
    work: Callable[[T], R], tasks: Sequence[T], jobs: int, leave: Callable[[], None]
) -> Iterator[R]:
    """Yield what `work` makes of each task, in their order, in `jobs` processes that are forked from this one.

    What they change is theirs; each calls `leave` at its end. An exception of `work` is raised in its task's turn. When the
    iterator is closed early, or by an exception, the tasks under way are interrupted, as ^C would. Raises `RigFault` when the
    process that does a task is lost.
    """
    processes = multiprocessing.get_context("fork")
    gc.freeze()  # what is there already need not be looked at, and so copied, by each
    taken = processes.Value("i", 0)
    workers: dict[Connection, ForkProcess] = {}
    ended: dict[int, R | Exception] = {}
    try:
        for _ in range(jobs):
            ours, its = processes.Pipe(duplex=False)
            worker = processes.Process(target=_work, args=(work, tasks, taken, its, leave))
            with _uninterrupted():
                worker.start()
            its.close()
            workers[ours] = worker
        for number in range(len(tasks)):
            while number not in ended:
                _take(workers, ended)
            yield _result(ended.pop(number))
    except BaseException:
        taken.value = len(tasks)
        for worker in workers.values():
            _interrupt(worker)
        raise
    finally:
        for line, worker in workers.items():
            line.close()
            worker.join(END.seconds)
            worker.kill()
            worker.join()


def _take(workers: dict[Connection, ForkProcess], ended: dict[int, R | Exception]) -> None:
    """Take what comes next from any of them."""
    if not workers:
        raise RigFault(
            "a process that ran scenarios has died",
            "it did not finish its scenario",
            "was it killed, or is the host out of memory? --jobs 1 runs everything in one process",
        )
    for line in wait(list(workers)):
        assert isinstance(line, Connection)
        try:
            number, outcome = line.recv()
        except (EOFError, OSError):
            workers.pop(line).join()
            line.close()
        else:
            ended[number] = outcome


def _result(outcome: R | Exception) -> R:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _interrupt(worker: ForkProcess) -> None:
    with contextlib.suppress(ProcessLookupError):
        if worker.pid is not None and worker.is_alive():
            os.kill(worker.pid, signal.SIGINT)


def _work(
    work: Callable[[T], R],
    tasks: Sequence[T],
    taken: "Synchronized[int]",
    line: Connection,
    leave: Callable[[], None],
) -> None:
    """Perform tasks until none is left or an interrupt comes."""
    # ^C, and a terminal's end, go to all processes of a group; the first one tells the others what to do.
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            while (number := _next(taken)) < len(tasks):
                line.send((number, _outcome(work, tasks[number])))
        finally:
            leave()


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold ^C back, also in a process that is forked in between, until that process handles it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _outcome(work: Callable[[T], R], task: T) -> R | Exception:
    try:
        return work(task)
    except Exception as error:  # noqa: BLE001 - raised in its turn by who waits for it
        return error


def _next(taken: "Synchronized[int]") -> int:
    with taken.get_lock():
        number = taken.value
        taken.value = number + 1
    return number


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
