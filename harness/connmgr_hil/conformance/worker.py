"""The first thing each worker process of a long run does, so that none outlives the run or ends too early."""

import multiprocessing
import os
import signal
import threading


def begin_worker() -> None:
    """Leave interrupts to the process that gives the work, and end when that ends."""
    # ^C, and its end, go to all processes of a terminal; the first one tells the others what to do.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
