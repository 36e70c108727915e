"""Workers on other machines: connects to a running Dask cluster."""

import importlib
import logging
import re
from concurrent.futures import CancelledError
from typing import Any

from connmgr_hil.transport.deadlines import CONNECT
from connmgr_hil.vocabulary.errors import RigFault, UsageError

from .dispatch import Hands
from .work import perform

_ADDRESS = re.compile(r"([a-z]+://)?[^/\s]+:\d{1,5}")


def cluster_hands(address: str) -> Hands:
    """Return the workers of a Dask scheduler, such as `tcp://host:8786`.

    Dask itself gives a lost worker's task to another; we do so when it gives up. Raises `UsageError` if Dask is not installed or the address is none,
    `RigFault` where no scheduler answers or it has no worker.
    """
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            "this is not the address of a Dask scheduler",
            repr(address),
            "--scheduler tcp://HOST:8786",
        )
    try:
        # Dask is an extra, and has no types.
        distributed: Any = importlib.import_module("distributed")
        killed: type[BaseException] = distributed.scheduler.KilledWorker
    except ImportError as error:
        raise UsageError(
            "--scheduler needs Dask, which is not installed",
            str(error),
            "pip install 'dask[distributed]'",
        ) from error
    logging.getLogger("distributed").setLevel(logging.ERROR)
    try:
        client = distributed.Client(address, timeout=CONNECT.seconds, set_as_default=False)
        threads = sum(client.nthreads().values())
    except (OSError, ValueError, TypeError) as error:
        raise RigFault(
            f"no Dask scheduler answers at {address} within {CONNECT}",
            str(error),
            "start one with 'dask scheduler', and 'dask worker' on each machine",
        ) from error
    if not threads:
        client.close()
        raise RigFault(
            f"the Dask scheduler at {address} has no workers",
            "none",
            f"on each machine, with connmgr-hil installed: dask worker {address} --nthreads 1",
        )
    gone = (CancelledError, OSError, TimeoutError)
    return Hands(lambda: client.get_executor(pure=False), perform, threads, (killed,), gone)
