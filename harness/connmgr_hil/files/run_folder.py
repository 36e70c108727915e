"""A folder for each run: traces of two runs do not mix, and `latest` shows the last one."""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from connmgr_hil.vocabulary.errors import NotRecorded, RigFault, UsageError

LATEST = "latest"
LOCK = ".cmhil-run.lock"
"""It is there as long as the run has not come to its end: one that was killed leaves it."""


class RunFolder:
    """The folder that a run writes to, locked against others while it is open.

    Without `given` it is a new one below `home`, named by the time (UTC), and `latest` beside it is a link to it. With
    `given` it is that one, whatever is in it; `earlier` tells how many traces are.

    Raises `NotRecorded` when it cannot be made, and `RigFault` when another run writes to it.
    """

    def __init__(self, home: Path, given: Path | None = None) -> None:
        self._home = home
        self._given = given
        self._lock: FileLock | None = None
        self.path = given or home
        self.earlier = 0
        self.unfinished = False
        """Set it where the run did not come to its end; the folder then says so."""

    @property
    def name(self) -> Path:
        """What a person calls it: `latest` as long as no other run has begun."""
        return self._given or self._home / LATEST

    def __enter__(self) -> Self:
        try:
            if self._given and self._given.exists() and not self._given.is_dir():
                raise UsageError(
                    f"{self._given} is not a folder", "traces go there", "choose another with --out"
                )
            self.path = self._given or self._made()
            self.path.mkdir(parents=True, exist_ok=True)
            self._take()
            self.earlier = sum(1 for _ in self.path.rglob("*.jsonl"))
            if self._given is None:
                self._link()
        except OSError as error:
            self.__exit__()
            raise NotRecorded(
                f"cannot write the traces to {self.path}",
                str(error),
                "choose another folder with --out",
            ) from error
        return self

    def __exit__(self, kind: type[BaseException] | None = None, *_: object) -> None:
        if self._lock is not None:
            # No process waits for this file, so it can be removed before it is unlocked.
            if not self.unfinished and kind is None:
                with contextlib.suppress(OSError):
                    (self.path / LOCK).unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    @staticmethod
    def unended(paths: Iterable[Path]) -> list[Path]:
        """Return the folders, these or below them, whose run was killed, interrupted, or is still under way."""
        return [
            Path(folder)
            for path in paths
            if path.is_dir()
            for folder, _, names in os.walk(path)
            if LOCK in names
        ]

    def _made(self) -> Path:
        self._home.mkdir(parents=True, exist_ok=True)
        name = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
        number = 1
        while True:
            path = self._home / (name if number == 1 else f"{name}.{number}")
            try:
                path.mkdir()
            except FileExistsError:
                number += 1
            else:
                return path

    def _take(self) -> None:
        lock = FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise RigFault(
                f"the folder {self.path} is in use",
                "another run of cmhil writes to it",
                "wait for its end, or choose another folder with --out",
            ) from error
        self._lock = lock

    def _link(self) -> None:
        """Let `latest` name this run; a link is replaced at once, so that it is never missing."""
        latest = self._home / LATEST
        draft = self._home / f".{LATEST}.{os.getpid()}"
        draft.unlink(missing_ok=True)
        draft.symlink_to(self.path.name)
        draft.replace(latest)
