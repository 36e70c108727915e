"""One user at a time for each board: a lock that names its owner, and since when."""

import contextlib
import getpass
import hashlib
import os
import shlex
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

import msgspec
from filelock import FileLock, Timeout

from connmgr_hil.transport.deadlines import TURN
from connmgr_hil.vocabulary.errors import RigFault

_MOST = 65_536
"""Maximum number of bytes that are read of an owner's file."""


BOOT = "boot "
"""Prefix of the lock for a board's boot, which is held in addition to that of its port."""


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Who uses a board; `since` is in seconds since 1970."""

    board: str
    pid: int
    user: str
    command: str
    since: float

    @property
    def age(self) -> float:
        """For how many seconds it has been used."""
        return max(0.0, time.time() - self.since)

    def __str__(self) -> str:
        return f"{self.user}'s process {self.pid} ({self.command}), for {_spoken(self.age)}"


class BoardLock:
    """Keeps others off a board, across processes and users of this computer.

    The kernel holds it (flock), so it is free as soon as its owner ends, however that happens. `board` is what
    identifies the board: its USB serial number, or the port that it is on; or its present boot, for a user who reaches it by
    another port.
    """

    def __init__(self, board: str) -> None:
        self.board = board
        name = hashlib.sha256(board.encode()).hexdigest()[:16]
        self._path = _folder() / f"{name}.lock"
        self._lock = FileLock(self._path, mode=0o666)

    def acquire(self, wait: float = 0.0) -> None:
        """Take the board, waiting for its owner at most `wait` seconds; infinity waits forever.

        Raises `RigFault` naming the owner when it is still in use then.
        """
        if self.board in os.environ.get("CMHIL_BOARD_HELD", "").split("\n"):
            return  # by the process that started this one, for it
        try:
            self._lock.acquire(-1 if wait == float("inf") else max(wait, TURN.seconds))
        except Timeout as error:
            owner = _read(self._path) or "an unknown process"
            raise RigFault(
                f"the board {self.board} is in use",
                f"it is used by {owner}",
                "wait for it with --wait SECONDS, or use another board",
            ) from error
        except OSError as error:
            raise RigFault(f"cannot write the lock file {self._path}", str(error)) from error
        _write(
            self._path,
            Owner(
                board=self.board,
                pid=os.getpid(),
                user=_user(),
                command=shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
                since=time.time(),
            ),
        )

    def release(self) -> None:
        """Let others have the board; releasing it twice does no harm."""
        if self._lock.is_locked:
            _owner_file(self._path).unlink(missing_ok=True)
            self._lock.release()

    def discard(self) -> None:
        """Release the lock and delete its file, for a lock that is never used again."""
        self._path.unlink(missing_ok=True)
        self.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def boards_in_use() -> list[Owner]:
    """Return who uses which board on this computer. What a killed process left is not listed."""
    owners = []
    for path in sorted(_folder().glob("*.lock")):
        owner = _read(path)
        if owner is not None and not owner.board.startswith(BOOT) and _is_held(path):
            owners.append(owner)
    return owners


def _is_held(path: Path) -> bool:
    lock = FileLock(path, mode=0o666)
    try:
        lock.acquire(0)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def _folder() -> Path:
    """Return the folder that all users of this computer share, as /tmp is."""
    folder = Path(
        os.environ.get("CMHIL_LOCK_DIR") or Path(tempfile.gettempdir(), "connmgr-hil-locks")
    )
    if not folder.is_dir():
        with contextlib.suppress(FileExistsError):
            folder.mkdir(parents=True)
            folder.chmod(0o1777)
    return folder


def _owner_file(lock: Path) -> Path:
    """Return where this user says so; in a folder that all share, one cannot replace others' files."""
    return lock.with_suffix(f".{os.getuid()}.json")


def _read(lock: Path) -> Owner | None:
    """Return who took it last: killed processes of other users may have left what they said."""
    owners = (_told(path) for path in lock.parent.glob(f"{lock.stem}.*.json"))
    return max(filter(None, owners), key=lambda owner: owner.since, default=None)


def _told(path: Path) -> Owner | None:
    """Read what another user may have put there: it is not followed elsewhere, nor waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return msgspec.json.decode(file.read(_MOST), type=Owner)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _write(lock: Path, owner: Owner) -> None:
    """Write the file completely or not at all, since somebody may be reading it, and follow no link of other users."""
    descriptor, draft = tempfile.mkstemp(dir=lock.parent, prefix=f"{lock.stem}.", suffix=".draft")
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o644)
        file.write(msgspec.json.encode(owner))
    Path(draft).replace(_owner_file(lock))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _spoken(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
